// The figure: processes with their tokens as numbered slots, pipes between slots, and below what the kernel holds alone.

import { h, setText, setVars, svg } from "../widgets/dom.js";
import { count, counted } from "../text/format.js";
import { keepingFocus } from "./keep_focus.js";
import { leftOut } from "../text/omitted_text.js";
import { across, downwards, middle, rails } from "./connection_shapes.js";
import { looseEnd, slotItem } from "./descriptor_slots.js";

const LOOSE = 8; // ends without a token that are drawn
const LEAST = 128; // pixels that a column needs, and
const GAP = 26; // between two of them, room for a pipe to show
const STACKED = 8; // processes drawn one above the other, where there is no room for columns

/** @param {{choose: (connection: number) => void, resized: () => void}} actions */
export function mountFigure({ choose, resized }) {
  const columns = h("div", { class: "tk-columns" });
  const note = h("p", { class: "tk-note" });
  const alone = h("div", { class: "tk-alone" });
  const pipes = svg("svg", { class: "tk-pipes", "aria-hidden": "true" });
  const inner = h("div", { class: "tk-inner" }, pipes, columns, alone, note);
  const element = h("div", {
    class: "tk-figure",
    role: "group",
    "aria-label": "Processes, their tokens, and the pipes between them",
  }, inner);
  let [drawn, shown, protocols, room] = ["", null, {}, 0];
  new ResizeObserver(() => {
    if (!shown) return;
    if (roomNow() !== room) {
      drawn = ""; // a stack has another order than columns
      resized();
    }
    drawPipes();
  }).observe(inner);

  const isStacked = () => getComputedStyle(columns).flexDirection === "column";
  const roomNow = () => (isStacked() ? STACKED : Math.max(2, Math.floor((inner.clientWidth + GAP) / (LEAST + GAP))));

  /** Draws how things stand; `view` is {connection, way, steps}: what is to stand out. */
  function draw(picture, connections, view) {
    shown = { picture, view };
    protocols = connections;
    const key = JSON.stringify([
      picture.processes,
      picture.others.map(({ key: one, isAlive }) => [one, isAlive]),
      [...picture.diary],
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
    keepingFocus(inner, () => {
      drawColumns(picture, view);
      drawAlone(picture, view);
    });
    drawPipes();
  }

  function drawColumns(picture, view) {
    setVars(columns, { columns: picture.processes.length });
    columns.replaceChildren(...inTurn(picture.processes).map((process) => column(process, picture, view)));
  }

  function drawAlone(picture, view) {
    const loose = drawnEnds(picture.loose, view.connection);
    const says = loose.length < picture.loose.length
      ? `${counted(picture.loose.length, "end")} that no process holds a token for; ${loose.length} are drawn`
      : "ends that no process holds a token for";
    alone.hidden = !picture.loose.length;
    alone.replaceChildren(
      h("h2", {}, "The kernel alone"),
      h("p", { class: "tk-alone-say" }, says),
      h(
        "ul",
        {},
        loose.map((end) =>
          h("li", { class: isFarRight(end, picture.processes) ? "right" : null }, looseEnd(end, picture, view, choose))
        ),
      ),
    );
  }

  /** In a stack those come first that hold a pipe, then those that hold anything. */
  function inTurn(processes) {
    const rank = ({ hasPipe, isAlive }) => (hasPipe ? 2 : isAlive ? 1 : 0);
    return isStacked() ? [...processes].sort((a, b) => rank(b) - rank(a)) : processes;
  }

  function column(process, picture, view) {
    const diary = picture.diary.get(process.key) ?? [];
    const { total, inUse } = process.hidden;
    return h(
      "section",
      {
        class: `tk-process${process.isServer ? " server" : ""}${process.isAlive ? "" : " idle"}`,
        "aria-label": `Process ${process.name}`,
      },
      h("header", {}, h("h2", {}, process.name), h("span", {}, `pid ${process.pid}`)),
      h("ul", {}, process.slots.map((slot) => slotItem(slot, picture, view, choose))),
      total
        ? h("p", { class: "tk-more" }, inUse ? `and ${count(inUse)} more in use` : `and ${count(total)} more, free`)
        : null,
      diary.length
        ? h(
          "div",
          { class: "tk-diary" },
          h("h3", {}, "Diary"),
          h("dl", {}, diary.flatMap(({ fd, name }) => [h("dt", {}, String(fd)), h("dd", {}, name)])),
        )
        : null,
    );
  }

  /** Pipes lie where the slots came to lie: measured, then drawn. */
  function drawPipes() {
    const places = placesOf(inner);
    const ids = whole(shown.picture.ends);
    const ends = ids.map((id) => [id, places.get(`${id} client`), places.get(`${id} server`)]).filter(([, from, to]) =>
      from && to && !(from.isLoose && to.isLoose)
    );
    const found = isStacked() ? stacked(ends) : ends.map(([id, from, to]) => pipe(id, across(from, to), -7));
    pipes.replaceChildren(...found.flat());
    setText(note, leftOut(shown.picture, ids.length, found.length, shown.view.filter));
    note.hidden = !note.textContent;
  }

  const isOnWay = (id) => Boolean(shown.view.way?.connections.includes(id));
  const isChosen = (id) => shown.view.connection === id;

  /** Beside a stack there is room for a few pipes at a height, and for those that are meant to stand out. */
  function stacked(ends) {
    const rail = rails(ends.map(([, from, to]) => [from.middle, to.middle]));
    return ends.flatMap((
      [id, from, to],
      i,
    ) => (rail[i] !== null || isChosen(id) || isOnWay(id) ? [pipe(id, downwards(from, to, rail[i]), 4)] : []));
  }

  function pipe(id, points, below) {
    const d = `M${points[0]}C${points.slice(1).join(" ")}`;
    const classes = `tk-pipe ${protocols[id] ?? "unknown"}${isOnWay(id) ? " way" : ""}${isChosen(id) ? " chosen" : ""}`;
    return [
      svg("path", { d, class: `${classes} wall` }),
      svg("path", { d, class: `${classes} bore` }),
      svg(
        "text",
        { x: middle(points, 0), y: middle(points, 1) + below, class: "tk-pipe-name" },
        document.createTextNode(`#${id}`),
      ),
    ];
  }

  /** How many processes can be drawn. */
  function measure() {
    room = roomNow();
    return room;
  }

  return { element, draw, room: measure };
}

/** Where each end is drawn, within `inner`. */
function placesOf(inner) {
  const box = inner.getBoundingClientRect();
  return new Map([...inner.querySelectorAll("[data-end]")].map((target) => {
    const { left, right, top, height } = target.getBoundingClientRect();
    return [target.dataset.end, {
      isLoose: target.classList.contains("tk-loose"),
      left: left - box.left,
      right: right - box.left,
      top: top - box.top,
      middle: top - box.top + height / 2,
    }];
  }));
}

/** The connections of which both ends are on this machine, one of them at least in somebody's hands. */
function whole(ends) {
  const isThere = (end) => Boolean(end?.token || end?.isThere);
  const held = [...ends.values()].filter(({ token }) => token).map(({ connection }) => connection);
  return [...new Set(held)].filter((id) => isThere(ends.get(`${id} client`)) && isThere(ends.get(`${id} server`)));
}

const RIGHT = 0.6; // of the row of columns: from there on an end without a token lies at the right, as its other end does

/** Whether the other end is held by a process that stands at the right: the pipe between them then crosses no other process. */
function isFarRight({ connection }, processes) {
  const place = processes.findIndex(({ slots }) => slots.some(({ token }) => token?.connection === connection));
  return place > RIGHT * (processes.length - 1);
}

/** Those that there is room for: ends in which something still happens, then the newest that rest; the chosen connection's in any case. */
function drawnEnds(loose, chosen) {
  const rank = (end) => (end.connection === chosen ? 2 : 0) + (end.wire === "TIME-WAIT" ? 0 : 1);
  const inOrder = (a, b) => b.connection - a.connection || (a.side === "client" ? -1 : 1);
  return [...loose].sort((a, b) => rank(b) - rank(a) || inOrder(a, b)).slice(0, LOOSE).sort(inOrder);
}
