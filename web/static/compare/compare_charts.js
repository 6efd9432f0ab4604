// The small pictures in the comparison: lives on the capture's axis, and what a message's bytes were for.

import { lines } from "./compare_text.js";
import { h, svg } from "../widgets/dom.js";

const WIDTH = 1000; // units across the capture
const LINE = 6; // units a line is high, with the gap below it
const MOST_LINES = 6;
const MOST_TRIPS = 24; // arrows; more say no more
const LEAST = 14; // units: a life too short to see is drawn so long

/** Each life from its beginning to its end; one that is still open runs on to the edge. */
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

/** The bytes of a message: building, talking, closing, as parts of the dearest kind's. */
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

/** Trips one way, first the client's: an arrow for each, in the colour of whoever sends. */
export function drawTrips(flights) {
  const arrow = (
    i,
  ) => (i % 2 ? `M${i * 22 + 18} 5H${i * 22 + 2}m4 -4l-4 4l4 4` : `M${i * 22 + 2} 5H${i * 22 + 18}m-4 -4l4 4l-4 4`);
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
