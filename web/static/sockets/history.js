// The history: every number's lives on the capture's time axis, and the moment of it that the figure shows. The slider's ends
// are the lanes' ends, and its line goes through them all.

import { h, icon, setText, setVars } from "../widgets/dom.js";
import { count, exact, moment } from "../text/format.js";
import { zoom } from "../timeline/zoom.js";
import { lane, slotsOf } from "./history_lanes.js";
import { Steps } from "./change_steps.js";
import { mountRuler } from "./time_slider.js";

const ZOOM = 2; // a step of + and −
const NEARLY = 0.9; // of all the time there is: who widens so far wants all of it, though it may have grown meanwhile
const WHEEL = 0.0022; // how much a pixel of wheel zooms
const HINT = "Drag along the lanes, or step from change to change.";

const within = (part) => Math.max(0, Math.min(part, 1));

/** @param {{scrub: (at: number | null) => void, stretch: (span: object | null) => void}} actions moments are null for now, stretches for all */
export function mountHistory({ scrub, stretch }) {
  const steps = new Steps();
  let shown = { axis: { from: 0, to: 1 }, end: 1, at: null };
  const move = movesOf(() => shown, steps, { scrub, stretch });
  const ruler = mountRuler(move);
  const lanes = mountLanes(ruler, move);
  const header = mountHeader(move);
  return {
    element: h(
      "section",
      { class: "tk-history", "aria-label": "History of the tokens" },
      header.element,
      lanes.element,
    ),
    /** An arrow key, + or −, pressed somewhere in the view: whether it was meant for the history. */
    key: move.key,
    /** @param {{book: import("./descriptor_store.js").TokenBook, end: number, isLive: boolean, at: number | null, span: object | null, connection: number | null}} content */
    draw({ book, end, isLive, at, span, connection }) {
      shown = { at, end: Math.max(end, 1), axis: axisOf(span, Math.max(end, 1)) };
      steps.take(book);
      const { from, to } = shown.axis;
      const when = at === null ? `${isLive ? "now" : "end"}, ${moment(end)}` : `${exact(at)} s`;
      const what = at === null ? HINT : steps.saying(at);
      const part = ((at ?? shown.end) - from) / (to - from);
      header.draw({ when, what, isLive, isNow: at === null, isWhole: from <= 0 && to >= shown.end });
      ruler.set(within(part), at === null ? when : `${when}, ${what}`);
      lanes.draw(book, shown.axis, part, connection);
    },
  };
}

/** What buttons, keys and pointers do; `shown` tells what they do it to. */
function movesOf(shown, steps, { scrub, stretch }) {
  const turn = (at) => {
    shown().at = at; // at once: the next key may come before the next drawing
    scrub(at);
  };
  const step = (by) => {
    const { at, end } = shown();
    turn((by < 0 ? steps.before(at ?? end + 1) : at === null ? null : steps.after(at))?.at ?? null);
  };
  const scale = (factor, about = shown().at ?? shown().axis.to) => {
    const { axis, end } = shown();
    const isAll = factor < 1 && (axis.to - axis.from) / factor > NEARLY * end;
    stretch(isAll ? null : zoom(axis, factor, Math.max(axis.from, Math.min(about, axis.to)), { from: 0, to: end }));
  };
  const keys = {
    ArrowLeft: () => step(-1),
    ArrowRight: () => step(1),
    "+": () => scale(ZOOM),
    "=": () => scale(ZOOM),
    "-": () => scale(1 / ZOOM),
  };
  return {
    step,
    scale,
    now: () => turn(null),
    choose(part) {
      const { axis: { from, to }, end } = shown();
      turn(part >= 1 && to >= end ? null : Math.round(from + within(part) * (to - from)));
    },
    zoomAt(factor, part) {
      const { from, to } = shown().axis;
      scale(factor, from + part * (to - from));
    },
    key(event) {
      if (event.ctrlKey || event.metaKey || event.altKey || !(event.key in keys)) return false;
      event.preventDefault();
      event.stopPropagation();
      keys[event.key]();
      return true;
    },
  };
}

/** Which moment is shown, what happened then, and the buttons that lead to another. */
function mountHeader({ step, scale, now }) {
  const when = h("output", { class: "tk-when" });
  const what = h("span", { class: "tk-what" });
  const button = (label, content, press) =>
    h("button", { class: "icon-button", "aria-label": label, title: label, onclick: press }, content);
  const wider = button("Show more time", "−", () => scale(1 / ZOOM));
  const last = h("button", { class: "button", onclick: now });
  const element = h(
    "header",
    {},
    h("h2", {}, "History"),
    when,
    what,
    h(
      "span",
      { class: "tk-keys" },
      button("The change before", icon("previous"), () => step(-1)),
      button("The next change", icon("next"), () => step(1)),
      wider,
      button("Show less time", "+", () => scale(ZOOM)),
      last,
    ),
  );
  return {
    element,
    draw(told) {
      setText(when, told.when);
      setText(what, told.what);
      what.title = told.what;
      setText(last, told.isLive ? "Now" : "End");
      last.disabled = told.isNow;
      wider.disabled = told.isWhole;
    },
  };
}

/** The lanes below the ruler, with the line of the moment through all of them. */
function mountLanes(ruler, { choose, zoomAt }) {
  const lines = h("div", { class: "tk-lines" });
  const lanes = h(
    "div",
    { class: "tk-lanes" },
    h("div", { class: "tk-scale" }, h("span", { class: "tk-line-name" }, "token"), ruler.element),
    lines,
    h("i", { class: "tk-cursor" }),
  );
  const rest = h("p", { class: "tk-note" });
  const element = h("div", { class: "tk-track" }, lanes, rest);
  let [drawn, sought] = ["", null];
  listen(lines, ruler.element, { choose, zoomAt });

  /** Brings a lane into sight. */
  function seek(found) {
    const [top, bottom] = [lines.offsetTop, element.clientHeight];
    const isSeen = found.offsetTop >= element.scrollTop + top &&
      found.offsetTop + found.offsetHeight <= element.scrollTop + bottom;
    if (!isSeen) element.scrollTop = found.offsetTop - top - (bottom - top) / 2;
  }

  function drawLines({ slots, total }, axis, connection) {
    lines.replaceChildren(...slots.map((slot) => lane(slot, axis, connection)));
    setText(
      rest,
      slots.length < total
        ? `${count(slots.length)} numbers of ${count(total)}: those that are held, and those used last.`
        : "",
    );
    rest.hidden = !rest.textContent;
    const ends = [...lines.children].filter((_, i) =>
      connection !== null && slots[i].lives.some((token) => token.connection === connection)
    );
    if (connection !== sought) { for (const found of ends.reverse()) seek(found); }
    sought = connection;
  }

  return {
    element,
    draw(book, axis, part, connection) {
      lanes.classList.toggle("elsewhere", part !== within(part));
      setVars(lanes, { part: within(part).toFixed(5) });
      const key = `${book.edition} ${axis.from} ${axis.to} ${connection}`;
      if (key === drawn) return;
      drawn = key;
      drawLines(slotsOf(book.inOrder()), axis, connection);
      ruler.draw(axis);
    },
  };
}

/** The stretch of time that the lanes show: the one chosen on the timeline, the newest seconds, or all. */
function axisOf(span, end) {
  if (span?.last) return { from: Math.max(0, end - span.last), to: end };
  return span && span.to > span.from ? { from: span.from, to: span.to } : { from: 0, to: end };
}

/** Pointers on the lanes scrub like the slider; with Ctrl the wheel zooms where it points. */
function listen(lines, rail, { choose, zoomAt }) {
  const part = (event) => {
    const { left, width } = rail.getBoundingClientRect();
    return (event.clientX - left) / width;
  };
  lines.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || part(event) < 0) return;
    lines.setPointerCapture(event.pointerId);
    choose(part(event));
  });
  lines.addEventListener("pointermove", (event) => lines.hasPointerCapture(event.pointerId) && choose(part(event)));
  lines.addEventListener("wheel", (event) => {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    zoomAt(Math.exp(-event.deltaY * (event.deltaMode === 1 ? 16 : 1) * WHEEL), within(part(event)));
  }, { passive: false });
}
