import assert from "node:assert/strict";
import { test } from "node:test";
import { recordingText } from "../../../web/static/shell/nav_rail.js";

const RECORDINGS = [
  ["running", "Recording to live.pcapng"],
  ["paused", "Recording to live.pcapng"],
  [
    "ended",
    "Recording: live.pcapng",
  ],
];

for (const [state, text] of RECORDINGS) {
  test(`of a capture that is ${state} stands: ${text}`, () =>
    assert.equal(recordingText({ recording: "live.pcapng", state }), text));
}

test("a saved capture is recorded nowhere", () => assert.equal(recordingText({ recording: null, state: "ended" }), ""));
