// Moving between views: the address bar is the state, the store follows it.

import { format, parse } from "./route.js";

/** Goes somewhere. A new view or row makes an entry in the history; a changed filter or packet alters the one in hand. */
export function go(store, changes) {
  const { route } = store.state;
  const wanted = { ...route, ...changes };
  if (changes.view && changes.view !== route.view) Object.assign(wanted, { id: null, packet: null, at: null, way: null, tab: "", ...changes });
  else if ("id" in changes && changes.id !== route.id && !("packet" in changes)) wanted.packet = null;
  const isNewPlace = wanted.view !== route.view || (wanted.id === null) !== (route.id === null);
  history[isNewPlace ? "pushState" : "replaceState"](null, "", format(wanted));
  if ("id" in changes || "view" in changes) store.lab({ watch: [] }); // the reader's own choice goes before the demo's
  store.navigate(wanted);
}

/** Reads the address now and whenever the reader goes back or forth, or edits it. */
export function followAddress(store, views) {
  const read = () => store.navigate(parse(location.hash, views));
  window.addEventListener("popstate", read);
  window.addEventListener("hashchange", read);
  read();
}
