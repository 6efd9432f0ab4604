// The chat room in a browser tab: one WebSocket connection and the messages on it.

const $ = (id) => document.getElementById(id);
let socket = null;
let here = [];

/** The text of a message and its CSS class; null for a message that the list does not show. */
function inWords(message) {
  if ("say" in message) return [`${message.from}: ${message.say}`, "heard"];
  if ("news" in message) return [`The server, unasked: ${message.news}`, "news"];
  if ("joined" in message) return [`${message.joined} has come in.`, "note"];
  if ("left" in message) return [`${message.left} has left.`, "note"];
  if ("refused" in message) return [message.refused, "note"];
  return null;
}

function show(text, kind) {
  const line = document.createElement("li");
  line.textContent = text;
  line.className = kind;
  $("talk").append(line);
  line.scrollIntoView({ block: "nearest" });
}

/** Shows who is in the room besides this tab. */
function showHere(names) {
  here = names;
  $("here").textContent = here.length ? `Also here: ${here.join(", ")}.` : "Nobody else is here yet.";
}

function welcome(message) {
  $("door").hidden = true;
  $("room").hidden = false;
  document.title = `${message.welcome} in the chat room`;
  $("status").textContent = "";
  $("token").textContent = `You are ${message.welcome}. In the server's registry (its diary) your connection is ` +
    `file descriptor (token) ${message.token}.`;
  showHere(message.here.filter((name) => name !== message.welcome));
  $("words").focus();
}

function receive(message) {
  if ("welcome" in message) return welcome(message);
  if ("refused" in message && $("room").hidden) {
    $("status").textContent = message.refused;
    return undefined;
  }
  if ("joined" in message) showHere([...here, message.joined]);
  if ("left" in message) showHere(here.filter((name) => name !== message.left));
  const words = inWords(message);
  return words && show(...words);
}

function closed(event) {
  socket = null;
  $("room").hidden = true;
  $("door").hidden = false;
  document.title = "The chat room";
  if (event.code !== 1000) {
    $("status").textContent = `The connection was closed (code ${event.code}). Join again when the server is there.`;
  } else if (!$("status").textContent) $("status").textContent = "You have left; the connection is closed.";
}

$("door").addEventListener("submit", (event) => {
  event.preventDefault();
  if (socket) return;
  $("talk").replaceChildren();
  $("status").textContent = "";
  socket = new WebSocket(`ws://${location.host}/chat`);
  socket.addEventListener("open", () => socket.send(JSON.stringify({ join: $("name").value })));
  socket.addEventListener("message", (message) => receive(JSON.parse(message.data)));
  socket.addEventListener("close", closed);
});

$("say").addEventListener("submit", (event) => {
  event.preventDefault();
  const words = $("words").value;
  socket.send(JSON.stringify({ say: words }));
  show(words, "said");
  $("words").value = "";
});

$("leave").addEventListener("click", () => socket.close(1000));

// .../#Bob: join as Bob.
if (location.hash) $("name").value = decodeURIComponent(location.hash.slice(1)).slice(0, 24);
