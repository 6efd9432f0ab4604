// Paints what only tall lanes show: both ends' TCP states as bands along the edges, and lines for packet sizes.

import { tickLength } from "./lane_layout.js";
import { band } from "../text/terms.js";
import { scale } from "./zoom.js";

const EDGE = 6; // pixels of canvas beyond both ends of the time shown
const THICK = 5; // pixels of a band
const WORD = 7; // pixels from a band to the middle of the state's name
const DASH = 5; // pixels of a dash of an assumed state,
const GAP = 3; // and between two of them
const PADDING = 4; // around the name
const GUIDED = 140; // pixels: lines for sizes are drawn where the longest packet is at least as long
/** @type {[bytes: number, text: string][]} */
const GUIDES = [[100, "100 B"], [1_000, "1 kB"], [10_000, "10 kB"]];

/** The client's states along the upper edge of each lane, the server's along the lower. */
export function paintStates(context, scene, place) {
  const { answer, colours } = scene;
  if (!place.shape.states || !answer.states) return;
  context.font = scene.font;
  context.textBaseline = "middle";
  context.textAlign = "left";
  for (const stretch of stretches(answer, scale(scene.span, scene.width), scene.width)) {
    const sign = stretch.side ? 1 : -1;
    const y = place.y(stretch.lane) + sign * place.shape.states;
    context.fillStyle = colours[stretch.side ? "server" : "client"];
    paintBand(context, stretch, sign < 0 ? y - THICK : y, sign);
    const left = Math.max(stretch.left, 0);
    const word = wordOf(stretch);
    if (context.measureText(word).width + 2 * PADDING <= stretch.right - left) {
      context.fillText(word, left + PADDING, y + sign * (THICK + WORD));
    }
  }
}

/** The visible part of each state in pixels: until the next state of that end, or the end of the connection. */
export function stretches({ lanes, states, extent }, { x }, width) {
  const found = [];
  states.lane.forEach((lane, i) => {
    const { is_open: isOpen, at_ns: start, duration_ns: lived } = lanes[lane];
    const isLast = states.lane[i + 1] !== lane || states.side[i + 1] !== states.side[i];
    const until = !isLast ? states.at_ns[i + 1] : isOpen ? extent.to : start + lived;
    const [left, right] = [Math.max(x(states.at_ns[i]), -EDGE), Math.min(x(until), width + EDGE)];
    if (right > left) {
      found.push({ lane, side: states.side[i], state: states.state[i], isAssumed: states.assumed[i], left, right });
    }
  });
  return found;
}

const wordOf = ({ state, isAssumed }) => (state === null ? "unknown" : isAssumed ? `${state} assumed` : state);

/** An assumed or unknown state is dashed and paler. */
function paintBand(context, stretch, y, sign) {
  if (!stretch.isAssumed && stretch.state !== null) return paintStretch(context, stretch, y, sign);
  context.globalAlpha = 0.6;
  for (let left = stretch.left; left < stretch.right; left += DASH + GAP) {
    paintStretch(context, { state: stretch.state, left, right: Math.min(left + DASH, stretch.right) }, y, sign);
  }
  context.globalAlpha = 1;
}

/** A band by kind of state: opening striped, established solid, closing half, TIME-WAIT dotted, others a hairline. */
function paintStretch(context, { state, left, right }, y, sign) {
  const each = (step, length) => {
    for (let x = left; x < right; x += step) context.fillRect(x, y, Math.min(length, right - x), THICK);
  };
  const kind = band(state);
  if (kind === "established") context.fillRect(left, y, right - left, THICK);
  else if (kind === "opening") each(4, 2);
  else if (kind === "time-wait") each(6, 2);
  else if (kind === "closing") context.fillRect(left, sign < 0 ? y : y + THICK - 2, right - left, 2);
  else context.fillRect(left, y + (THICK - 1) / 2, right - left, 1);
}

/** Faint lines at the lengths that packets of some sizes have. */
export function paintGuides(context, { width, colours, font, answer }, place) {
  if (place.shape.tall < GUIDED || !answer.ticks.client) return;
  context.font = font;
  context.textBaseline = "middle";
  context.textAlign = "right";
  answer.lanes.forEach((_, lane) => {
    for (const [bytes, text] of GUIDES) {
      for (const sign of [-1, 1]) {
        const y = Math.round(place.y(lane) + sign * tickLength(place.shape, bytes));
        context.fillStyle = colours.line;
        context.fillRect(0, y, width, 1);
        context.lineWidth = 3;
        context.strokeStyle = colours.ground;
        context.strokeText(text, width, y - 6);
        context.fillStyle = colours["ink-2"];
        context.fillText(text, width, y - 6);
      }
    }
  });
}
