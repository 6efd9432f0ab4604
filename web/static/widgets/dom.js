// Creates elements. Text gets into the document as text nodes only, so captured bytes can never become markup.

/**
 * Null and false are left out; `on…` is a listener, `vars` custom properties.
 *
 * @typedef {Record<string, unknown>} Attributes
 */
/** @typedef {Node | string | null | undefined | false} Child */

/**
 * Builds an element: h("button", {class: "quiet", onclick: press, "aria-label": "Pause"}, "Pause", icon).
 *
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Attributes} attributes
 * @param {...(Child | Child[])} children null and false are left out
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function h(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

const SVG = "http://www.w3.org/2000/svg";

/**
 * The same for SVG.
 *
 * @template {keyof SVGElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Attributes} attributes
 * @param {...(Child | Child[])} children
 * @returns {SVGElementTagNameMap[Tag]}
 */
export function svg(tag, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

/**
 * @template {HTMLElement | SVGElement} Built
 * @param {Built} element
 * @param {Attributes} attributes
 * @param {(Child | Child[])[]} children
 */
function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), /** @type {EventListener} */ (value));
    else if (name === "vars") setVars(element, /** @type {Record<string, string>} */ (value));
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  for (const child of children.flat()) {
    if (child !== null && child !== undefined && child !== false) element.append(child);
  }
  return element;
}

/**
 * Sets custom properties, through CSSOM as the content security policy demands.
 *
 * @param {HTMLElement | SVGElement} element
 * @param {Record<string, string | number>} values
 */
export function setVars(element, values) {
  for (const [name, value] of Object.entries(values)) element.style.setProperty(`--${name}`, String(value));
}

/**
 * Sets the text where it differs, so that an unchanged cell costs nothing and keeps a selection in it.
 *
 * @param {Node} element
 * @param {string} text
 */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** Sets the class where it differs.
 *
 * @param {HTMLElement} element
 * @param {string} name
 */
export function setClass(element, name) {
  if (element.className !== name) element.className = name;
}

/**
 * The element that an event came from, or its nearest ancestor, that matches; null for none.
 *
 * @param {Event} event
 * @param {string} selector
 * @returns {HTMLElement | null}
 */
export const closest = (event, selector) => (event.target instanceof Element ? event.target.closest(selector) : null);

const ICONS = {
  pause: "M5 3v10M11 3v10",
  play: "M5 3l8 5-8 5z",
  moon: "M13 9.5A5.5 5.5 0 0 1 6.5 3 5.5 5.5 0 1 0 13 9.5z",
  sun: "M8 5a3 3 0 1 0 0 6 3 3 0 0 0 0-6zM8 1v1.5M8 13.5V15M1 8h1.5M13.5 8H15M3 3l1 1M12 12l1 1M13 3l-1 1M4 12l-1 1",
  help: "M6 6a2 2 0 1 1 2.6 1.9c-.4.2-.6.5-.6.9v.7M8 12.2v.3",
  clear: "M8 2.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11zM4.2 4.2l7.6 7.6",
  close: "M4 4l8 8M12 4l-8 8",
  unfold: "M4 6l4 4 4-4",
  first: "M4 4v8M12 4L7 8l5 4z",
  previous: "M11 4L6 8l5 4z",
  next: "M5 4l5 4-5 4z",
  last: "M12 4v8M4 4l5 4-5 4z",
  left: "M10 3.5L5.5 8l4.5 4.5",
  right: "M6 3.5L10.5 8 6 12.5",
  down: "M8 3v9M4 8.5L8 12.5l4-4",
  bookmark: "M4.5 2.5h7v11L8 10.5l-3.5 3z",
  note: "M3 13l.8-3.2L10.6 3 13 5.4 6.2 12.2zM9.2 4.4l2.4 2.4",
  columns: "M2.5 3.5h11v9h-11zM6.2 3.5v9M9.8 3.5v9",
  save: "M8 2.5v7M5 7l3 3 3-3M3 13h10",
};

/** A 16 px line icon; decoration only, its button has the label. */
export function icon(name) {
  return svg("svg", { viewBox: "0 0 16 16", class: "icon", "aria-hidden": "true" }, svg("path", { d: ICONS[name] }));
}
