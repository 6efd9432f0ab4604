import assert from "node:assert/strict";
import { test } from "node:test";
import { ladder, rungs } from "../../../web/static/connection/ladder_items.js";

const packet = (number, direction, flags, client_state, server_state, ms, payload = 0, quiet = 0) => ({
  quiet_ns: quiet * 1e6,
  elapsed_ns: ms * 1e6,
  number,
  direction,
  flags,
  client_state,
  server_state,
  at_ns: ms * 1e6,
  payload,
  verdicts: [],
  seq: 0,
  ack: 0,
  window: 0,
});

const handshake = [
  packet(1, "client", ["SYN"], "SYN-SENT", "SYN-RECEIVED", 0),
  packet(2, "server", ["SYN", "ACK"], "ESTABLISHED", "SYN-RECEIVED", 0.04),
  packet(3, "client", ["ACK"], "ESTABLISHED", "ESTABLISHED", 0.06),
];

const connection = { at_ns: 0, packets: [2, 1], outcome: "open", reset_by: null };
const detail = (changes) => ({
  connection,
  packets: handshake,
  phases: [],
  events: [],
  exchanges: [],
  messages: [],
  ...changes,
});

test("a connection seen from its SYN begins with inferred states", () => {
  const [start, first] = ladder(detail({}));
  assert.deepEqual([start.kind, named(start.after)], ["start", ["CLOSED", "LISTEN"]]);
  assert.deepEqual(first.before, start.after);
  assert.deepEqual(named(first.after), ["SYN-SENT", "SYN-RECEIVED"]);
});

const named = ({ client, server }) => [client, server];

test("a port that refused was closed all along", () => {
  const refused = [
    packet(1, "client", ["SYN"], "SYN-SENT", "CLOSED", 0),
    packet(2, "server", ["RST", "ACK"], "CLOSED", "CLOSED", 0.1),
  ];
  const items = ladder(
    detail({
      packets: refused,
      connection: { ...connection, packets: [1, 1], outcome: "refused" },
      phases: [{ name: "refused", first_packet: 1, last_packet: 2 }],
    }),
  );
  assert.deepEqual(items.map(({ after }) => after.server), Array(4).fill("CLOSED"));
  assert.deepEqual(items.map(({ phase }) => phase).filter(Boolean), ["Connection refused"]);
  assert.deepEqual(items.at(-1).sentences, ["The connection was never established."]);
});

test("of an end that never was heard nothing is known", () => {
  const asked = [0, 1000, 3000].map((ms, i) => ({
    ...packet(i + 1, "client", ["SYN"], "SYN-SENT", "LISTEN", ms),
    server_state_assumed: true,
  }));
  const items = ladder(
    detail({
      packets: asked,
      connection: { ...connection, packets: [3, 0], silent: "server", outcome: "unanswered" },
      phases: [{ name: "unanswered", first_packet: 1, last_packet: 3 }],
    }),
  );
  assert.ok(items.every(({ after }) => after.server === null));
  assert.equal(items.find(({ phase }) => phase).phase, "No answer seen");
  assert.deepEqual(items.at(-1).sentences, ["No answer was seen. Packets cannot show whether the client still waits."]);
});

const SILENT_ENDS = [
  [
    "a client that goes on was answered, unseen",
    { outcome: "half_seen", packets: [3, 0] },
    "Nothing from the server was captured; its state is unknown.",
  ],
  [
    "a server that was captured alone and closes",
    { outcome: "half_seen_closed", packets: [0, 5] },
    "Nothing from the client was captured; its state is unknown.",
  ],
  [
    "a RST of one end alone",
    { outcome: "reset", reset_by: "server", packets: [0, 3] },
    "The server sent RST. Nothing from the client was captured.",
  ],
  [
    "a RST alone tells of no connection",
    { outcome: "stray", reset_by: "server", packets: [1, 1] },
    "The server sent RST. The capture does not show whether there was a connection.",
  ],
];

for (const [name, row, text] of SILENT_ENDS) {
  test(`at the end: ${name}`, () =>
    assert.deepEqual(ladder(detail({ connection: { ...connection, ...row } })).at(-1).sentences, [text]));
}

const BEGINNINGS = [
  [["ACK"], "Captured mid-stream"],
  [["FIN", "PSH", "URG"], "Captured mid-stream"],
  [["SYN", "ACK"], "Begins with a SYN-ACK"],
  [["SYN"], ""],
];

for (const [flags, text] of BEGINNINGS) {
  test(`above a first packet ${flags.join(" ")} stands “${text}”`, () =>
    assert.equal(
      ladder(detail({ packets: [packet(1, "client", flags, "ESTABLISHED", "ESTABLISHED", 0)] }))[0].text,
      text,
    ));
}

test("what is only assumed is told apart, and settles with the packet that shows it", () => {
  const packets = [{ ...handshake[0], server_state_assumed: true }, ...handshake.slice(1)];
  assert.deepEqual(ladder(detail({ packets })).map(({ after }) => after.assumed.server), [
    true,
    true,
    false,
    false,
    false,
  ]);
});

test("a connection met midway begins with states nobody saw", () => {
  assert.deepEqual(named(ladder(detail({ packets: handshake.slice(2) }))[0].after), [null, null]);
});

test("each packet begins in the states in which the one before left off", () => {
  const items = ladder(detail({}));
  for (let i = 1; i < items.length; i += 1) assert.deepEqual(items[i].before, items[i - 1].after);
});

test("silence gets a row of its own", () => {
  const late = packet(4, "client", ["PSH", "ACK"], "ESTABLISHED", "ESTABLISHED", 1200, 5, 1200);
  const items = ladder(detail({ packets: [...handshake, late] }));
  assert.deepEqual(items.map(({ kind }) => kind), ["start", "packet", "packet", "packet", "silence", "packet", "end"]);
  assert.equal(items[4].text, "1.2 s without packets");
});

const ENDINGS = [
  ["ESTABLISHED", "ESTABLISHED", "open", "The connection is open at the last packet: either side may send."],
  ["SYN-SENT", "SYN-RECEIVED", "opening", "The connection is not established yet."],
  ["FIN-WAIT-2", "CLOSE-WAIT", "closing", "One side has sent FIN; the other may still send."],
  ["CLOSING", "CLOSING", "closed", "Both sides have sent FIN; the ACK of the last FIN is not in the capture."],
  ["TIME-WAIT", "CLOSED", "closed", "Packets cannot show how long TIME-WAIT lasts; on Linux it is a minute."],
  ["CLOSED", "CLOSED", "reset", "The client reset the connection."],
  ["CLOSED", "CLOSED", "closed", "The connection is closed."],
];

for (const [client, server, outcome, sentence] of ENDINGS) {
  test(`at the end, in ${client} and ${server} (${outcome}), stands: ${sentence}`, () => {
    const packets = [...handshake, packet(4, "client", ["ACK"], client, server, 1)];
    assert.deepEqual(
      ladder(detail({ packets, connection: { ...connection, outcome, reset_by: "client" } })).at(-1).sentences,
      [sentence],
    );
  });
}

test("sentences and phases stand on their packets", () => {
  const events = [{ packet: 2, sentence: "It agrees." }, { packet: 2, sentence: "It is heard." }];
  const items = ladder(detail({ events, phases: [{ name: "handshake", first_packet: 1, last_packet: 3 }] }));
  assert.deepEqual(items[2].sentences, ["It agrees.", "It is heard."]);
  assert.deepEqual(items.slice(1, -1).map(({ phase, bracket }) => [phase, bracket]), [
    ["Handshake", "first"],
    [null, "inside"],
    [null, "last"],
  ]);
});

test("no packets, no ladder", () => assert.deepEqual(ladder(detail({ packets: [] })), []));

const phases = (items) => items.map(({ phase, bracket }) => [phase, bracket]);

test("a run cut out of the middle says what the whole says of its packets", () => {
  const late = packet(4, "client", ["PSH", "ACK"], "ESTABLISHED", "ESTABLISHED", 1, 5);
  const whole = detail({
    packets: [...handshake, late],
    phases: [{ name: "handshake", first_packet: 1, last_packet: 3 }, {
      name: "request",
      first_packet: 4,
      last_packet: 4,
    }],
  });
  const all = rungs(whole, connection);
  for (let cut = 1; cut < 4; cut += 1) {
    const run = {
      ...whole,
      packets: [whole.packets[cut]],
      before: whole.packets[cut - 1],
      after: whole.packets[cut + 1] ?? null,
    };
    assert.deepEqual(rungs(run, connection), [all[cut]]);
  }
});

test("a phase that goes on at both ends of a run has no title and no corners in it", () => {
  const run = {
    ...detail({ phases: [{ name: "handshake", first_packet: 1, last_packet: 3 }] }),
    packets: [handshake[1]],
    before: handshake[0],
    after: handshake[2],
  };
  assert.deepEqual(phases(rungs(run, connection)), [[null, "inside"]]);
});

test("across times that go back it is not known how long nothing was sent", () => {
  const back = {
    ...packet(4, "client", ["ACK"], "ESTABLISHED", "ESTABLISHED", -3_600_000),
    quiet_ns: null,
    elapsed_ns: null,
  };
  const items = ladder(detail({ packets: [...handshake, back] }));
  assert.deepEqual([items.at(-2).quiet, items.at(-2).elapsed], [null, null]);
  assert.ok(items.every(({ kind }) => kind !== "silence"));
});
