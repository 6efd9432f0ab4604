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
  const probe = h("i", { hidden: true });
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
  const system = matchMedia("(prefers-color-scheme: dark)");
  const observer = new MutationObserver(changed);
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
  system.addEventListener("change", changed);
  return () => {
    observer.disconnect();
    system.removeEventListener("change", changed);
  };
}
