import assert from "node:assert/strict";
import { test } from "node:test";
import { PAUSED } from "../../../web/static/shell/source_dialog.js";

for (const [source, text] of Object.entries(PAUSED)) {
  test(`of a pause it is not promised that nothing is missed: ${source}`, () =>
    assert.doesNotMatch(text, /nothing|all\b|everything/));
}
test("what bounds a recording is said", () =>
  assert.match(PAUSED.live, /as long as the capture runs and the disk has room/));
