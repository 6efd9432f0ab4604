// Navigation: the URL holds the view's state, and the store follows it.

import { format, parse } from "./route.js";

/** @import { Route } from "../types/state.d.ts" */

/** @type {Map<string, string>} */
const orders = new Map(); // each view's order when it was last left

/**
 * The route that changes lead to. Filter and time range stay, and each view's order; another view begins without the
 * rest.
 *
 * @param {Route} route
 * @param {Partial<Route>} changes
 * @returns {Route}
 */
export function routeTo(route, changes) {
  const wanted = { ...route, ...changes };
  if (changes.view && changes.view !== route.view) {
    const order = orders.get(changes.view) ?? "";
    Object.assign(wanted, { id: null, packet: null, order, at: null, way: null, message: null, tab: "", ...changes });
  } else if ("id" in changes && changes.id !== route.id && !("packet" in changes)) wanted.packet = null;
  return wanted;
}

/**
 * The address of the place that changes to the route lead to.
 *
 * @param {import("./store.js").Store} store
 * @param {Partial<Route>} changes
 */
export const addressOf = (store, changes) => format(routeTo(store.state.route, changes));

/** Navigates. A new view, opening or closing a row adds a history entry; any other change replaces the current one. */
export function go(store, changes) {
  const { route } = store.state;
  const wanted = routeTo(route, changes);
  turnTo(store, changes, wanted, wanted.view !== route.view || (wanted.id === null) !== (route.id === null));
}

/** Follows a link: as go(), but Back returns from every other place. */
export function follow(store, changes) {
  const { route } = store.state;
  const wanted = routeTo(route, changes);
  turnTo(store, changes, wanted, format(wanted) !== format(route));
}

function turnTo(store, changes, wanted, isNewPlace) {
  orders.set(store.state.route.view, store.state.route.order);
  address.write(isNewPlace, format(wanted));
  if ("id" in changes || "view" in changes) store.lab({ watch: [] }); // the user's choice overrides the demo's
  store.navigate(wanted);
}

const PAUSE = 200; // ms between two changes of the URL: browsers ignore a page that makes hundreds

/** Writes the URL at once, and at most every `PAUSE` ms while a key is held down; the last change is always written. */
const address = {
  timer: null,
  late: null,
  write(isNewPlace, hash) {
    this.late = null;
    if (isNewPlace) history.pushState(null, "", hash);
    else if (this.timer) this.late = hash;
    else {
      history.replaceState(null, "", hash);
      this.timer = setTimeout(() => this.writeLate(), PAUSE);
    }
  },
  writeLate() {
    this.timer = null;
    if (this.late) this.write(false, this.late);
  },
};

/** Reads the URL now and on every back, forward or edit. */
export function followAddress(store, views) {
  const read = () => {
    address.late = null;
    store.navigate(parse(location.hash, views));
  };
  window.addEventListener("popstate", read);
  window.addEventListener("hashchange", read);
  read();
}
