// How high the rows of a ladder are: evenly spaced, with stories that hang down, or with time to scale.

const STORY_TOP = 7; // pixels from the top of a row to its story
const BETWEEN = 6; // pixels between two stories

/**
 * Heights of rows whose stories stand beside them: a long story hangs down past rows that have none, and only pushes away the
 * next row that tells something.
 *
 * @param {number[]} least the height each row needs by itself
 * @param {number[]} stories the height of each row's story; 0 for none
 */
export function rowHeights(least, stories) {
  const heights = [...least];
  let [top, free] = [0, 0]; // of the row in hand; where the story before it ends
  least.forEach((height, index) => {
    if (stories[index]) {
      const missing = Math.max(free + BETWEEN - (top + STORY_TOP), 0);
      if (index) heights[index - 1] += missing;
      top += missing;
      free = top + STORY_TOP + stories[index];
    }
    top += height;
  });
  if (heights.length) heights[heights.length - 1] += Math.max(free + BETWEEN - top, 0);
  return heights;
}

/**
 * Heights of rows with time to scale: from one arrow to the next as many pixels as time has passed, but never less than a row
 * needs to be read.
 *
 * @param {(number | null)[]} gaps ns from each packet to the next; null where times go back
 * @param {number} least pixels of a row at least
 * @param {number} scale ns a pixel
 */
export function heightsToScale(gaps, least, scale) {
  return Float64Array.from(gaps, (gap) => Math.max(Math.round(gap / scale), least)); // whole pixels: bands have no seams
}

/** ns a pixel with which `gaps` show best at first: a middling pause takes a row, and the whole grows to `most` rows a packet. */
export function firstScale(gaps, least, most = 8) {
  const pauses = gaps.filter((gap) => gap > 0).sort((a, b) => a - b);
  if (!pauses.length) return 1;
  const total = pauses.reduce((sum, gap) => sum + gap, 0);
  return Math.max(pauses[Math.floor(pauses.length / 2)] / least, total / (gaps.length * least * most), 1);
}
