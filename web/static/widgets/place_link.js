// A link to another place of the page. It has an address, so it can be copied and opened in another tab.

/** @import { Route } from "../types/state.d.ts" */
/** @import { Store } from "../state/store.js" */
/** @import { Attributes, Child } from "./dom.js" */
import { addressOf, follow } from "../state/navigation.js";
import { count } from "../text/format.js";
import { h } from "./dom.js";

/**
 * A plain click follows the link here; any other way to press it is the browser's. The place is read from the element,
 * so it may be moved by aim() or redraw().
 *
 * @param {Store} store
 * @param {Partial<Route>} changes to the route, as for go()
 * @param {Attributes} [attributes]
 * @param {...(Child | Child[])} children
 */
export function placeLink(store, changes, attributes = {}, ...children) {
  const refresh = () => aim(link, store, placeOf(link)); // filter or time range may have changed
  const link = h("a", {
    class: "link",
    ...addressed(store, changes),
    onpointerenter: refresh,
    onpointerdown: refresh,
    onfocus: refresh,
    onclick: (event) => {
      refresh();
      if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
      event.preventDefault();
      follow(store, placeOf(link));
    },
    ...attributes,
  }, ...children);
  return link;
}

/**
 * Makes a link lead to another place.
 *
 * @param {HTMLAnchorElement} link
 * @param {Store} store
 * @param {Partial<Route>} changes
 */
export function aim(link, store, changes) {
  for (const [name, value] of Object.entries(addressed(store, changes))) {
    if (link.getAttribute(name) !== value) link.setAttribute(name, value);
  }
}

/**
 * Makes links to packets of the connection that is shown, or of the packet view.
 *
 * @typedef {(packet: number, attributes?: Attributes, ...children: Child[]) => HTMLAnchorElement} PacketLink
 */

/** @type {(store: Store) => PacketLink} */
export const packetLinks = (store) => (packet, attributes, ...children) =>
  placeLink(store, { packet }, attributes, ...(children.length ? children : [`packet ${count(packet)}`]));

const placeOf = (link) => JSON.parse(link.dataset.place);

const addressed = (store, changes) => ({
  href: addressOf(store, changes),
  "data-place": JSON.stringify(changes),
});
