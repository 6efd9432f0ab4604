// The brush: activity of the whole capture, and the time range that all views show.

import { h } from "../widgets/dom.js";
import { moment } from "../text/format.js";
import { between, pan, scale } from "./zoom.js";

const HEIGHT = 40;
const EDGE = 7; // pixels around an edge in which it can be dragged

export class Brush {
  /** @param {{choose: (span: object | null) => void}} calls `choose` gets the new range, null for everything */
  constructor({ choose }) {
    this.choose = choose;
    this.canvas = h("canvas", { class: "brush-canvas", "aria-hidden": "true" });
    this.window = h("div", { class: "brush-window", hidden: true });
    this.edges = ["from", "to"].map((name) =>
      h("div", {
        class: `brush-edge ${name}`,
        role: "slider",
        tabindex: "0",
        hidden: true,
        "aria-label": name === "from" ? "Start of the time range" : "End of the time range",
        "aria-orientation": "horizontal",
        onkeydown: (event) => this.key(event, name),
      })
    );
    this.element = h(
      "div",
      { class: "brush", title: "The whole capture. Drag to select a time range, double-click to clear it" },
      this.canvas,
      this.window,
      this.edges,
    );
    this.drawn = "";
    this.drag = null;
    this.listen();
  }

  /** @param {object} scene {extent, activity, span: what is shown or null for everything, colours} */
  draw(scene) {
    this.scene = scene;
    const { extent, span } = scene;
    this.window.hidden = !extent || !span;
    for (const edge of this.edges) edge.hidden = this.window.hidden;
    this.paint();
    if (this.window.hidden) return;
    const { x } = scale(extent, 100);
    const [left, right] = [span.from, span.to].map((ns) => Math.min(Math.max(x(ns), 0), 100));
    this.element.style.setProperty("--left", `${left}%`);
    this.element.style.setProperty("--right", `${right}%`);
    ["from", "to"].forEach((name, i) => {
      const edge = this.edges[i];
      edge.setAttribute("aria-valuemin", String(extent.from));
      edge.setAttribute("aria-valuemax", String(extent.to));
      edge.setAttribute("aria-valuenow", String(span[name]));
      edge.setAttribute("aria-valuetext", moment(span[name]));
    });
  }

  paint() {
    const { activity, colours } = this.scene;
    const width = this.element.clientWidth;
    if (!activity || !width) return;
    const context = sized(this.canvas, width, HEIGHT);
    const { packets, trouble } = activity;
    const most = packets.reduce((a, b) => Math.max(a, b), 1);
    const each = width / Math.max(packets.length, 1);
    packets.forEach((count, i) => {
      if (!count) return;
      // Square roots, so that a quiet minute is visible beside a busy second.
      const tall = Math.max(Math.sqrt(count / most) * (HEIGHT - 10), 2);
      context.fillStyle = colours["ink-2"];
      context.globalAlpha = 0.55;
      context.fillRect(i * each, HEIGHT - tall, Math.max(each, 1), tall);
      context.globalAlpha = 1;
      if (!trouble[i]) return;
      context.fillStyle = colours.trouble;
      context.fillRect(i * each, 1, Math.max(each, 2), 4);
    });
  }

  listen() {
    const { element } = this;
    element.addEventListener("pointerdown", (event) => {
      if (event.button !== 0 || !this.scene?.extent) return;
      element.setPointerCapture(event.pointerId);
      this.drag = { ...this.grip(this.at(event)), from: this.at(event), span: this.scene.span };
    });
    element.addEventListener("pointermove", (event) => {
      if (this.drag) this.dragged(this.at(event));
      else if (this.scene?.extent) element.dataset.grip = this.grip(this.at(event)).kind;
    });
    for (const end of ["pointerup", "pointercancel"]) {
      element.addEventListener(end, () => {
        this.drag = null;
      });
    }
    element.addEventListener("dblclick", () => this.choose(null));
  }

  at(event) {
    const box = this.element.getBoundingClientRect();
    return Math.min(Math.max(event.clientX - box.left, 0), box.width);
  }

  get scale() {
    return scale(this.scene.extent, Math.max(this.element.clientWidth, 1));
  }

  /** What can be dragged at pixel `x`. */
  grip(x) {
    const { span } = this.scene;
    if (!span) return { kind: "new" };
    const [left, right] = [this.scale.x(span.from), this.scale.x(span.to)];
    if (Math.abs(x - left) <= EDGE && x - left <= right - x) return { kind: "edge", fixed: span.to };
    if (Math.abs(x - right) <= EDGE) return { kind: "edge", fixed: span.from };
    return { kind: x > left && x < right ? "window" : "new" };
  }

  dragged(x) {
    const { kind, fixed, from, span } = this.drag;
    const { ns } = this.scale;
    const { extent } = this.scene;
    if (kind === "window") this.choose(pan(span, ns(x) - ns(from), extent));
    else if (kind === "edge") this.choose(between(fixed, ns(x), extent));
    else if (Math.abs(x - from) > 3) this.choose(between(ns(from), ns(x), extent));
  }

  key(event, name) {
    const { span, extent } = this.scene;
    const step = (extent.to - extent.from) / (event.shiftKey ? 10 : 100);
    const by = { ArrowLeft: -step, ArrowDown: -step, ArrowRight: step, ArrowUp: step }[event.key];
    const wanted = { Home: extent.from, End: extent.to }[event.key] ?? (by ? span[name] + by : null);
    if (wanted === null) return;
    event.preventDefault();
    event.stopPropagation();
    this.choose(
      between(
        name === "from" ? Math.min(wanted, span.to) : span.from,
        name === "to" ? Math.max(wanted, span.from) : span.to,
        extent,
      ),
    );
  }
}

/** Sizes and clears a canvas; returns its context, scaled so that a unit is a CSS pixel. */
export function sized(canvas, width, height) {
  const ratio = globalThis.devicePixelRatio || 1;
  const [w, high] = [Math.round(width * ratio), Math.round(height * ratio)];
  if (canvas.width !== w || canvas.height !== high) [canvas.width, canvas.height] = [w, high];
  const context = canvas.getContext("2d");
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  return context;
}
