// Zooming, panning and selecting by wheel, pointer and touch, as calls; nothing is drawn here.

const WHEEL = 0.0022; // zoom per pixel of wheel
const LINE = 16; // pixels a line, for wheels that count in lines
const CLICK = 4; // pixels that a pointer may move in a click

/**
 * @param {HTMLElement} element
 * @param {object} calls
 * @param {(factor: number, x: number) => void} calls.zoom
 * @param {(pixels: number) => void} calls.pan
 * @param {(from: number, to: number) => void} calls.select
 * @param {(from: number | null, to?: number) => void} calls.selecting while a range is drawn; null when it is cancelled
 * @param {(x: number, y: number) => void} calls.click
 * @param {object} [options]
 * @param {() => boolean} [options.scrolls] whether a plain wheel scrolls the list under the pointer
 * @param {number} [options.edge] pixels before x is 0
 */
export function listen(element, calls, { scrolls = () => false, edge = 0 } = {}) {
  const pointers = new Map();
  let drag = null;
  const at = (event) => {
    const box = element.getBoundingClientRect();
    return [event.clientX - box.left - edge, event.clientY - box.top];
  };

  element.addEventListener("wheel", (event) => {
    const unit = event.deltaMode === 1 ? LINE : 1;
    if (event.ctrlKey || event.metaKey || (!scrolls() && !event.shiftKey && !event.deltaX)) {
      calls.zoom(Math.exp(-event.deltaY * unit * WHEEL), at(event)[0]);
    } else if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
      calls.pan((event.deltaX || event.deltaY) * unit);
    } else return;
    event.preventDefault();
  }, { passive: false });

  element.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    const [x, y] = at(event);
    pointers.set(event.pointerId, x);
    drag = pointers.size === 1 ? { x, y, isTouch: event.pointerType === "touch", hasMoved: false } : null;
    element.setPointerCapture(event.pointerId);
  });

  element.addEventListener("pointermove", (event) => {
    if (!pointers.has(event.pointerId)) return;
    const [x] = at(event);
    if (pointers.size === 2) pinch(event.pointerId, x);
    else if (drag) move(x, pointers.get(event.pointerId));
    pointers.set(event.pointerId, x);
  });

  element.addEventListener("pointerup", (event) => {
    const [x, y] = at(event);
    if (drag && !drag.hasMoved) calls.click(x, y);
    else if (drag && !drag.isTouch) calls.select(drag.x, x);
    end(event);
  });
  element.addEventListener("pointercancel", (event) => {
    calls.selecting(null);
    end(event);
  });

  function move(x, before) {
    drag.hasMoved ||= Math.abs(x - drag.x) > CLICK;
    if (!drag.hasMoved) return;
    if (drag.isTouch) calls.pan(before - x);
    else calls.selecting(drag.x, x);
  }

  function pinch(id, x) {
    const [[, other]] = [...pointers].filter(([pointer]) => pointer !== id);
    const [was, is] = [Math.abs(pointers.get(id) - other), Math.abs(x - other)];
    if (was > 1 && is > 1) calls.zoom(is / was, (x + other) / 2);
  }

  function end(event) {
    pointers.delete(event.pointerId);
    drag = null;
  }
}
