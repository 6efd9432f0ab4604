// Small charts of the comparison: lifetimes of connections, bytes of a message, round trips.

import { lines } from "./compare_text.js";
import { h, svg } from "../widgets/dom.js";

const WIDTH = 1000; // units across the capture
const LINE = 6; // units a line is high, with the gap below it
const MOST_LINES = 6;
const MOST_TRIPS = 24; // arrows
const LEAST = 14; // units of the shortest lifetime

/** Lifetimes from start to end; an open one continues to the edge. */
export function drawLives(lives, duration) {
  const at = lines(lives, MOST_LINES);
  const height = LINE * (Math.max(0, ...at) + 1);
  const x = (ns) => (duration > 0 ? (ns / duration) * (WIDTH - LEAST) : 0);
  return svg(
    "svg",
    {
      class: "compare-lives",
      viewBox: `0 0 ${WIDTH} ${height}`,
      preserveAspectRatio: "none",
      "aria-hidden": "true",
      height: String(height * 1.5),
    },
    lives.map((life, i) =>
      svg("rect", {
        x: x(life.at_ns),
        y: at[i] * LINE,
        height: LINE - 2,
        class: life.is_open ? "open" : "closed",
        width: Math.max(LEAST, x(life.until_ns) - x(life.at_ns) + (life.is_open ? LEAST : 0)),
      })
    ),
  );
}

/** The bytes per message for opening, data and closing, relative to the most expensive kind. */
export function priceBar(values, dearest) {
  const of = (bytes) => bytes / values.messages / dearest;
  return h(
    "i",
    { class: "compare-price" },
    ["building", "talking", "closing"].map((part) =>
      h("i", { class: part, vars: { share: of(values[`${part}_bytes`]) } })
    ),
  );
}

/** One-way trips, the client's first: an arrow each, in the sender's colour. */
export function drawTrips(flights) {
  const arrow = (i) => {
    const [left, right] = [i * 22 + 2, i * 22 + 18];
    return i % 2 ? `M${right} 5H${left}m4 -4l-4 4l4 4` : `M${left} 5H${right}m-4 -4l4 4l-4 4`;
  };
  const width = Math.min(flights, MOST_TRIPS) * 22;
  return svg(
    "svg",
    { class: "compare-trips", viewBox: `0 0 ${width} 10`, width: String(width), height: "10", "aria-hidden": "true" },
    Array.from(
      { length: Math.min(flights, MOST_TRIPS) },
      (_, i) => svg("path", { d: arrow(i), class: i % 2 ? "server" : "client" }),
    ),
  );
}
