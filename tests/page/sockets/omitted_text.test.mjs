import assert from "node:assert/strict";
import { test } from "node:test";

import { omittedText } from "../../../web/static/sockets/omitted_text.js";

const holds = (name, tokens) => ({
  name,
  isAlive: tokens > 0,
  slots: Array.from({ length: tokens }, () => ({ descriptor: {} })).concat({ descriptor: null }),
});
const all = { others: [], told: 5, connections: 5 };

test("nothing left out needs no words", () => {
  assert.equal(omittedText(all, 3, 3), "");
});

test("connections that are not drawn are counted", () => {
  assert.equal(omittedText(all, 1000, 8), "1000 connections open, 8 drawn.");
  assert.equal(omittedText(all, 2, 1), "2 connections open, 1 drawn.");
});

test("processes are named while they hold something", () => {
  assert.equal(
    omittedText({ ...all, others: [holds("cafe", 1), holds("visitor", 0)] }, 0, 0),
    "Not drawn: cafe (1 descriptor), 1 process without open descriptors.",
  );
  const many = Array.from({ length: 5 }, (_, i) => holds(`p${i}`, 2));
  assert.equal(
    omittedText({ ...all, others: many }, 0, 0),
    "Not drawn: p0 (2 descriptors), p1 (2 descriptors), p2 (2 descriptors), 2 more processes.",
  );
});

test("of more connections than are followed it is said how many are", () => {
  assert.equal(
    omittedText({ ...all, told: 2001, connections: 5000 }, 0, 0),
    "Shown: 2001 of 5000 connections, the newest and those still held by a process.",
  );
});

test("what a capture filter does to sockets is said, and what it cannot", () => {
  assert.match(
    omittedText(all, 3, 3, "ether host 02:00:00:00:00:01"),
    /^Capture filter “ether host 02:00:00:00:00:01”: only sockets .* VLANs or flags, cannot be checked on a socket\.$/,
  );
});
