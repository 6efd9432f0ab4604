// Drawing anew without taking the focus away: a control is known again by its `data-focus`.

/** Lets `redraw` replace what is in `container`; the control that had the focus has it again, if it is there again. */
export function keepingFocus(container, redraw) {
  const active = document.activeElement;
  const name = container.contains(active) ? (active.dataset.focus ?? null) : null;
  redraw();
  if (name === null || container.contains(document.activeElement)) return;
  [...container.querySelectorAll("[data-focus]")].find((one) => one.dataset.focus === name)?.focus({
    preventScroll: true,
  });
}
