import assert from "node:assert/strict";
import { test } from "node:test";
import { phaseRuns } from "../../../web/static/connection/phases.js";

const packets = (numbers, flags = {}) => numbers.map((number) => ({ number, flags: flags[number] ?? ["ACK"] }));
const phase = (name, first_packet, last_packet = first_packet) => ({ name, first_packet, last_packet });

test("a packet between two phases belongs to the one before it", () => {
  const found = phaseRuns(packets([1, 2, 3, 4, 5, 6]), [
    phase("handshake", 1, 3),
    phase("request", 4),
    phase("response", 6),
  ]);
  assert.deepEqual(found, [
    { title: "Handshake", first: 0, last: 2 },
    { title: "Request", first: 3, last: 4 },
    { title: "Response", first: 5, last: 5 },
  ]);
});

test("phases that come in any order and packets of other connections in between change nothing", () => {
  const found = phaseRuns(packets([10, 14, 20]), [phase("close", 20), phase("handshake", 10, 14)]);
  assert.deepEqual(found.map(({ title, first, last }) => [title, first, last]), [
    ["Handshake", 0, 1],
    [
      "Connection close",
      2,
      2,
    ],
  ]);
});

test("packets before the first phase were met midway", () => {
  assert.equal(phaseRuns(packets([1, 2]), [phase("close", 2)])[0].title, "Captured mid-stream");
});

test("the connection is open where its last ACK carries the first bytes", () => {
  const states = (client_state, server_state) => ({ client_state, server_state });
  const rows = packets([1, 2, 3]).map((packet, i) => ({
    ...packet,
    ...states(["SYN-SENT", "ESTABLISHED", "ESTABLISHED"][i], ["SYN-RECEIVED", "SYN-RECEIVED", "ESTABLISHED"][i]),
  }));
  const phases = [phase("handshake", 1, 3), phase("request", 3)];
  assert.deepEqual(phaseRuns(rows, phases).map(({ title }) => title), ["Handshake", "Request"]);
  assert.equal(phaseRuns(rows.slice(0, 2), phases)[0].title, "Connection attempt");
});

test("two asks in a row are two phases", () => {
  assert.equal(phaseRuns(packets([1, 2]), [phase("request", 1), phase("request", 2)]).length, 2);
});

test("when phases begin in one packet, the later in the list names it", () => {
  assert.deepEqual(phaseRuns(packets([1]), [phase("request", 1), phase("close", 1)]).map(({ title }) => title), [
    "Connection close",
  ]);
});

const RESETS = [
  ["of the server before the connection was open says no more", "SYN-SENT", "server", [
    "Connection attempt",
    "Reset by the server",
  ]],
  ["of the client before it was built says no more", "SYN-SENT", "client", [
    "Connection attempt",
    "Reset by the client",
  ]],
  ["later is a cut", "ESTABLISHED", "server", ["Handshake", "Connection reset"]],
];

for (const [name, state, direction, titles] of RESETS) {
  test(`a reset ${name}`, () => {
    const [first, second] = packets([1, 2], { 2: ["RST", "ACK"] });
    const states = { client_state: state, server_state: state };
    const found = phaseRuns([{ ...first, ...states }, {
      ...second,
      direction,
      client_state: "CLOSED",
      server_state: "CLOSED",
    }], [phase("handshake", 1), phase("close", 2)]);
    assert.deepEqual(found.map(({ title }) => title), titles);
  });
}

const TITLES = [
  ["refused", "Connection refused"],
  ["unanswered", "No answer seen"],
  [
    "stray",
    "RST without a connection",
  ],
  ["data", "Data"],
];

for (const [name, title] of TITLES) {
  test(`the phase ${name} is called “${title}”`, () =>
    assert.equal(
      phaseRuns(packets([1, 2], { 2: ["RST"] }).slice(0, name === "refused" ? 2 : 1), [phase(name, 1, 2)])[0].title,
      title,
    ));
}

test("a RST that ends nothing leaves its phase its name", () => {
  assert.deepEqual(phaseRuns(packets([1, 2], { 2: ["RST"] }), [phase("data", 1, 2)]).map(({ title }) => title), [
    "Data",
  ]);
});

test("no packets, no phases", () => assert.deepEqual(phaseRuns([], []), []));
