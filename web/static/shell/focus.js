// Where the focus goes when a view opens, a link is followed, or what had it is gone: to the list that the arrow keys
// walk.

import { closest } from "../widgets/dom.js";

const WALKED = "[data-arrow-keys]"; // what views mark; where several are shown, the last one counts
const KEYS = ["ArrowDown", "ArrowUp", "PageDown", "PageUp", "Home", "End"];

/** @param {HTMLElement} stage place of the views; it has the focus where a view has no list, or none yet */
export function mountFocus(stage) {
  const shown = new ResizeObserver(() => document.activeElement === stage && move());
  const lists = () => /** @type {HTMLElement[]} */ ([...stage.querySelectorAll(WALKED)]);

  function move() {
    shown.disconnect();
    const list = lists().findLast((one) => one.checkVisibility());
    (list ?? stage).focus({ preventScroll: true });
    if (!list) { for (const one of lists()) shown.observe(one); } // until its rows have arrived
  }

  /** The same once what has changed is drawn, unless something else has the focus then. */
  function later(given = null) {
    requestAnimationFrame(() =>
      requestAnimationFrame(() => {
        const active = document.activeElement;
        const isFree = !active || [document.body, stage, given].includes(/** @type {HTMLElement} */ (active));
        if (isFree || !active.checkVisibility()) move();
      })
    );
  }

  document.addEventListener("click", (event) => {
    const link = closest(event, "a[data-place]");
    // The tabs of a connection keep their links, all others may be replaced.
    if (!link || !event.defaultPrevented || document.activeElement !== link || link.closest("[role=tabpanel]")) return;
    link.blur();
    later();
  });
  document.addEventListener("keydown", (event) => {
    if (event.target !== document.body && event.target !== stage) return; // something has the focus
    if (!KEYS.includes(event.key) || event.ctrlKey || event.metaKey || event.altKey) return;
    move();
    if (document.activeElement === stage) return;
    event.preventDefault();
    event.stopImmediatePropagation(); // in favour of the one that the list gets
    document.activeElement.dispatchEvent(new KeyboardEvent("keydown", event));
  });
  return {
    /** For a view that was just opened. */
    enter() {
      move();
      later(/** @type {HTMLElement} */ (document.activeElement)); // its first drawing may show another list
    },
    /** For the case that what had the focus was closed. */
    restore: () => later(),
  };
}
