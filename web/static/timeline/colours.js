// The colour tokens as a canvas understands them: it cannot read a stylesheet.

import { h } from "../widgets/dom.js";

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

/** {client: "rgb(…)", …} as they are within `element` now. */
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

/** Calls back when the theme changes; returns how to stop that. */
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
