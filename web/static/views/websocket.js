// WebSocket: the messages as a chat. What clients say stands at the left, what the server says at the right.

import { chooser } from "../choose.js";
import { h, icon, setClass, setText } from "../dom.js";
import { noRows } from "../empty.js";
import { counted, duration, moment, size } from "../format.js";
import { messageText } from "../ladder.js";
import { go } from "../navigation.js";
import { EvenOffsets, Offsets } from "../offsets.js";
import { want } from "../ranges.js";
import { takeApart } from "../sockets.js";
import { VirtualList } from "../virtual.js";
import { outcome } from "../words.js";
import { lineCount, measureIn } from "../wrap.js";

const LINE = 18; // pixels of a line of a message
const AROUND = 32; // pixels of a bubble's padding and the line of facts under it
const CONTROL = 26;
const LINES = 6; // lines of a message; the rest opens with the packet
const TEXT = 2_000; // characters of a message that are measured and shown
const MEASURED = 20_000; // messages up to which each gets the height of its text; in longer lists each shows one line
const BUBBLE = 420; // pixels at most
const PANE = 820; // pixels that the chat is wide at most, as in panes.css

export function mount(root, store) {
  const people = h("nav", { class: "people", "aria-label": "Conversations" });
  const empty = h("div", { class: "empty" });
  let [ids, length, measure] = [null, 0, null]; // ids of the messages listed; null means all of them
  const messages = store.state.tables.messages;
  const at = (index) => messages.get(ids ? ids[index] : index);
  const list = new VirtualList({
    create: createBubble,
    update: (element, index) => element.draw(at(index)),
    shown: (first, stop) => want(store, "messages", ids ? ids[first] : first, ids ? ids[stop - 1] + 1 : stop),
    follows: true,
    attributes: { class: "virtual chat", role: "log", tabindex: "0", "aria-label": "Messages" },
  });
  list.canvas.addEventListener("click", (event) => {
    const bubble = event.target.closest("[data-packet]");
    if (bubble) go(store, { view: "connections", id: Number(bubble.dataset.connection), packet: Number(bubble.dataset.packet) });
  });
  const newer = h("button", { class: "newer", hidden: true, onclick: () => list.toEnd() }, icon("down"), h("span", {}, "New messages"));
  const head = h("p", { class: "chat-head" }, h("span", { class: "client" }, "What clients say"), h("span", { class: "server" }, "What the server says"));
  root.append(h("div", { class: "conversation" }, people, h("div", { class: "chat-pane" }, head, list.element, empty, newer)));
  new ResizeObserver(() => layout()).observe(list.element);

  const choose = chooser("messages", (row, now) => now.route.id === null || row.connection === now.route.id, (now) => now.route.id ?? "");
  let drawn = null;
  const unsubscribe = store.subscribe((state) => {
    drawPeople(people, store, state);
    const chosen = choose(state);
    if (chosen === drawn && chosen.total) return;
    drawn = chosen;
    [ids, length] = [chosen.ids, chosen.total];
    empty.hidden = length > 0;
    list.element.hidden = head.hidden = length === 0;
    if (!length) empty.replaceChildren(...noRows(state, "messages", chosen).content());
    layout();
  });

  function layout() {
    measure ??= measureIn(`14px ${getComputedStyle(root).fontFamily}`);
    const width = Math.min(BUBBLE, Math.min(list.element.clientWidth, PANE) * 0.7) - 24;
    const heights = length > MEASURED ? null : Array.from({ length }, (_, index) => height(at(index), width));
    list.layout(heights ? new Offsets(heights) : new EvenOffsets(length, LINE + AROUND));
    newer.hidden = list.following || list.atEnd || !length;
  }

  function height(row, width) {
    if (!row) return LINE + AROUND;
    if (isControl(row)) return CONTROL;
    return AROUND + LINE * Math.min(lineCount(shownText(row), width, measure), LINES);
  }

  return unsubscribe;
}

const isControl = ({ kind }) => kind === "ping" || kind === "pong" || kind === "close";

const shownText = (row) => (row.kind === "text" ? (row.text ?? "") : row.hex ?? messageText(row)).slice(0, TEXT);

function createBubble() {
  const text = h("p", { class: "bubble-text" });
  const facts = h("p", { class: "bubble-facts" });
  const element = h("div", { class: "bubble" }, text, facts);
  element.draw = (row) => {
    if (!row) {
      setClass(element, "bubble missing");
      return;
    }
    setClass(element, `bubble ${row.direction} ${isControl(row) ? "control" : row.kind}`);
    element.dataset.connection = String(row.connection);
    element.dataset.packet = String(row.first_packet);
    setText(text, isControl(row) ? `${row.direction}: ${messageText(row)}` : shownText(row));
    setText(facts, factLine(row));
    element.title = "Show this message on the wire";
  };
  return element;
}

function factLine(row) {
  const compressed = row.compressed ? `, sent as ${size(row.wire_bytes)}` : "";
  const frames = row.frames > 1 ? `, in ${counted(row.frames, "frame")}` : "";
  return `#${row.connection} ${row.direction} · ${moment(row.at_ns)} · packet ${row.first_packet} · ${size(row.bytes)}${compressed}${frames}${row.complete === false ? ", not complete" : ""}`;
}

/** The conversations: all of them, then each WebSocket connection. */
function drawPeople(element, store, { tables, route }) {
  const connections = tables.connections.sorted().filter((row) => row.protocol === "websocket");
  const key = `${route.id} ${connections.map((row) => `${row.id} ${row.packets} ${row.conn_state}`).join(";")}`;
  if (element.dataset.key === key) return;
  element.dataset.key = key;
  const item = (id, title, facts) => h("button", {
    class: "person", "aria-pressed": String(route.id === id), onclick: () => go(store, { view: "websocket", id }),
  }, h("b", {}, title), h("span", {}, facts));
  element.replaceChildren(
    item(null, "All conversations", counted(connections.length, "WebSocket")),
    ...connections.map((row) => item(row.id, `#${row.id}  ${takeApart(row.client).port} → ${takeApart(row.server).port}`, `${outcome(row).long}, ${duration(row.duration_ns)}`)));
}
