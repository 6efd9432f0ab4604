// Moving in time by wheel, pointer and touch. What it means is told as calls; nothing is drawn here.

const WHEEL = 0.0022; // how much a pixel of wheel zooms
const LINE = 16; // pixels of a wheel that counts in lines
const CLICK = 4; // pixels a pointer may stray and still have clicked

/**
 * @param {HTMLElement} element
 * @param {object} calls zoom(factor, x), pan(pixels), select(x, x) and selecting(x, x) while it is drawn or null when given up, click(x, y)
 * @param {{scrolls?: () => boolean, edge?: number}} options whether a plain wheel belongs to the list under the pointer, and the pixels before x is 0
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
