// Draws Plotly figures. plotly.js is loaded with the first one, in a way that the content security policy allows.

import { h } from "./dom.js";

// No toolbar: panning, zooming and hovering work without.
const CONFIG = { displayModeBar: false, displaylogo: false, responsive: true, showTips: false, doubleClick: "reset" };

let library = null;

/** Loads plotly.js, once; rejects when that fails, and tries again at the next call. */
export function plotly() {
  library ??= load().catch((error) => {
    library = null;
    throw error;
  });
  return library;
}

/**
 * An element that plotly.js has drawn into.
 *
 * @typedef {HTMLElement & {on: (event: string, listener: (detail: any) => void) => void}} Plot
 */

/**
 * Draws a figure into an element, or updates the one that is there.
 *
 * @param {HTMLElement} element
 * @param {{data: object[], layout: object}} figure
 * @returns {Promise<Plot>}
 */
export async function draw(element, { data, layout }) {
  const Plotly = await plotly();
  return await Plotly.react(element, data, layout, CONFIG);
}

/** Frees a figure when its view is left. */
export function release(element) {
  globalThis.Plotly?.purge(element);
}

function load() {
  // This element keeps plotly.js from adding a style sheet, which the policy forbids; css/plotly_figure.css has its
  // rules.
  document.head.append(h("meta", { id: "plotly.js-style-global", class: "no-inline-styles" }));
  return new Promise((resolve, reject) => {
    const script = h("script", { src: "/plotly.min.js" });
    const letStyles = withholdStyles();
    script.onload = () => {
      letStyles();
      resolve(globalThis.Plotly);
    };
    script.onerror = () => {
      letStyles();
      script.remove();
      reject(new Error("The charts could not be loaded."));
    };
    document.head.append(script);
  });
}

/**
 * While plotly.js loads, its map library creates a style element, which the policy forbids; it gets a template element
 * instead, as no map is drawn here. Returns a function that ends this.
 */
function withholdStyles() {
  const create = document.createElement.bind(document);
  document.createElement = (name, ...rest) => create(name === "style" ? "template" : name, ...rest);
  return () => delete document.createElement;
}
