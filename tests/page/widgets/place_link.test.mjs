import assert from "node:assert/strict";
import { test } from "node:test";
import "../support/dom.mjs";
import { createStore } from "../../../web/static/state/store.js";
import { redraw } from "../../../web/static/widgets/redraw.js";
import { aim, placeLink } from "../../../web/static/widgets/place_link.js";

function made(changes = { view: "connections", id: 3, packet: 12 }) {
  const store = createStore();
  store.navigate({ view: "http", id: 7, filter: "8000", span: { from: 1e9, to: 2e9 } });
  return { store, link: placeLink(store, changes, {}, "packet 12") };
}

/** Presses a link with a mouse button and keys; returns whether the press is left to the browser. */
function isLeftToBrowser(link, keys) {
  const event = Object.assign(new Event("click", { cancelable: true }), keys);
  link.dispatchEvent(event);
  return !event.defaultPrevented;
}

test("a plain click goes to the place, and the filter and the time range stay", () => {
  const { store, link } = made();
  assert.equal(link.getAttribute("href"), "#/connections/3?packet=12&q=8000&t=1-2");
  assert.equal(isLeftToBrowser(link, {}), false);
  const { view, id, packet, filter } = store.state.route;
  assert.deepEqual({ view, id, packet, filter }, { view: "connections", id: 3, packet: 12, filter: "8000" });
});

for (const key of ["ctrlKey", "metaKey", "shiftKey", "altKey"]) {
  test(`with ${key} the click is the browser's`, () => {
    const { store, link } = made();
    assert.equal(isLeftToBrowser(link, { [key]: true }), true);
    assert.equal(store.state.route.view, "http");
  });
}

for (const event of ["pointerenter", "pointerdown", "focus", "click"]) {
  test(`at ${event} its address has the filter of then`, () => {
    const { store, link } = made();
    store.navigate({ filter: "later", span: null });
    link.dispatchEvent(Object.assign(new Event(event), { ctrlKey: true }));
    assert.equal(link.getAttribute("href"), "#/connections/3?packet=12&q=later");
  });
}

test("another view begins without what belonged to the one before, and the same view keeps it", () => {
  const store = createStore();
  store.navigate({ view: "connections", id: 3, packet: 12, tab: "facts" });
  assert.equal(placeLink(store, { view: "packets" }).getAttribute("href"), "#/packets");
  assert.equal(placeLink(store, { packet: 13 }).getAttribute("href"), "#/connections/3?packet=13&tab=facts");
  assert.equal(placeLink(store, { id: 4 }).getAttribute("href"), "#/connections/4?tab=facts");
});

test("each link that is followed is a step back, and one to the same place is none", (t) => {
  const pushed = [];
  const { pushState } = history;
  t.after(() => Object.assign(history, { pushState }));
  history.pushState = (_state, _title, hash) => pushed.push(hash);
  const store = createStore();
  store.navigate({ view: "websocket", message: 5 });
  const link = placeLink(store, { message: 7 });
  link.click();
  link.click();
  assert.deepEqual(pushed, ["#/websocket?m=7"]);
});

test("a link that was aimed anew, or redrawn, leads to the new place", () => {
  const { store, link } = made();
  aim(link, store, { view: "packets", packet: 13 });
  assert.equal(link.getAttribute("href"), "#/packets?packet=13&q=8000&t=1-2");
  const list = document.createElement("p");
  const slowest = (id) => placeLink(store, { view: "http", id }, { "data-key": "slowest" }, "slowest");
  const first = slowest(1);
  redraw(list, [first]);
  redraw(list, [slowest(2)]);
  assert.equal(list.firstChild, first);
  first.click();
  assert.equal(store.state.route.id, 2);
});

test("a link to the same place stays when the filter has changed between two redraws", () => {
  const { store, link } = made();
  const list = document.createElement("p");
  redraw(list, [link]);
  store.navigate({ filter: "" });
  redraw(list, [placeLink(store, { view: "connections", id: 3, packet: 12 }, {}, "packet 12")]);
  assert.equal(list.firstChild, link);
  assert.equal(link.getAttribute("href"), "#/connections/3?packet=12&t=1-2");
});
