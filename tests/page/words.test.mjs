import assert from "node:assert/strict";
import { test } from "node:test";
import { band, closeCode, outcome, silentEnd, stateOf, STATES, VERDICTS } from "../../web/static/words.js";

const BANDS = {
  CLOSED: "closed", LISTEN: "closed", "SYN-SENT": "opening", "SYN-RECEIVED": "opening", ESTABLISHED: "established",
  "FIN-WAIT-1": "closing", "FIN-WAIT-2": "closing", "CLOSE-WAIT": "closing", CLOSING: "closing", "LAST-ACK": "closing", "TIME-WAIT": "time-wait",
};

for (const [state, drawn] of Object.entries(BANDS)) test(`${state} is drawn as ${drawn}`, () => assert.equal(band(state), drawn));
test("every state that can be drawn is explained", () => assert.deepEqual(Object.keys(STATES).sort(), Object.keys(BANDS).sort()));

const connection = (conn_state, client_state, server_state, closed_by = null) => ({ conn_state, client_state, server_state, closed_by });

for (const [name, row, word, kind] of [
  ["an answered SYN is opening", connection("S1", "ESTABLISHED", "SYN-RECEIVED"), "opening", "open"],
  ["both established is open", connection("S1", "ESTABLISHED", "ESTABLISHED"), "open", "open"],
  ["seen from midway and alive is open", connection("OTH", "ESTABLISHED", "ESTABLISHED"), "open", "open"],
  ["one FIN is closing", connection("S3", "CLOSE-WAIT", "FIN-WAIT-1", "server"), "closing", "open"],
  ["two FINs are closed", connection("SF", "CLOSED", "TIME-WAIT", "server"), "closed", "closed"],
  ["a refused SYN is trouble", connection("REJ", "CLOSED", "CLOSED", "server"), "refused", "trouble"],
  ["a SYN without an answer is trouble", connection("S0", "SYN-SENT", "LISTEN"), "no answer", "trouble"],
  ["a client that goes on was answered, though the answers were not seen", connection("S0", "ESTABLISHED", "ESTABLISHED"), "half seen", "open"],
  ["one that went on and closed, too", connection("SH", "FIN-WAIT-1", "CLOSE-WAIT"), "half seen", "closed"],
  ["a SYN and a FIN without an answer is trouble", connection("SH", "SYN-SENT", "CLOSE-WAIT"), "no answer", "trouble"],
  ["a reset is trouble where the beginning was not seen", { ...connection("OTH", "CLOSED", "CLOSED"), history: "SADR" }, "reset", "trouble"],
  ["a reset is trouble", connection("RSTO", "CLOSED", "CLOSED", "client"), "reset", "trouble"],
]) {
  test(name, () => {
    assert.equal(outcome(row).short, word);
    assert.equal(outcome(row).kind, kind);
  });
}

test("who closed is said in the long word", () => assert.equal(outcome(connection("SF", "CLOSED", "TIME-WAIT", "server")).long, "TCP closed by the server first"));
for (const [code, word] of [[1000, "normal closure"], [999, "not a close code"], [1004, "a reserved code"], [2999, "a reserved code"], [3000, "a code registered for a library or an application"], [4001, "a code of the application’s own"], [5000, "not a close code"]]) {
  test(`close code ${code} is ${word}`, () => assert.equal(closeCode(code), word));
}

test("a state says whether a packet of that end has shown it", () => {
  const row = { client_state: "SYN-SENT", client_state_assumed: false, server_state: "SYN-RECEIVED", server_state_assumed: true };
  assert.deepEqual(["client", "server"].map((side) => stateOf(row, side).text), ["SYN-SENT", "SYN-RECEIVED (assumed)"]);
  assert.match(stateOf(row, "server").why, /Assumed: no packet of this end has shown it\./);
});

test("of an end that was never heard the state is unknown", () => {
  const silent = silentEnd({ packets: [3, 0] });
  assert.deepEqual([silent, silentEnd({ packets: [0, 2] }), silentEnd({ packets: [1, 2] })], ["server", "client", null]);
  const told = stateOf({ server_state: "LISTEN", server_state_assumed: true, silent }, "server");
  assert.deepEqual([told.name, told.text, told.why], [null, "unknown", "Unknown: nothing of this end was seen."]);
});

test("a verdict claims no more than its packets show", () => {
  assert.doesNotMatch(VERDICTS.retransmission[2], /lost|in time/);
  assert.doesNotMatch(VERDICTS.ack_lost_segment[2], /received/);
  assert.match(VERDICTS.lost_segment[2], /not been captured yet/);
  assert.doesNotMatch(VERDICTS.window_update[2], /room/);
});
