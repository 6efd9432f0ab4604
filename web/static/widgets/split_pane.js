// Two panes with a draggable divider; its position is stored in this browser.

import { h } from "./dom.js";

const STEP = 24; // pixels that an arrow key moves the handle

/**
 * @param {string} name under which the size is stored
 * @param {HTMLElement} first
 * @param {HTMLElement} second
 * @param {object} sizes pixels
 * @param {number} sizes.initial of the first pane
 * @param {number} sizes.least of the first pane at least
 * @param {number} sizes.rest of the second at least
 */
export function split(name, first, second, { initial, least, rest }) {
  const handle = h("div", {
    class: "split-handle",
    role: "separator",
    tabindex: "0",
    "aria-orientation": "vertical",
    "aria-label": "Width of the list",
  });
  const element = h("div", { class: "split" }, first, handle, second);
  let size = remembered(name) ?? initial;
  apply();

  function apply() {
    element.style.setProperty("--first", `${size}px`);
    handle.setAttribute("aria-valuenow", String(Math.round(size)));
  }

  function resize(wanted) {
    const room = element.clientWidth - rest;
    size = Math.max(Math.min(wanted, room), least);
    apply();
    remember(name, size);
  }

  handle.addEventListener("pointerdown", (event) => {
    handle.setPointerCapture(event.pointerId);
    const offset = event.clientX - size;
    const move = (moved) => resize(moved.clientX - offset);
    handle.addEventListener("pointermove", move);
    handle.addEventListener("lostpointercapture", () => handle.removeEventListener("pointermove", move), {
      once: true,
    });
  });
  handle.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: -STEP, ArrowRight: STEP }[event.key];
    if (step) resize(size + step);
  });
  return element;
}

function remembered(name) {
  try {
    return Number(localStorage.getItem(`wireglass.split.${name}`)) || null;
  } catch {
    return null;
  }
}

function remember(name, size) {
  try {
    localStorage.setItem(`wireglass.split.${name}`, String(Math.round(size)));
  } catch {
    // Storage may be refused; the size then lasts as long as the page.
  }
}
