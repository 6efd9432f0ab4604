import assert from "node:assert/strict";
import { test } from "node:test";
import { texts } from "../support/dom.mjs";
import { createStore } from "../../../web/static/state/store.js";
import { packetLinks } from "../../../web/static/widgets/place_link.js";
import { explanation } from "../../../web/static/widgets/verdict_explanation.js";

const why = {
  verdict: "retransmission",
  why: "Sent again.",
  compared: [{ text: "seq 1 = seq 1", packet: 4 }, { text: "no ACK", packet: null }],
  ruled_out: [{ verdict: "out_of_order", text: "40 ms later" }],
  instead: ["Captured twice."],
  reference: "RFC 9293",
};

test("what holds and what does not are told apart, and each proof leads to its own packet", () => {
  const store = createStore();
  const section = explanation(why, packetLinks(store));
  assert.equal(section.className, "why-verdict trouble");
  assert.deepEqual(section.querySelectorAll("li").map(({ className, textContent }) => [className, textContent]), [
    ["holds", "seq 1 = seq 1packet 4"],
    ["holds", "no ACK"],
    ["fails", "not “out-of-order segment”: 40 ms later"],
  ]);
  section.querySelector("a").click();
  assert.equal(store.state.route.packet, 4);
  assert.deepEqual(texts(section, "h3"), ["retransmissionRFC 9293"]);
});
