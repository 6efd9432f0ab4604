// A message in the chat as a bubble: its text, its frames, the line of facts below them, and its height.

import { h, setClass, setText } from "../widgets/dom.js";
import { moment } from "../text/format.js";
import { chatText, factLine, frameLines, isControl, latency } from "../text/message_text.js";

export const LINE = 18; // pixels of a line of a message
export const AROUND = 32; // pixels of a bubble's padding and line of facts
export const CONTROL = 26;
export const FRAME_LINE = 16;
const LINES = 6; // lines of a message shown; all of it opens with a click

/** Pings and pongs, which are hidden by default. */
export const isQuiet = ({ kind }) => kind === "ping" || kind === "pong";

/**
 * Pixels that a message takes.
 *
 * @param {object | undefined} row undefined while it is not there
 * @param {{lines: (text: string) => number, showsQuiet: boolean, frames: object[] | null}} how
 */
export function heightOf(row, { lines, showsQuiet, frames }) {
  if (!row) return LINE + AROUND;
  if (isQuiet(row) && !showsQuiet) return 0;
  if (isControl(row)) return CONTROL;
  const cut = frames ? frameLines(frames, row.frames).length * FRAME_LINE : 0;
  return AROUND + cut + LINE * Math.min(lines(chatText(row)), LINES);
}

/** An empty bubble; `draw(row, how)` puts a message in. */
export function createBubble(choose) {
  const [text, frames, facts, push] = [
    h("p", { class: "bubble-text" }),
    h("p", { class: "bubble-frames" }),
    h("span"),
    h("span", {
      class: "bubble-push",
      title: "Inferred: the same text was sent soon after it was received. Packets do not prove the cause.",
    }),
  ];
  const element = h("div", { class: "bubble" }, text, frames, h("p", { class: "bubble-facts" }, facts, push));
  element.addEventListener("click", () => element.dataset.id && choose(Number(element.dataset.id)));
  const draw = (row, how) => {
    if (!row || (isQuiet(row) && !how.quiet)) {
      setClass(element, row ? "bubble quiet" : "bubble missing");
      return;
    }
    setClass(
      element,
      `bubble ${row.direction} ${isControl(row) ? "control" : row.kind}${row.id === how.chosen ? " chosen" : ""}`,
    );
    element.dataset.id = String(row.id);
    setText(
      text,
      isControl(row)
        ? `${how.isOne ? "" : `#${row.connection} · `}${moment(row.at_ns)} · ${chatText(row)}`
        : chatText(row),
    );
    const cut = how.frames && how.details.frames.get(row.id);
    frames.hidden = !cut;
    if (cut) setText(frames, frameLines(cut, row.frames).join("\n"));
    setText(facts, factLine(row));
    const took = latency(row, how.details);
    setText(push, took && ` · ${took}`);
  };
  return Object.assign(element, { draw });
}
