// What goes on beyond its edge on a narrow screen says so: by a fade, and an arrow that brings into sight what is there.

import { h, icon } from "./dom.js";

const STEP = 0.75; // of what shows, an arrow
const NEAR = 2; // pixels that do not count as going on

/** The element that scrolls sideways, in a frame with an arrow at each end (css/shell.css). Keys reach what is inside without the arrows. */
export function onward(scroller) {
  const arrow = (name, sign) =>
    h("button", {
      class: `onward-step ${name}`,
      tabindex: "-1",
      "aria-hidden": "true",
      onclick: () => scroller.scrollBy({ left: sign * STEP * scroller.clientWidth }),
    }, icon(name));
  const element = h("div", { class: "onward" }, scroller, arrow("left", -1), arrow("right", 1));
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

/** At which ends there is more than shows. */
export function beyond({ scrollLeft, clientWidth, scrollWidth }) {
  return { left: scrollLeft > NEAR, right: scrollLeft + clientWidth < scrollWidth - NEAR };
}
