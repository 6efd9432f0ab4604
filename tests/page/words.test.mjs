import assert from "node:assert/strict";
import { test } from "node:test";
import { band, closeCode, outcome, STATES } from "../../web/static/words.js";

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
  ["a reset is trouble", connection("RSTO", "CLOSED", "CLOSED", "client"), "reset", "trouble"],
]) {
  test(name, () => {
    assert.equal(outcome(row).short, word);
    assert.equal(outcome(row).kind, kind);
  });
}

test("who closed is said in the long word", () => assert.equal(outcome(connection("SF", "CLOSED", "TIME-WAIT", "server")).long, "closed by the server"));
test("a close code of the application has a word too", () => assert.equal(closeCode(4001), "a code of the application's own"));
