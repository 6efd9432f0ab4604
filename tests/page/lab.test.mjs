import assert from "node:assert/strict";
import { test } from "node:test";
import { groups } from "../../web/static/lab.js";

test("the demo's actions stand in their groups, in the order in which they teach", () => {
  const actions = ["leave", "get", "join", "brew"].map((name) => ({ name }));
  const found = groups(actions).map((group) => [group.kind, group.actions.map(({ name }) => name)]);
  assert.deepEqual(found, [["http", ["get"]], ["ws", ["join", "leave"]], ["other", ["brew"]]]);
});
