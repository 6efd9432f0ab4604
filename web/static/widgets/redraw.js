// Redraws what changed and leaves the rest in place, so that a click that has begun arrives and the focus stays.

/**
 * Makes `children` the children of `parent`. What is there already and equal to a new child is kept. So is an element
 * with the `data-key` of a new one, or a link to the same place; it then gets the attributes and the children of that.
 *
 * A listener must therefore depend on nothing but what its element shows in its text and attributes, or, if it has a
 * key, on the key and the attributes when it is called. Custom properties of an element with a key are not updated.
 *
 * @param {Element} parent
 * @param {Iterable<Node>} children
 */
export function redraw(parent, children) {
  const active = /** @type {HTMLElement | null} */ (document.activeElement);
  update(parent, [...children]);
  if (active !== document.activeElement && active && parent.contains(active)) active.focus({ preventScroll: true });
}

/**
 * @param {Element} parent
 * @param {Node[]} children
 */
function update(parent, children) {
  const left = new Set(parent.childNodes);
  const kept = children.map((child) => {
    const found = [...left].find((one) => one.isEqualNode(child)) ?? [...left].find((one) => hasKeyOf(one, child));
    if (found) left.delete(found);
    return found;
  });
  for (const one of left) one.remove();
  let place = parent.firstChild;
  for (const [i, child] of children.entries()) {
    const node = kept[i] ?? child;
    if (node === place) place = place.nextSibling;
    else parent.insertBefore(node, place);
    if (!node.isEqualNode(child)) become(/** @type {Element} */ (node), /** @type {Element} */ (child));
  }
}

/**
 * @param {Node} one
 * @param {Node} other
 */
function hasKeyOf(one, other) {
  return one instanceof HTMLElement && other instanceof HTMLElement && one.tagName === other.tagName &&
    keyOf(one) !== undefined && keyOf(one) === keyOf(other);
}

/** @param {HTMLElement} element */
const keyOf = ({ dataset }) => dataset.key ?? dataset.place;

/**
 * Gives an element the attributes and the children of another.
 *
 * @param {Element} element
 * @param {Element} other
 */
function become(element, other) {
  for (const { name } of [...element.attributes]) if (!other.hasAttribute(name)) element.removeAttribute(name);
  for (const { name, value } of other.attributes) {
    if (element.getAttribute(name) !== value) element.setAttribute(name, value);
  }
  update(element, [...other.childNodes]);
}
