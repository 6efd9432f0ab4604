import assert from "node:assert/strict";
import { test } from "node:test";
import { connectionsOf, groups } from "../../../web/static/lab/demo_buttons.js";
import { around } from "../../../web/static/lab/scenario_list.js";

test("the demo's actions stand in their groups, in the order in which they teach", () => {
  const actions = ["leave", "get", "join", "brew"].map((name) => ({ name }));
  const found = groups(actions).map((group) => [group.kind, group.actions.map(({ name }) => name)]);
  assert.deepEqual(found, [["http", ["get"]], ["ws", ["join", "leave"]], ["other", ["brew"]]]);
});

test("an action's connections are the latest of its client sockets, in its order", () => {
  const rows = [{ id: 0, client: "a:1" }, { id: 1, client: "a:2" }, { id: 2, client: "a:1" }];
  assert.deepEqual(connectionsOf(["a:2", "a:1", "a:9"], rows).map(({ id }) => id), [1, 2]);
});

test("a socket that was used for two connections names both", () => {
  const rows = [{ id: 0, client: "a:1" }, { id: 1, client: "a:1" }, { id: 2, client: "a:1" }];
  assert.deepEqual(connectionsOf(["a:1", "a:1"], rows).map(({ id }) => id), [1, 2]);
  assert.deepEqual(connectionsOf(["a:1", "a:1"], rows.slice(0, 1)).map(({ id }) => id), [0]);
});

test("a life is shown with some time on either side, a short one with more", () => {
  assert.deepEqual(around({ at_ns: 1e9, until_ns: 2e9 }), { from: 0.85e9, to: 2.15e9 });
  assert.deepEqual(around({ at_ns: 1e6, until_ns: 2e6 }), { from: 0, to: 4e6 });
});
