// Why a packet has a verdict: the rule, the values compared, and what was ruled out.

import { h } from "./dom.js";
import { verdict } from "../text/terms.js";

/**
 * @param {object} answer of /api/packets/N/why, one of its verdicts
 * @param {import("./place_link.js").PacketLink} packetLink to the packets that show the values
 */
export function explanation({ verdict: code, why, compared, ruled_out: ruledOut, instead, reference }, packetLink) {
  const { name, isTrouble } = verdict(code);
  return h(
    "section",
    { class: `why-verdict${isTrouble ? " trouble" : ""}` },
    h("h3", {}, name, reference ? h("span", { class: "why-reference" }, reference) : null),
    h("p", { class: "why-sentence" }, why),
    h(
      "ul",
      { class: "why-checks" },
      compared.map(({ text, packet }) =>
        h("li", { class: "holds" }, text, packet ? packetLink(packet, { class: "link why-proof" }) : null)
      ),
      ruledOut.map((other) => h("li", { class: "fails" }, `not “${verdict(other.verdict).name}”: ${other.text}`)),
    ),
    instead.length ? h("p", { class: "why-instead" }, h("b", {}, "Other possible causes. "), instead.join(" ")) : null,
  );
}
