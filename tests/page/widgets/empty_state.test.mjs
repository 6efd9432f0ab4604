import assert from "node:assert/strict";
import { test } from "node:test";
import { noTokens } from "../../../web/static/widgets/empty_state.js";

const shown = (capture) => noTokens({ feed: "live", demo: null, capture }).key;

test("only of a live capture it is said that the kernel is asked", () => {
  assert.match(shown({ state: "running", source: "live" }), /The kernel is asked/);
  for (const source of ["replay", "file"]) {
    assert.doesNotMatch(shown({ state: "running", source }), /The kernel is asked/);
  }
});

test("what a capture filter leaves out of the sockets is said", () => {
  assert.match(shown({ state: "running", source: "live", filter: "vlan 5" }), /Capture filter “vlan 5”/);
  assert.doesNotMatch(shown({ state: "running", source: "live", filter: null }), /filter/);
});
