// Entry point: opens the session, then starts the app shell and the feed.

import * as api from "./net/api.js";
import { h } from "./widgets/dom.js";
import { Feed } from "./net/feed.js";
import { mountAppShell, VIEW_NAMES } from "./shell/app_shell.js";
import { followAddress } from "./state/navigation.js";
import { createStore } from "./state/store.js";
import { mountLogin } from "./login/login_view.js";

const root = document.getElementById("app");
const store = createStore();

/** The key in the printed URL ("#t=…"); removes it from the URL so that it is not kept in the history. */
function keyInAddress() {
  const key = new URLSearchParams(location.hash.slice(1)).get("t");
  if (key !== null) history.replaceState(null, "", location.pathname);
  return key;
}

async function enter(key) {
  if (key !== null) await api.login(key);
  if (api.session.token === null) throw new api.ApiError(401, "Not authorised: open the link printed in the terminal.");
}

let showing = null; // number of the capture shown

/** Fetches the snapshot. When the server shows another capture, the page reloads in the same view. */
async function fetchSnapshot() {
  const snapshot = await api.get("/api/snapshot");
  if (showing !== null && snapshot.showing !== showing) {
    history.replaceState(null, "", `#/${store.state.route.view}`);
    location.reload();
    return new Promise(() => {}); // until the page is reloaded
  }
  showing = snapshot.showing;
  return snapshot;
}

function start() {
  const connect = () => new WebSocket(`ws://${location.host}/feed`);
  const secret = api.session.token;
  const feed = new Feed({ connect, secret, fetchSnapshot, store });
  followAddress(store, VIEW_NAMES);
  root.replaceChildren();
  mountAppShell(root, store, { resync: () => feed.sync() });
  feed.open();
  const stop = store.subscribe((state) => {
    if (state.feed !== "shut") return;
    stop();
    if (api.session.token !== secret) return start(); // another tab has opened a new session
    api.session.token = null;
    showLogin({ message: "Session expired: Wireglass was restarted, or 12 hours have passed." });
  });
}

function showLogin(problem) {
  mountLogin(root, problem, (key) => enter(key).then(start));
}

try {
  await enter(keyInAddress());
  start();
} catch (error) {
  if (error instanceof api.ApiError) showLogin(error.status === 401 ? null : error);
  else root.replaceChildren(h("p", { class: "fatal", role: "alert" }, `The page could not start: ${error.message}`));
}
