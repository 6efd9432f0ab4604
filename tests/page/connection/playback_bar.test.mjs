import assert from "node:assert/strict";
import { test } from "node:test";
import { COLOURS, RecordingContext } from "../support/canvas.mjs";
import "../support/dom.mjs";
import { paintActivity } from "../../../web/static/connection/playback_bar.js";

test("the client's bytes go up, the server's down, relative to the most, and trouble has a line", () => {
  const context = new RecordingContext();
  paintActivity(context, { client: [0, 50], server: [100, 0], trouble: [0, 1] }, {
    width: 20,
    height: 22,
    colours: COLOURS,
  });
  const visible = (colour) => context.rects(colour).filter(([, , , height]) => height);
  assert.deepEqual(visible("client"), [[10, 6, 10, 5]]);
  assert.deepEqual(visible("server"), [[0, 11, 10, 10]]);
  assert.deepEqual(visible("trouble"), [[14.25, 0, 1.5, 22]]);
});
