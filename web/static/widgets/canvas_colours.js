// The theme's colours for canvas drawing, which cannot use CSS variables.

import { h } from "./dom.js";

const TOKENS = [
  "client",
  "server",
  "http",
  "ws",
  "trouble",
  "ink",
  "ink-2",
  "ground",
  "ground-2",
  "line",
  "line-2",
  "chosen",
  "hover",
  "focus",
];

/** The colours as computed within `element`: {client: "rgb(…)", …}. */
export function readColours(element) {
  const probe = h("i", { hidden: true }); // keeps its colour where colours are the system's (css/theme.css)
  element.append(probe);
  const read = (token) => {
    probe.style.color = `var(--${token})`;
    return getComputedStyle(probe).color;
  };
  const colours = Object.fromEntries(TOKENS.map((token) => [token, read(token)]));
  probe.remove();
  return colours;
}

/** Calls back when the theme changes; returns a function that ends this. */
export function onTheme(changed) {
  const system = ["(prefers-color-scheme: dark)", "(forced-colors: active)"].map((query) => matchMedia(query));
  const observer = new MutationObserver(changed);
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
  for (const query of system) query.addEventListener("change", changed);
  return () => {
    observer.disconnect();
    for (const query of system) query.removeEventListener("change", changed);
  };
}
