// The figure: processes with their descriptors as slots, connections between slots, and ends without a process.

import { h, setText, setVars, svg } from "../widgets/dom.js";
import { count, counted } from "../text/format.js";
import { redraw } from "../widgets/redraw.js";
import { omittedText } from "./omitted_text.js";
import { across, downwards, middle, rails } from "./connection_curves.js";
import { looseEnd, slotItem } from "./descriptor_slots.js";

const LOOSE = 8; // ends without a process that are drawn
const LEAST = 128; // pixels of a column at least,
const GAP = 26; // and between two of them
const STACKED = 8; // processes drawn in a stack, where there is no room for columns

/** @param {{choose: (connection: number) => void, resized: () => void}} actions */
export function mountDescriptorFigure({ choose, resized }) {
  const columns = h("div", { class: "fd-columns" });
  const note = h("p", { class: "fd-note" });
  const alone = h("div", { class: "fd-alone" });
  const curves = svg("svg", { class: "fd-connections", "aria-hidden": "true" });
  const inner = h("div", { class: "fd-inner" }, curves, columns, alone, note);
  const element = h("div", {
    class: "fd-figure",
    role: "group",
    "aria-label": "Processes, their file descriptors, and the connections between them",
  }, inner);
  let [drawn, shown, protocols, room] = ["", null, {}, 0];
  new ResizeObserver(() => {
    if (!shown) return;
    if (roomNow() !== room) {
      drawn = ""; // a stack is ordered differently
      resized();
    }
    drawConnections();
  }).observe(inner);

  const isStacked = () => getComputedStyle(columns).flexDirection === "column";
  const roomNow = () => (isStacked() ? STACKED : Math.max(2, Math.floor((inner.clientWidth + GAP) / (LEAST + GAP))));

  /** Draws the situation; `view` is {connection, path, steps}: what to highlight. */
  function draw(picture, connections, view) {
    shown = { picture, view };
    protocols = connections;
    const key = JSON.stringify([
      picture.processes,
      picture.others.map(({ key: one, isAlive }) => [one, isAlive]),
      [...picture.registry],
      picture.loose,
      [...picture.ends.values()].map((end) => [end.wire, end.kernel?.state, end.differs]),
      picture.told,
      picture.connections,
      connections,
      view,
      [...view.steps],
    ]);
    if (key === drawn) return;
    drawn = key;
    drawColumns(picture, view);
    drawAlone(picture, view);
    drawConnections();
  }

  function drawColumns(picture, view) {
    setVars(columns, { columns: picture.processes.length });
    redraw(columns, inTurn(picture.processes).map((process) => column(process, picture, view)));
  }

  function drawAlone(picture, view) {
    const loose = drawnEnds(picture.loose, view.connection);
    const text = loose.length < picture.loose.length
      ? `${counted(picture.loose.length, "connection end")} held by no process; ${loose.length} drawn`
      : "Connection ends held by no process";
    alone.hidden = !picture.loose.length;
    const item = (end) =>
      h(
        "li",
        { class: isFarRight(end, picture.processes) ? "right" : null, "data-key": `${end.connection} ${end.side}` },
        looseEnd(end, picture, view, choose),
      );
    redraw(alone, [
      h("h2", {}, "Kernel only"),
      h("p", { class: "fd-alone-hint" }, text),
      h("ul", { "data-key": "ends" }, loose.map(item)),
    ]);
  }

  /** In a stack, processes with connections come first, then those with any open descriptor. */
  function inTurn(processes) {
    const rank = ({ isConnected, isAlive }) => (isConnected ? 2 : isAlive ? 1 : 0);
    return isStacked() ? [...processes].sort((a, b) => rank(b) - rank(a)) : processes;
  }

  function column(process, picture, view) {
    const registered = picture.registry.get(process.key) ?? [];
    const { total, inUse } = process.hidden;
    return h(
      "section",
      {
        class: `fd-process${process.isServer ? " server" : ""}${process.isAlive ? "" : " idle"}`,
        "aria-label": `Process ${process.name}`,
        "data-key": process.key,
      },
      h("header", {}, h("h2", {}, process.name), h("span", {}, `pid ${process.pid}`)),
      h("ul", { "data-key": "slots" }, process.slots.map((slot) => slotItem(slot, picture, view, choose))),
      total
        ? h("p", { class: "fd-more" }, inUse ? `and ${count(inUse)} more in use` : `and ${count(total)} more free`)
        : null,
      registered.length
        ? h(
          "div",
          { class: "fd-registry" },
          h("h3", {}, "Registry"),
          h("dl", {}, registered.flatMap(({ fd, name }) => [h("dt", {}, String(fd)), h("dd", {}, name)])),
        )
        : null,
    );
  }

  /** Measures where the slots are, then draws the connections between them. */
  function drawConnections() {
    const places = placesOf(inner);
    const ids = whole(shown.picture.ends);
    const ends = ids.map((id) => [id, places.get(`${id} client`), places.get(`${id} server`)]).filter(([, from, to]) =>
      from && to && !(from.isLoose && to.isLoose)
    );
    const found = isStacked() ? stacked(ends) : ends.map(([id, from, to]) => curve(id, across(from, to), -7));
    curves.replaceChildren(...found.flat());
    setText(note, omittedText(shown.picture, ids.length, found.length, shown.view.filter));
    note.hidden = !note.textContent;
  }

  const isOnPath = (id) => Boolean(shown.view.path?.connections.includes(id));
  const isChosen = (id) => shown.view.connection === id;

  /** Beside a stack there is room for a few connections at each height, and for the highlighted ones. */
  function stacked(ends) {
    const rail = rails(ends.map(([, from, to]) => [from.middle, to.middle]));
    return ends.flatMap((
      [id, from, to],
      i,
    ) => (rail[i] !== null || isChosen(id) || isOnPath(id) ? [curve(id, downwards(from, to, rail[i]), 4)] : []));
  }

  function curve(id, points, below) {
    const d = `M${points[0]}C${points.slice(1).join(" ")}`;
    const classes = `fd-connection ${protocols[id] ?? "unknown"}${isOnPath(id) ? " on-path" : ""}${
      isChosen(id) ? " chosen" : ""
    }`;
    return [
      svg("path", { d, class: `${classes} wall` }),
      svg("path", { d, class: `${classes} bore` }),
      svg(
        "text",
        { x: middle(points, 0), y: middle(points, 1) + below, class: "fd-connection-name" },
        document.createTextNode(`#${id}`),
      ),
    ];
  }

  /** How many processes there is room for. */
  function measure() {
    room = roomNow();
    return room;
  }

  return { element, draw, room: measure };
}

/** Where each end is drawn within `inner`, by its key. */
function placesOf(inner) {
  const box = inner.getBoundingClientRect();
  return new Map([...inner.querySelectorAll("[data-end]")].map((target) => {
    const { left, right, top, height } = target.getBoundingClientRect();
    return [target.dataset.end, {
      isLoose: target.classList.contains("fd-loose"),
      left: left - box.left,
      right: right - box.left,
      top: top - box.top,
      middle: top - box.top + height / 2,
    }];
  }));
}

/** The connections with both ends on this machine, at least one of them held by a process. */
function whole(ends) {
  const isThere = (end) => Boolean(end?.descriptor || end?.isThere);
  const held = [...ends.values()].filter(({ descriptor }) => descriptor).map(({ connection }) => connection);
  return [...new Set(held)].filter((id) => isThere(ends.get(`${id} client`)) && isThere(ends.get(`${id} server`)));
}

const RIGHT = 0.6; // of the columns: an end without a process is drawn at the right if its peer is beyond

/** Whether the peer's process is at the right, so that the connection crosses no other process. */
function isFarRight({ connection }, processes) {
  const place = processes.findIndex(({ slots }) =>
    slots.some(({ descriptor }) => descriptor?.connection === connection)
  );
  return place > RIGHT * (processes.length - 1);
}

/** The ends drawn: the selected connection's, active ones, then the newest in TIME-WAIT. */
function drawnEnds(loose, chosen) {
  const rank = (end) => (end.connection === chosen ? 2 : 0) + (end.wire === "TIME-WAIT" ? 0 : 1);
  const inOrder = (a, b) => b.connection - a.connection || (a.side === "client" ? -1 : 1);
  return [...loose].sort((a, b) => rank(b) - rank(a) || inOrder(a, b)).slice(0, LOOSE).sort(inOrder);
}
