// Heights of the ladder's rows: evenly spaced with their stories, or with time to scale.

const STORY_TOP = 7; // pixels from the top of a row to its story
const BETWEEN = 6; // pixels between two stories

/**
 * Heights of rows with stories beside them: a long story extends past rows without one, and pushes away only the next
 * row that has one.
 *
 * @param {number[]} least the height each row needs by itself
 * @param {number[]} stories the height of each row's story; 0 for none
 */
export function rowHeights(least, stories) {
  const heights = [...least];
  let [top, free] = [0, 0]; // of the current row; end of the story before it
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
 * Heights of rows with time to scale: the pixels from one arrow to the next are proportional to time, but never less
 * than `least`.
 *
 * @param {(number | null)[]} gaps ns from each packet to the next; null where timestamps go backwards
 * @param {number} least pixels of a row at least
 * @param {number} scale ns a pixel
 */
export function heightsToScale(gaps, least, scale) {
  // Whole pixels, so that bands have no seams.
  return Float64Array.from(gaps, (gap) => Math.max(Math.round(gap / scale), least));
}

/** The initial scale, ns a pixel: a median pause takes one row, and the whole at most `most` rows a packet. */
export function firstScale(gaps, least, most = 8) {
  const pauses = gaps.filter((gap) => gap > 0).sort((a, b) => a - b);
  if (!pauses.length) return 1;
  const total = pauses.reduce((sum, gap) => sum + gap, 0);
  return Math.max(pauses[Math.floor(pauses.length / 2)] / least, total / (gaps.length * least * most), 1);
}
