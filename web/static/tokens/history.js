// The history: every number's lives on the capture's time axis, and the slider that chooses the moment the figure shows. The
// slider's ends are the lanes' ends, and its line goes through them all.

import { marks } from "../axis.js";
import { h, icon, setText, setVars } from "../dom.js";
import { count, duration, exact, moment } from "../format.js";
import { zoom } from "../zoom.js";
import { lane, slotsOf } from "./lanes.js";
import { after, before, momentsOf, reached } from "./moments.js";

const ZOOM = 2; // a step of + and −
const WHEEL = 0.0022; // how much a pixel of wheel zooms
const TICKS = 84; // pixels between two marks of the axis, at least
const TEXT = 40; // pixels that the text of one needs

/** @param {{scrub: (at: number | null) => void, stretch: (span: object | null) => void}} actions moments are null for now, stretches for all */
export function mountHistory({ scrub, stretch }) {
  const lines = h("div", { class: "tk-lines" });
  const slider = h("input", { type: "range", min: "0", max: "1", step: "any", class: "tk-slider", "aria-label": "Moment", oninput: () => choose(Number(slider.value)), onkeydown: (event) => key(event) });
  const ticks = h("div", { class: "tk-ticks", "aria-hidden": "true" });
  const rail = h("div", { class: "tk-rail" }, ticks, slider);
  const lanes = h("div", { class: "tk-lanes" }, h("div", { class: "tk-scale" }, h("span", { class: "tk-line-name" }, "token"), rail), lines, h("i", { class: "tk-cursor" }));
  const when = h("output", { class: "tk-when" });
  const what = h("span", { class: "tk-what" });
  const button = (label, content, press) => h("button", { class: "icon-button", "aria-label": label, title: label, onclick: press }, content);
  const wider = button("Show more time", "−", () => scale(1 / ZOOM));
  const now = h("button", { class: "button", onclick: () => scrub(null) }, "Now");
  const rest = h("p", { class: "tk-note" });
  const element = h("section", { class: "tk-history", "aria-label": "History of the tokens" },
    h("header", {}, h("h2", {}, "History"), when, what,
      h("span", { class: "tk-keys" }, button("The change before", icon("previous"), () => step(-1)), button("The next change", icon("next"), () => step(1)), wider, button("Show less time", "+", () => scale(ZOOM)), now)),
    h("div", { class: "tk-track" }, lanes, rest));
  let [shown, drawn, told] = [{ axis: { from: 0, to: 1 }, end: 1, at: null, book: null }, "", { edition: -1, moments: [] }];

  const choose = (part) => {
    const { axis: { from, to }, end } = shown;
    scrub(part >= 1 && to >= end ? null : Math.round(from + Math.max(0, Math.min(part, 1)) * (to - from)));
  };

  function moments() {
    if (told.edition !== shown.book?.edition) told = { edition: shown.book.edition, moments: momentsOf(shown.book) };
    return told.moments;
  }

  /** On to the next change, or back to the one before. */
  function step(by) {
    const { at, end } = shown;
    const found = by < 0 ? before(moments(), at ?? end + 1) : at === null ? null : after(moments(), at);
    scrub(found?.at ?? null);
  }

  function scale(factor, about = shown.at ?? shown.axis.to) {
    const whole = { from: 0, to: shown.end };
    stretch(zoom(shown.axis, factor, Math.max(shown.axis.from, Math.min(about, shown.axis.to)), whole));
  }

  /** Whether a key means something here: arrows go from change to change, + and − zoom. */
  function key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return false;
    const act = { ArrowLeft: () => step(-1), ArrowRight: () => step(1), "+": () => scale(ZOOM), "=": () => scale(ZOOM), "-": () => scale(1 / ZOOM) }[event.key];
    if (!act) return false;
    event.preventDefault();
    event.stopPropagation();
    act();
    return true;
  }

  listen(lines, rail, choose, (factor, part) => scale(factor, shown.axis.from + part * (shown.axis.to - shown.axis.from)));
  new ResizeObserver(() => drawTicks()).observe(rail);

  function drawTicks() {
    const { from, to } = shown.axis;
    const width = Math.max(rail.clientWidth, 1);
    const fits = ({ ns }) => ns < to - (to - from) * (TEXT / width);
    ticks.replaceChildren(...marks({ from, to }, width, TICKS).filter(fits).map(({ ns, text }) => {
      const tick = h("span", {}, text);
      setVars(tick, { part: ((ns - from) / (to - from)).toFixed(5) });
      return tick;
    }));
  }

  function drawLanes(tokens, connection) {
    const { slots, total } = slotsOf(tokens);
    lines.replaceChildren(...slots.map((slot) => lane(slot, shown.axis, connection)));
    setText(rest, slots.length < total ? `The ${count(slots.length)} numbers that were used last, of ${count(total)}.` : "");
    rest.hidden = !rest.textContent;
    drawTicks();
  }

  /** What happened last before the moment shown. */
  function saying(at) {
    if (at === null) return "Drag along the lanes, or step from change to change.";
    const last = moments()[reached(moments(), at) - 1];
    if (!last) return "nothing has happened yet";
    return at > last.at ? `${duration(at - last.at)} after: ${last.text}` : last.text;
  }

  return {
    element,
    /** An arrow key, + or −, pressed somewhere in the view: whether it was meant for the history. */
    key,
    /** @param {{book: TokenBook, end: number, isLive: boolean, at: number | null, span: object | null, connection: number | null}} content */
    draw({ book, end, isLive, at, span, connection }) {
      shown = { book, at, end: Math.max(end, 1), axis: axisOf(span, Math.max(end, 1)) };
      const { from, to } = shown.axis;
      const part = ((at ?? shown.end) - from) / (to - from);
      const isInside = part >= 0 && part <= 1;
      slider.value = String(Math.max(0, Math.min(part, 1)));
      const text = at === null ? `${isLive ? "now" : "end"}, ${moment(end)}` : `${exact(at)} s`;
      setText(now, isLive ? "Now" : "End");
      setText(when, text);
      setText(what, saying(at));
      what.title = what.textContent;
      slider.setAttribute("aria-valuetext", at === null ? text : `${text}, ${what.textContent}`);
      now.disabled = at === null;
      wider.disabled = from <= 0 && to >= shown.end;
      lanes.classList.toggle("elsewhere", !isInside);
      setVars(lanes, { part: Math.max(0, Math.min(part, 1)).toFixed(5) });
      const key = `${book.edition} ${from} ${to} ${connection}`;
      if (key === drawn) return;
      drawn = key;
      drawLanes(book.inOrder(), connection);
    },
  };
}

/** The stretch of time that the lanes show: the one chosen on the timeline, the newest seconds, or all. */
function axisOf(span, end) {
  if (span?.last) return { from: Math.max(0, end - span.last), to: end };
  return span && span.to > span.from ? { from: span.from, to: span.to } : { from: 0, to: end };
}

/** Pointers on the lanes scrub like the slider; with Ctrl the wheel zooms where it points. */
function listen(lines, rail, choose, zoomAt) {
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
    zoomAt(Math.exp(-event.deltaY * (event.deltaMode === 1 ? 16 : 1) * WHEEL), Math.max(0, Math.min(part(event), 1)));
  }, { passive: false });
}
