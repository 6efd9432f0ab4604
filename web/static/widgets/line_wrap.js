// How many lines a text takes in a column, to compute the height of a row before it is drawn.

/**
 * The number of lines of `text` in `width` pixels, broken as the browser does with overflow-wrap: anywhere.
 *
 * @param {(text: string) => number} measure pixels of a text on one line
 */
export function lineCount(text, width, measure) {
  let [lines, used] = [1, 0];
  const space = measure(" ");
  for (const word of text.split(/\s+/).filter(Boolean)) {
    const needs = measure(word);
    if (used && used + space + needs <= width) {
      used += space + needs;
    } else {
      if (used) lines += 1;
      lines += Math.max(Math.ceil(needs / width) - 1, 0);
      used = needs > width ? needs % width : needs;
    }
  }
  return lines;
}

/** A function that measures text in a CSS font, with a cache of words. */
export function measureIn(font, remembered = 5_000) {
  const context = document.createElement("canvas").getContext("2d");
  context.font = font;
  const known = new Map();
  return (text) => {
    let width = known.get(text);
    if (width === undefined) {
      width = context.measureText(text).width;
      if (known.size >= remembered) known.clear();
      known.set(text, width);
    }
    return width;
  };
}
