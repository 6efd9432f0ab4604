// Where the page begins: gets itself let in, then hands over to the frame and the feed.

import * as api from "./net/api.js";
import { h } from "./widgets/dom.js";
import { Feed } from "./net/feed.js";
import { mountFrame, VIEW_NAMES } from "./shell/frame.js";
import { followAddress } from "./state/navigation.js";
import { createStore } from "./state/store.js";
import { mountDoor } from "./login/login_view.js";

const root = document.getElementById("app");
const store = createStore();

/** The key in the printed address ("#t=…"), taken out of the address bar so that it stays in no history. */
function keyInAddress() {
  const key = new URLSearchParams(location.hash.slice(1)).get("t");
  if (key !== null) history.replaceState(null, "", location.pathname);
  return key;
}

async function enter(key) {
  if (key !== null) await api.login(key);
  if (api.session.token === null) throw new api.ApiError(401, "This page has not been let in.");
}

let showing = null; // number of what is on show

/** What the page begins with. Once something else is on show, it begins anew in the same view: nothing it knew holds. */
async function fetchSnapshot() {
  const snapshot = await api.get("/api/snapshot");
  if (showing !== null && snapshot.showing !== showing) {
    history.replaceState(null, "", `#/${store.state.route.view}`);
    location.reload();
    return new Promise(() => {}); // the page is on its way out
  }
  showing = snapshot.showing;
  return snapshot;
}

function start() {
  const connect = () => new WebSocket(`ws://${location.host}/feed`);
  const feed = new Feed({ connect, secret: api.session.token, fetchSnapshot, store });
  followAddress(store, VIEW_NAMES);
  root.replaceChildren();
  mountFrame(root, store, { resync: () => feed.sync() });
  feed.open();
  const stop = store.subscribe((state) => {
    if (state.feed !== "shut") return;
    stop();
    api.session.token = null;
    showDoor({
      message: "The key of this page is no longer good: Wireglass was started anew, or half a day has passed.",
    });
  });
}

function showDoor(problem) {
  mountDoor(root, problem, (key) => enter(key).then(start));
}

try {
  await enter(keyInAddress());
  start();
} catch (error) {
  if (error instanceof api.ApiError) showDoor(error.status === 401 ? null : error);
  else root.replaceChildren(h("p", { class: "fatal", role: "alert" }, `The page could not start: ${error.message}`));
}
