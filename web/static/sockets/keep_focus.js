// Redrawing without losing the focus: a control is recognised by its `data-focus`.

/**
 * Lets `redraw` replace what is in `container`, and focuses the control again that had the focus, if it is still there.
 *
 * @param {HTMLElement} container
 * @param {() => void} redraw
 */
export function keepingFocus(container, redraw) {
  const active = document.activeElement;
  const name = active instanceof HTMLElement && container.contains(active) ? (active.dataset.focus ?? null) : null;
  redraw();
  if (name === null || container.contains(document.activeElement)) return;
  const controls = /** @type {NodeListOf<HTMLElement>} */ (container.querySelectorAll("[data-focus]"));
  [...controls].find((one) => one.dataset.focus === name)?.focus({
    preventScroll: true,
  });
}
