// The figure: processes as columns, their tokens as numbered slots, pipes between slots, and below what the kernel holds alone.

import { h, svg } from "../dom.js";
import { takeApart } from "../sockets.js";
import { counted, duration } from "../format.js";

const BEND = 0.45; // of a pipe's width: how far it runs level before it turns
const LOOSE = 8; // ends without a token that are drawn

/** @param {{choose: (connection: number) => void, wire: () => void}} actions */
export function mountFigure({ choose }) {
  const columns = h("div", { class: "tk-columns" });
  const alone = h("div", { class: "tk-alone" });
  const pipes = svg("svg", { class: "tk-pipes", "aria-hidden": "true" });
  const inner = h("div", { class: "tk-inner" }, pipes, columns, alone);
  const element = h("div", { class: "tk-figure", role: "group", tabindex: "0", "aria-label": "Processes, their tokens, and the pipes between them" }, inner);
  let [drawn, shown, protocols] = ["", null, {}];
  new ResizeObserver(() => shown && drawPipes()).observe(inner);

  /** Draws how things stand; `view` is {connection, way}: what is to stand out. */
  function draw(picture, connections, view) {
    shown = { picture, view };
    protocols = connections;
    const key = JSON.stringify([picture.processes, [...picture.diary], picture.loose, [...picture.ends.values()].map((end) => [end.wire, end.kernel?.state, end.differs]), view]);
    if (key === drawn) return;
    drawn = key;
    columns.replaceChildren(...picture.processes.map((process) => column(process, picture, view)));
    alone.hidden = !picture.loose.length;
    alone.replaceChildren(h("h2", {}, "The kernel alone"), h("p", { class: "tk-alone-say" }, "ends that no process holds a token for"),
      h("ul", {}, drawnEnds(picture.loose, view.connection).map((end) => looseEnd(end, picture, view, choose))));
    drawPipes();
  }

  function column(process, picture, view) {
    const diary = picture.diary.get(process.key) ?? [];
    return h("section", { class: `tk-process${process.isServer ? " server" : ""}${process.isAlive ? "" : " idle"}`, "aria-label": `Process ${process.name}` },
      h("header", {}, h("h2", {}, process.name), h("span", {}, `pid ${process.pid}`)),
      h("ul", {}, process.slots.map((slot) => slotItem(slot, picture, view, choose))),
      diary.length ? h("div", { class: "tk-diary" }, h("h3", {}, "Diary"), h("dl", {}, diary.flatMap(({ fd, name }) => [h("dt", {}, String(fd)), h("dd", {}, name)]))) : null);
  }

  /** Pipes lie where the slots came to lie: measured, then drawn. */
  function drawPipes() {
    const box = inner.getBoundingClientRect();
    pipes.setAttribute("width", String(inner.scrollWidth));
    pipes.setAttribute("height", String(inner.scrollHeight));
    const place = (key) => {
      const target = inner.querySelector(`[data-end="${key}"]`);
      const found = target?.getBoundingClientRect();
      return found && { isLoose: target.classList.contains("tk-loose"), left: found.left - box.left, right: found.right - box.left, middle: found.top - box.top + found.height / 2, top: found.top - box.top };
    };
    const ids = [...new Set([...shown.picture.ends.values()].filter((end) => end.token || end.isThere).map(({ connection }) => connection))];
    pipes.replaceChildren(...ids.flatMap((id) => {
      const [from, to] = [place(`${id} client`), place(`${id} server`)];
      return from && to ? pipe(id, from, to) : [];
    }));
  }

  function pipe(id, from, to) {
    const { way, connection } = shown.view;
    const isOnWay = way?.connections.includes(id);
    const points = curve(from, to);
    const d = `M${points[0]}C${points.slice(1).join(" ")}`;
    const classes = `tk-pipe ${protocols[id] ?? "unknown"}${isOnWay ? " way" : ""}${connection === id ? " chosen" : ""}`;
    return [
      svg("path", { d, class: `${classes} wall` }), svg("path", { d, class: `${classes} bore` }),
      svg("text", { x: middle(points, 0), y: middle(points, 1) - 7, class: "tk-pipe-name" }, document.createTextNode(`#${id}`)),
    ];
  }

  return { element, draw };
}

/** Those that there is room for: ends in which something still happens, then the newest that rest; the chosen connection's in any case. */
function drawnEnds(loose, chosen) {
  const rests = ({ wire }) => wire === "TIME-WAIT";
  const ordered = [...loose.filter((end) => !rests(end)), ...loose.filter(rests).reverse()];
  const isChosen = (end) => end.connection === chosen;
  let room = LOOSE - ordered.filter(isChosen).length;
  return ordered.filter((end) => isChosen(end) || room-- > 0);
}

/** The four points of a pipe's curve: from one slot's edge to the other's, the edges that face each other; to an end that the
 * kernel holds alone, from above. */
function curve(from, to) {
  if (from.isLoose || to.isLoose) {
    const [slot, loose] = to.isLoose ? [from, to] : [to, from];
    const below = (loose.left + loose.right) / 2;
    const isRight = below > (slot.left + slot.right) / 2;
    const x = isRight ? slot.right : slot.left;
    return [[x, slot.middle], [x + (isRight ? 60 : -60), slot.middle], [below, loose.top - 70], [below, loose.top]];
  }
  const isForth = from.left < to.left;
  const [x1, x2] = isForth ? [from.right, to.left] : [from.left, to.right];
  const bend = Math.max(Math.abs(x2 - x1) * BEND, 24) * (isForth ? 1 : -1);
  return [[x1, from.middle], [x1 + bend, from.middle], [x2 - bend, to.middle], [x2, to.middle]];
}

/** The point in the middle of a cubic curve. */
const middle = (points, axis) => points.reduce((sum, point, i) => sum + point[axis] * [1, 3, 3, 1][i], 0) / 8;

function slotItem({ fd, token, waiting }, picture, view, choose) {
  const end = token && picture.ends.get(`${token.connection} ${token.direction}`);
  const isChosen = token && token.connection !== null && token.connection === view.connection;
  const step = token ? view.steps.get(token.id) : null;
  const classes = ["tk-slot", token ? `lit ${token.role ?? ""}` : "free", isChosen ? "chosen" : "", step ? "way" : "", end?.differs ? "differs" : ""];
  const text = h("span", { class: "tk-slot-text" }, h("b", {}, token ? title(token) : "free"), h("small", {}, token ? state(token, end, waiting) : ""));
  const content = [h("span", { class: "tk-number" }, String(fd)), text, step ? h("span", { class: "tk-step", title: "Step of the message’s way" }, step) : null];
  const attributes = { class: classes.filter(Boolean).join(" "), "data-end": token && token.connection !== null ? `${token.connection} ${token.direction}` : null };
  if (!token || token.connection === null) return h("li", {}, h("div", attributes, content));
  return h("li", {}, h("button", { ...attributes, "aria-pressed": String(isChosen), onclick: () => choose(token.connection) }, content));
}

function title(token) {
  if (token.role === "listener") return `listens :${takeApart(token.local).port}`;
  if (!token.remote) return "a new socket";
  if (token.name !== null) return `${token.name}’s pipe`;
  const { port } = takeApart(token.remote);
  return token.role === "server" ? `from :${port}` : `to :${port}`;
}

function state(token, end, waiting) {
  if (waiting) return `${counted(waiting, "pipe")} not accepted yet`;
  if (!end) return token.role === "listener" ? "no pipe: a door" : "";
  return stateOf(end);
}

/** The wire's state, and the kernel's where it says another. */
const stateOf = (end) => (end.differs ? `${end.wire} ≠ ${said(end.kernel)}` : end.wire);

const said = (kernel) => (kernel.listed ? kernel.state : "gone");

function looseEnd(end, picture, view, choose) {
  const key = `${end.connection} ${end.side}`;
  const isWaiting = end.side === "server" && ["SYN-RECEIVED", "ESTABLISHED"].includes(end.wire);
  const isResting = end.wire === "TIME-WAIT" || (end.differs && end.kernel.state === "TIME-WAIT");
  const why = isResting ? "belongs to nobody" : isWaiting ? "not accepted yet" : "token given back";
  return h("li", {}, h("button", {
    class: `tk-loose${view.connection === end.connection ? " chosen" : ""}`, "data-end": key, "aria-pressed": String(view.connection === end.connection),
    title: end.kernel ? `The kernel was asked ${duration(Math.max(0, picture.at - end.kernel.at_ns))} before` : "The kernel has not been asked since",
    onclick: () => choose(end.connection),
  }, h("span", { class: "tk-number" }, "–"), h("span", { class: "tk-slot-text" }, h("b", {}, `#${end.connection} ${end.side}’s end`), h("small", {}, `${stateOf(end)}, ${why}`))));
}

