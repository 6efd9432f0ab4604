// The history: a line for every slot, a bar for every life of its number, on the capture's time axis; and the cursor that scrubs it.

import { h, setText, setVars, svg } from "../dom.js";
import { count, moment } from "../format.js";

const WIDE = 1000; // units of the axis; the drawing stretches to the pane
const THIN = 2.5; // units that a bar is wide at least, so that a life of a millisecond can be seen
const LINES = 40; // slots drawn; of more those that were used last
const STEPS = 2000; // positions of the slider

/** @param {(at: number | null) => void} scrub called with the moment chosen, null for now */
export function mountHistory(scrub) {
  const lines = h("div", { class: "tk-lines" });
  const slider = h("input", {
    type: "range", min: "0", max: String(STEPS), step: "1", class: "tk-slider", "aria-label": "Moment",
    oninput: () => scrub(Number(slider.value) >= STEPS ? null : Math.round((Number(slider.value) / STEPS) * span)),
  });
  const when = h("output", { class: "tk-when" });
  const now = h("button", { class: "button", onclick: () => scrub(null) }, "Now");
  const cursor = h("i", { class: "tk-cursor" });
  const element = h("section", { class: "tk-history", "aria-label": "History of the tokens" },
    h("header", {}, h("h2", {}, "History"), when, slider, now),
    h("div", { class: "tk-track" }, lines, cursor));
  let [span, drawn] = [1, ""];
  lines.addEventListener("click", (event) => {
    const track = event.target.closest(".tk-line")?.querySelector("svg")?.getBoundingClientRect();
    if (track && event.clientX >= track.left) scrub(Math.round(((event.clientX - track.left) / track.width) * span));
  });

  return {
    element,
    /** @param {{tokens: object[], end: number, at: number | null, connection: number | null}} content */
    draw({ tokens, end, at, connection }) {
      span = Math.max(end, 1);
      const part = at === null ? 1 : Math.min(at / span, 1);
      slider.value = String(Math.round(part * STEPS));
      slider.setAttribute("aria-valuetext", at === null ? "now" : moment(at));
      setText(when, at === null ? `now, ${moment(end)}` : moment(at));
      now.disabled = at === null;
      setVars(cursor, { part: part.toFixed(5) });
      const key = `${tokens.length} ${Math.max(0, ...tokens.map(({ revision }) => revision))} ${span} ${connection}`;
      if (key === drawn) return;
      drawn = key;
      lines.replaceChildren(...slots(tokens).map((slot) => line(slot, span, connection)));
    },
  };
}

/** The slots that were ever pipes or doors, those of one process together, the latest used ones when there are too many. */
function slots(tokens) {
  const found = new Map();
  for (const token of tokens) {
    const name = `${token.process} ${token.namespace}`; // Alice comes again under another pid: one line all the same
    const key = `${name} ${token.fd}`;
    if (!found.has(key)) found.set(key, { process: token.process, fd: token.fd, lives: [], last: 0, first: token.opened_at_ns, isUsed: false });
    const slot = found.get(key);
    slot.lives.push(token);
    slot.last = Math.max(slot.last, token.opened_at_ns);
    slot.isUsed ||= token.connection !== null || (token.role === "listener" && (token.closed_at_ns === null || token.closed_at_ns > 1e9));
  }
  const used = [...found.values()].filter(({ isUsed }) => isUsed).sort((a, b) => b.last - a.last).slice(0, LINES);
  const begins = new Map();
  for (const { process, first } of used) begins.set(process, Math.min(begins.get(process) ?? Infinity, first));
  return used.sort((a, b) => begins.get(a.process) - begins.get(b.process) || a.process.localeCompare(b.process) || a.fd - b.fd);
}

function line({ process, fd, lives }, span, connection) {
  const x = (ns) => Math.max(0, Math.min(ns / span, 1)) * WIDE;
  const bars = { listener: "", client: "", server: "", chosen: "" };
  for (const token of lives) {
    const [from, to] = [x(token.opened_at_ns), x(token.closed_at_ns ?? span)];
    const width = Math.max(to - from, THIN);
    const kind = connection !== null && token.connection === connection ? "chosen" : (token.role ?? "client");
    bars[kind] += `M${from.toFixed(1)} 0h${width.toFixed(1)}v1h${(-width).toFixed(1)}z`;
  }
  const label = lives.length > 1 ? `${process} token ${fd}, handed out ${count(lives.length)} times` : `${process} token ${fd}`;
  return h("div", { class: "tk-line", title: label },
    h("span", { class: "tk-line-name" }, process, " ", h("b", {}, String(fd))),
    svg("svg", { viewBox: `0 0 ${WIDE} 1`, preserveAspectRatio: "none", role: "img", "aria-label": label },
      Object.entries(bars).filter(([, d]) => d).map(([kind, d]) => svg("path", { d, class: `tk-bar ${kind}` }))));
}

