import assert from "node:assert/strict";
import { test } from "node:test";
import { noDescriptors } from "../../../web/static/widgets/empty_state.js";

const shown = (capture) => noDescriptors({ feed: "live", demo: null, capture }).key;

test("only of a live capture it is said that the kernel is asked", () => {
  assert.match(shown({ state: "running", source: "live" }), /Wireglass asks the kernel/);
  for (const source of ["replay", "file"]) {
    assert.doesNotMatch(shown({ state: "running", source }), /Wireglass asks the kernel/);
  }
});

test("what a capture filter leaves out of the sockets is said", () => {
  assert.match(shown({ state: "running", source: "live", filter: "vlan 5" }), /Capture filter “vlan 5”/);
  assert.doesNotMatch(shown({ state: "running", source: "live", filter: null }), /filter/);
});
