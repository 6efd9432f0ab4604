// Drawing figures: plotly.js is fetched when the first one is wanted, and kept within the content security policy.

import { h } from "./dom.js";

// Its toolbar is left away: panning, zooming and hovering work without.
const CONFIG = { displayModeBar: false, displaylogo: false, responsive: true, showTips: false, doubleClick: "reset" };

let library = null;

/** plotly.js; rejects when it cannot be loaded, and tries anew when asked again. */
export function plotly() {
  library ??= load().catch((error) => {
    library = null;
    throw error;
  });
  return library;
}

/** @typedef {HTMLElement & {on: (event: string, listener: (detail: any) => void) => void}} Plot an element that plotly.js has drawn into */

/**
 * Draws a figure into an element, or changes what is drawn there as little as it takes.
 *
 * @param {HTMLElement} element
 * @param {{data: object[], layout: object}} figure
 * @returns {Promise<Plot>}
 */
export async function draw(element, { data, layout }) {
  const Plotly = await plotly();
  return await Plotly.react(element, data, layout, CONFIG);
}

/** Lets go of what was drawn into an element, once its view is left. */
export function release(element) {
  globalThis.Plotly?.purge(element);
}

function load() {
  // With this element there, plotly.js makes no style sheet of its own, which the policy would refuse: css/plotly_figure.css has its rules.
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
 * While plotly.js loads, its map library makes a style element, which the policy would refuse: it gets another one, that styles
 * nothing. No map is drawn here. Returns how to end that.
 */
function withholdStyles() {
  const create = document.createElement.bind(document);
  document.createElement = (name, ...rest) => create(name === "style" ? "template" : name, ...rest);
  return () => delete document.createElement;
}
