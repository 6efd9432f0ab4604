// Marks a row that overflows sideways: a fade and an arrow button at each end with more to see.

import { h, icon } from "./dom.js";

const STEP = 0.75; // of what shows, an arrow
const NEAR = 2; // pixels that do not count as overflow

/**
 * Wraps a horizontal scroller in a frame with an arrow at each end (css/shell.css). Keyboards do not need the arrows.
 */
export function overflowHint(scroller) {
  const arrow = (name, sign) =>
    h("button", {
      class: `overflow-step ${name}`,
      tabindex: "-1",
      "aria-hidden": "true",
      onclick: () => scroller.scrollBy({ left: sign * STEP * scroller.clientWidth }),
    }, icon(name));
  const element = h("div", { class: "overflow-hint" }, scroller, arrow("left", -1), arrow("right", 1));
  const look = () => {
    const { left, right } = beyond(scroller);
    element.classList.toggle("goes-left", left);
    element.classList.toggle("goes-right", right);
  };
  scroller.addEventListener("scroll", look, { passive: true });
  new ResizeObserver(look).observe(scroller);
  new MutationObserver(look).observe(scroller, { childList: true });
  return element;
}

/** At which ends there is hidden content. */
export function beyond({ scrollLeft, clientWidth, scrollWidth }) {
  return { left: scrollLeft > NEAR, right: scrollLeft + clientWidth < scrollWidth - NEAR };
}
