import assert from "node:assert/strict";
import { test } from "node:test";
import { base64, SLICE, upload } from "../../../web/static/net/upload.js";

/** A server that takes slices, and notes what it was told. */
function server({ refuse = null } = {}) {
  const heard = [];
  return {
    heard,
    ask: async () => ({ packets: 7 }),
    send: async (path, body) => {
      heard.push([path, body]);
      if (path === refuse) throw new Error("no capture");
      return { id: "k" };
    },
  };
}

const file = (bytes) => new File([new Uint8Array(bytes).map((_, i) => i % 251)], "x.pcap");

test("a file goes in slices, in order, and nothing is lost", async () => {
  const [whole, { heard, ...parts }, told] = [file(2 * SLICE + 5), server(), []];
  await upload(whole, (progress) => told.push(progress), new AbortController().signal, parts);
  assert.deepEqual(heard[0], ["/api/uploads", { name: "x.pcap", bytes: 2 * SLICE + 5 }]);
  assert.deepEqual(heard.slice(1, 4).map(([, { at }]) => at), [0, SLICE, 2 * SLICE]);
  assert.equal(heard.at(-1)[0], "/api/uploads/k/open");
  const sent = Buffer.concat(heard.slice(1, 4).map(([, { data }]) => Buffer.from(data, "base64")));
  assert.deepEqual(sent, Buffer.from(await whole.arrayBuffer()));
  assert.deepEqual(told.at(-1), { sent: 2 * SLICE + 5, bytes: 2 * SLICE + 5, packets: 0, isWhole: true });
});

test("a slice fits into a request", () =>
  assert.ok(JSON.stringify({ at: 1e12, data: base64(new Uint8Array(SLICE)) }).length < 64 * 1024));

test("what the server refuses is passed on", async () => {
  const parts = server({ refuse: "/api/uploads/k/open" });
  await assert.rejects(upload(file(10), () => {}, new AbortController().signal, parts), /no capture/);
});

test("an upload that is given up sends no more", async () => {
  const [parts, control] = [server(), new AbortController()];
  await assert.rejects(upload(file(3 * SLICE), () => control.abort(), control.signal, parts), { name: "AbortError" });
  assert.equal(parts.heard.length, 2);
});
