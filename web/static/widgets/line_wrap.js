// How many lines a sentence takes in a column: what the height of a row is computed from before it is drawn.

/**
 * Lines of `text` when broken at spaces to `width` pixels, as the browser does it with overflow-wrap: anywhere.
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

/** A measure for a CSS font, that remembers the words it has seen. */
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
