import assert from "node:assert/strict";
import { test } from "node:test";
import { COLOURS, RecordingContext } from "../support/canvas.mjs";
import { shape } from "../../../web/static/timeline/lane_layout.js";
import { paintStates } from "../../../web/static/timeline/paint_states.js";

const LANE = 200;
const colours = { client: "blue", server: "orange" };

/** What a context was asked to fill and to write: [colour, alpha, width] of bands, and words. */
function painted(states) {
  const [bands, words] = [[], []];
  const context = {
    globalAlpha: 1,
    fillStyle: null,
    measureText: (text) => ({ width: 6 * text.length }),
    fillRect(_x, _y, width) {
      bands.push([this.fillStyle, this.globalAlpha, width]);
    },
    fillText: (text) => words.push(text),
  };
  const answer = {
    extent: { from: 0, to: 300 },
    lanes: [{ at_ns: 0, duration_ns: 300, is_open: true }],
    states: { lane: [0], side: [1], at_ns: [0], ...states },
  };
  paintStates(context, { answer, colours, span: { from: 0, to: 300 }, width: 300, font: "" }, {
    shape: shape(LANE),
    y: () => LANE / 2,
  });
  return { bands, words };
}

test("a state that a packet has shown is one band, and named", () => {
  assert.deepEqual(painted({ state: ["ESTABLISHED"], assumed: [false] }), {
    bands: [["orange", 1, 300]],
    words: ["ESTABLISHED"],
  });
});

test("one that is only assumed is dashed and paler, and says so", () => {
  const { bands, words } = painted({ state: ["ESTABLISHED"], assumed: [true] });
  assert.ok(bands.length > 30);
  assert.ok(bands.every(([colour, alpha, width]) => colour === "orange" && alpha === 0.6 && width <= 5));
  assert.deepEqual(words, ["ESTABLISHED assumed"]);
});

test("of an end that was never heard a dashed hairline says that its state is unknown", () => {
  const { bands, words } = painted({ state: [null], assumed: [false] });
  assert.ok(bands.length > 30 && bands.every(([, alpha]) => alpha === 0.6));
  assert.deepEqual(words, ["unknown"]);
});

test("the client's states are along the upper edge, the server's along the lower, with their names", () => {
  const context = new RecordingContext();
  const answer = {
    extent: { from: 0, to: 300 },
    lanes: [{ at_ns: 0, duration_ns: 300, is_open: true }],
    states: {
      lane: [0, 0],
      side: [0, 1],
      at_ns: [0, 0],
      state: ["ESTABLISHED", "TIME-WAIT"],
      assumed: [false, false],
    },
  };
  paintStates(context, { answer, colours: COLOURS, span: { from: 0, to: 300 }, width: 300, font: "" }, {
    shape: shape(LANE),
    y: () => LANE / 2,
  });
  const [[, upper, , thick]] = context.rects("client");
  const [[, lower]] = context.rects("server");
  const [client, server] = context.list.filter(({ text }) => text);
  assert.deepEqual([client.text, client.colour, server.text, server.colour], [
    "ESTABLISHED",
    "client",
    "TIME-WAIT",
    "server",
  ]);
  const middle = LANE / 2;
  assert.ok(0 < client.y && upper + thick < middle, "above");
  assert.ok(middle < lower && server.y < LANE, "below");
  assert.equal(middle - (upper + thick), lower - middle, "as far from the middle");
});
