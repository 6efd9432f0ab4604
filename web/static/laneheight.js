// How tall the lanes of the timeline are: few of them use the room that there is, in steps, so that one more does not move all others.

export const LEAST = 26; // pixels of a lane, however many there are
const HEIGHTS = [72, 52, 38];
const WORDS = 52; // from here on words fit above and below the marks
const LINE = 15; // what a line of them takes, from the marks to the next lane
const MARKS = 12; // half the height of the marks in the lowest lane

/** Pixels of a lane where `total` of them have `seen` pixels. */
export const laneHeight = (total, seen) => HEIGHTS.find((height) => total * height <= seen) ?? LEAST;

export const hasWords = (lane) => lane >= WORDS;

/** How much larger the marks are than in the lowest lane. */
export const markScale = (lane) => Math.min(Math.max((lane / 2 - (hasWords(lane) ? LINE : 1)) / MARKS, 1), 2);
