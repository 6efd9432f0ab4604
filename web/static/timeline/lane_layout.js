// What a lane shows, by its height: marks grow with it, then labels are added, then both ends' states.

const WORDS = 52; // from this height on labels fit above and below the marks
const STATES = 132; // from this height on both ends' states are drawn along its edges, and their addresses beside them
const LINE = 14; // pixels of a line of labels
const LEFT = 3; // pixels of a lane above its marks, and below
const STATE = 24; // of its states: a label and a band
const MIDDLE = 12; // half the height of the marks in the lowest lane
const LARGEST = 16; // bits of a packet's payload, at most: 64 KiB
const LINES = 8; // of labels on a side, at most

export const hasWords = (lane) => lane >= WORDS;
export const hasStates = (lane) => lane >= STATES;

/**
 * Sizes in pixels from the middle of a lane: {band: half a connection's band, block: half an exchange, short and tall:
 * packets without and with the most payload, stem: of an arrow, words: the first of `lines` lines of labels, states: of
 * the states' band, or null}.
 */
export function shape(lane) {
  const half = lane / 2;
  const most = hasStates(lane) ? 2 : 2.5;
  const grown = Math.min(Math.max((half - (hasWords(lane) ? LINE + 1 : 1)) / MIDDLE, 1), most);
  const size = (pixels) => Math.round(pixels * grown);
  const room = half - LEFT - (hasStates(lane) ? STATE : 0);
  const words = size(10) + 4;
  return {
    band: size(4),
    block: size(5),
    short: size(7),
    tall: hasStates(lane) ? Math.floor(room - 4) : size(11),
    stem: size(10),
    words,
    lines: hasWords(lane) ? Math.min(Math.max(Math.floor((room - words + 2) / LINE), 1), LINES) : 0,
    states: hasStates(lane) ? Math.floor(half - LEFT - LINE - 4) : null,
  };
}

/** Pixels of a packet, on a logarithmic scale so that ten bytes and ten thousand are both visible. */
export function tickLength({ short, tall }, payload) {
  return payload > 0 ? Math.round(short + (tall - short) * Math.min((1 + Math.log2(payload)) / LARGEST, 1)) : short;
}
