// The history: descriptors over time as lanes, and the time that the figure shows. The slider is as wide as the lanes,
// and its line goes through them all.

import { h, icon, setText, setVars } from "../widgets/dom.js";
import { count, exact, moment } from "../text/format.js";
import { zoom } from "../timeline/zoom.js";
import { lane, slotsOf } from "./history_lanes.js";
import { Steps } from "./change_steps.js";
import { mountTimeSlider } from "./time_slider.js";

const ZOOM = 2; // factor of + and −
const NEARLY = 0.9; // of the whole capture: zooming out so far shows all of it, also what is still to come
const WHEEL = 0.0022; // zoom per pixel of wheel
const HINT = "Drag along the lanes, or step through the changes.";

const within = (part) => Math.max(0, Math.min(part, 1));

/**
 * @param {{scrub: (at: number | null) => void, stretch: (span: object | null) => void}} actions a time of null is now,
 * a range of null is all
 */
export function mountDescriptorHistory({ scrub, stretch }) {
  const steps = new Steps();
  let shown = { axis: { from: 0, to: 1 }, end: 1, at: null };
  const move = movesOf(() => shown, steps, { scrub, stretch });
  const ruler = mountTimeSlider(move);
  const lanes = mountLanes(ruler, move);
  const header = mountHeader(move);
  return {
    element: h(
      "section",
      { class: "fd-history", "aria-label": "History of file descriptors" },
      header.element,
      lanes.element,
    ),
    /** Handles an arrow key, + or −; returns whether it did. */
    key: move.key,
    /**
     * @param {{store: import("./descriptor_store.js").DescriptorStore, end: number, isLive: boolean, at: number | null,
     * span: object | null, connection: number | null}} content
     */
    draw({ store, end, isLive, at, span, connection }) {
      shown = { at, end: Math.max(end, 1), axis: axisOf(span, Math.max(end, 1)) };
      steps.take(store);
      const { from, to } = shown.axis;
      const when = at === null ? `${isLive ? "now" : "end"}, ${moment(end)}` : `${exact(at)} s`;
      const what = at === null ? HINT : steps.textAt(at);
      const part = ((at ?? shown.end) - from) / (to - from);
      header.draw({ when, what, isLive, isNow: at === null, isWhole: from <= 0 && to >= shown.end });
      ruler.set(within(part), at === null ? when : `${when}, ${what}`);
      lanes.draw(store, shown.axis, part, connection);
    },
  };
}

/** The actions of buttons, keys and pointers on what is `shown`. */
function movesOf(shown, steps, { scrub, stretch }) {
  const turn = (at) => {
    shown().at = at; // at once: the next key may come before the next redraw
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

/** The time shown, the last change before it, and buttons to move. */
function mountHeader({ step, scale, now }) {
  const when = h("output", { class: "fd-time" });
  const what = h("span", { class: "fd-change" });
  const button = (label, content, press) =>
    h("button", { class: "icon-button", "aria-label": label, title: label, onclick: press }, content);
  const wider = button("Zoom out", "−", () => scale(1 / ZOOM));
  const last = h("button", { class: "button", onclick: now });
  const element = h(
    "header",
    {},
    h("h2", {}, "History"),
    when,
    what,
    h(
      "span",
      { class: "fd-keys" },
      button("Previous change", icon("previous"), () => step(-1)),
      button("Next change", icon("next"), () => step(1)),
      wider,
      button("Zoom in", "+", () => scale(ZOOM)),
      last,
    ),
  );
  return {
    element,
    draw(texts) {
      setText(when, texts.when);
      setText(what, texts.what);
      what.title = texts.what;
      setText(last, texts.isLive ? "Now" : "End");
      last.disabled = texts.isNow;
      wider.disabled = texts.isWhole;
    },
  };
}

/** The lanes below the time axis, and the line of the time shown through all of them. */
function mountLanes(ruler, { choose, zoomAt }) {
  const lines = h("div", { class: "fd-lines" });
  const lanes = h(
    "div",
    { class: "fd-lanes" },
    h("div", { class: "fd-scale" }, h("span", { class: "fd-line-name" }, "fd"), ruler.element),
    lines,
    h("i", { class: "fd-cursor" }),
  );
  const rest = h("p", { class: "fd-note" });
  const element = h("div", { class: "fd-track" }, lanes, rest);
  let [drawn, sought] = ["", null];
  listen(lines, ruler.element, { choose, zoomAt });

  /** Scrolls a lane into view. */
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
        ? `${count(slots.length)} of ${count(total)} descriptor numbers: those that are open, and those used last.`
        : "",
    );
    rest.hidden = !rest.textContent;
    const ends = [...lines.children].filter((_, i) =>
      connection !== null && slots[i].lives.some((descriptor) => descriptor.connection === connection)
    );
    if (connection !== sought) { for (const found of ends.reverse()) seek(found); }
    sought = connection;
  }

  return {
    element,
    draw(store, axis, part, connection) {
      lanes.classList.toggle("elsewhere", part !== within(part));
      setVars(lanes, { part: within(part).toFixed(5) });
      const key = `${store.edition} ${axis.from} ${axis.to} ${connection}`;
      if (key === drawn) return;
      drawn = key;
      drawLines(slotsOf(store.all()), axis, connection);
      ruler.draw(axis);
    },
  };
}

/** The time range of the lanes: the one selected on the timeline, the last seconds, from a moment on, or all. */
function axisOf(span, end) {
  if (span?.last) return { from: Math.max(0, end - span.last), to: end };
  if (span?.since !== undefined) return { from: span.since, to: Math.max(end, span.since + 1) };
  return span && span.to > span.from ? { from: span.from, to: span.to } : { from: 0, to: end };
}

/** Dragging on the lanes moves the time shown; the wheel with Ctrl zooms at the pointer. */
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
