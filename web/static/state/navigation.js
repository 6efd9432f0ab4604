// Moving between views: the address bar is the state, the store follows it.

import { format, parse } from "./route.js";

/** Goes somewhere. A new view or row makes an entry in the history; a changed filter or packet alters the one in hand. */
export function go(store, changes) {
  const { route } = store.state;
  const wanted = { ...route, ...changes };
  if (changes.view && changes.view !== route.view) {
    Object.assign(wanted, { id: null, packet: null, at: null, way: null, message: null, tab: "", ...changes });
  } else if ("id" in changes && changes.id !== route.id && !("packet" in changes)) wanted.packet = null;
  const isNewPlace = wanted.view !== route.view || (wanted.id === null) !== (route.id === null);
  address.write(isNewPlace, format(wanted));
  if ("id" in changes || "view" in changes) store.lab({ watch: [] }); // the reader's own choice goes before the demo's
  store.navigate(wanted);
}

const BREATH = 200; // ms between two changes of the address: browsers stop listening to a page that makes hundreds

/** Writes the address bar at once, and while a key is held down with a breath between; what was last said stands there in the end. */
const address = {
  timer: null,
  late: null,
  write(isNewPlace, hash) {
    this.late = null;
    if (isNewPlace) history.pushState(null, "", hash);
    else if (this.timer) this.late = hash;
    else {
      history.replaceState(null, "", hash);
      this.timer = setTimeout(() => this.breathe(), BREATH);
    }
  },
  breathe() {
    this.timer = null;
    if (this.late) this.write(false, this.late);
  },
};

/** Reads the address now and whenever the reader goes back or forth, or edits it. */
export function followAddress(store, views) {
  const read = () => {
    address.late = null;
    store.navigate(parse(location.hash, views));
  };
  window.addEventListener("popstate", read);
  window.addEventListener("hashchange", read);
  read();
}
