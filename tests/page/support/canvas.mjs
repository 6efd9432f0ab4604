// A canvas context that paints nothing and keeps what it was asked to paint: the display list of a drawing.

/**
 * `list` holds, in order, {rect: [x, y, width, height]}, {text, x, y}, {path: [[x, y], …]} and {line: [[x, y], …]},
 * each with its colour and alpha; translations are added in. A text's outline is no entry of its own.
 */
export class RecordingContext {
  list = [];
  fillStyle = "";
  strokeStyle = "";
  globalAlpha = 1;
  font = "12px sans-serif";
  textAlign = "left";
  #origin = [0, 0];
  #path = [];

  #add(what, colour) {
    this.list.push({ ...what, colour, alpha: this.globalAlpha });
  }

  #at(x, y) {
    return [x + this.#origin[0], y + this.#origin[1]];
  }

  translate(x, y) {
    this.#origin = this.#at(x, y);
  }
  setTransform() {
    this.#origin = [0, 0];
  }
  scale() {}
  clearRect() {
    this.list = [];
  }
  fillRect(x, y, width, height) {
    this.#add({ rect: [...this.#at(x, y), width, height] }, this.fillStyle);
  }
  fillText(text, x, y) {
    const [left, top] = this.#at(x, y);
    this.#add({ text, x: left, y: top, align: this.textAlign }, this.fillStyle);
  }
  strokeText() {}
  measureText(text) {
    return { width: 6 * text.length };
  }
  beginPath() {
    this.#path = [];
  }
  moveTo(x, y) {
    this.#path.push(this.#at(x, y));
  }
  lineTo(x, y) {
    this.#path.push(this.#at(x, y));
  }
  fill() {
    this.#add({ path: this.#path }, this.fillStyle);
  }
  stroke() {
    this.#add({ line: this.#path, wide: this.lineWidth }, this.strokeStyle);
  }

  /** The rectangles of a colour: [x, y, width, height], and the alpha where it is not 1. */
  rects(colour) {
    return this.list.filter((one) => one.rect && one.colour === colour).map(({ rect, alpha }) =>
      alpha === 1 ? rect : [...rect, alpha]
    );
  }
  texts() {
    return this.list.filter(({ text }) => text !== undefined).map(({ text, colour }) => [text, colour]);
  }
  /** The tips of the filled heads of a colour: [x, y, "up", "down", "right" or "left"]. */
  heads(colour) {
    return this.list.filter((one) => one.path && one.colour === colour).map(({ path: [[x, y], [x2, y2], [x3]] }) => {
      const way = x2 === x3 ? (x > x2 ? "right" : "left") : y < y2 ? "up" : "down";
      return [x, y, way];
    });
  }
}

/** Every token as a colour of its own name. */
export const COLOURS = Object.fromEntries(
  ["client", "server", "http", "ws", "trouble", "ink", "ink-2", "ground", "ground-2", "line", "line-2"].map((name) => [
    name,
    name,
  ]),
);
