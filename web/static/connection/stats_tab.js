// The statistics tab: a summary, and both ends side by side; numbers link to the packets that show them.

import { Poller } from "../net/poller.js";
import { h, setText } from "../widgets/dom.js";
import { redraw } from "../widgets/redraw.js";
import { count, duration, moment, size } from "../text/format.js";
import { stateOf, verdict } from "../text/terms.js";

const REST = 1000; // ms between two requests while the connection grows

const KEPT = { "data-key": "packet" }; // a link stays in place when its packet or its text becomes another
const KINDS = { count, bytes: size, ns: duration, text: String };
const TITLES = {
  "Said on the SYN": "Options on the SYN",
  "What TCP had to deal with": "TCP analysis flags",
  "What its kernel steered by, at last": "Last values from the kernel",
}; // captions of the groups whose name in the API is another

/**
 * @param {import("../net/api.js").Get} get
 * @param {import("../widgets/place_link.js").PacketLink} packetLink
 */
export function mountStatistics(get, packetLink) {
  const trouble = h("p", { class: "panel-trouble", role: "alert", hidden: true });
  const body = h("div", { class: "facts-body" });
  const element = h("div", { class: "facts", tabindex: "0", role: "group", "aria-label": "Facts" }, trouble, body);
  let [id, poller, drawn] = [null, null, null];

  function show() {
    trouble.hidden = !poller?.error;
    if (poller?.error) setText(trouble, `${poller.error.message} ${poller.error.advice ?? ""}`);
    if (!poller?.answer || poller.answer === drawn) return;
    drawn = poller.answer;
    redraw(body, [
      summary(drawn, packetLink),
      ...Object.entries(drawn.facts).map(([name, facts]) => table(name, facts, packetLink)),
    ]);
  }

  return {
    element,
    draw(wanted, stamp) {
      if (wanted !== id) {
        poller?.close();
        [id, drawn] = [wanted, null];
        body.replaceChildren();
        poller = new Poller(get, `/api/connections/${id}/facts`, show, REST);
      }
      poller.want({}, stamp);
    },
    close: () => poller?.close(),
  };
}

function summary({ connection, state, history, silence }, packetLink) {
  const { at_ns, duration_ns: lasted, closed_by: closer, handshake_ns: handshake, syn_rtt_ns: synRtt } = connection;
  const ends = ["client", "server"];
  const line = (name, ...value) => [h("dt", {}, name), h("dd", { "data-key": name }, value)];
  return h(
    "dl",
    { class: "facts-summary", "data-key": "summary" },
    line("State", state, " ", h("code", { title: "Zeek’s conn_state" }, connection.conn_state)),
    line("First packet, duration", `${moment(at_ns)}, ${duration(lasted)}`),
    line(
      "Handshake",
      handshake === null
        ? "not captured completely"
        : `${duration(handshake)}, SYN to SYN-ACK ${synRtt === null ? "not captured" : duration(synRtt)}`,
    ),
    line("First FIN or RST by", closer === null ? "none yet" : h("b", { class: closer }, `the ${closer}`)),
    line(
      "States at the last packet",
      ...ends.flatMap((side, i) => {
        const { text, why } = stateOf(connection, side);
        return [i ? " / " : "", h("span", { class: side, title: why }, text)];
      }),
    ),
    silence
      ? line(
        "Longest pause",
        `${duration(silence.ns)}, before `,
        packetLink(silence.packet, KEPT),
      )
      : [],
    line(
      "History (Zeek)",
      h(
        "span",
        { class: "facts-history" },
        history.map(({ letter, text }) =>
          h("abbr", { title: text, class: letter === letter.toUpperCase() ? "client" : "server" }, letter)
        ),
      ),
    ),
  );
}

function table(name, facts, packetLink) {
  const title = TITLES[name] ?? name;
  if (!facts.length) {
    return h(
      "section",
      { class: "facts-group", "data-key": name },
      h("h3", {}, title),
      h("p", { class: "facts-nothing" }, "None detected."),
    );
  }
  return h(
    "section",
    { class: "facts-group", "data-key": name },
    h(
      "table",
      { "data-key": "facts" },
      h("caption", {}, title),
      h(
        "thead",
        {},
        h(
          "tr",
          {},
          h("td"),
          h("th", { scope: "col", class: "client" }, "client"),
          h("th", { scope: "col", class: "server" }, "server"),
        ),
      ),
      h(
        "tbody",
        { "data-key": "rows" },
        facts.map((fact) =>
          h(
            "tr",
            { "data-key": fact.name },
            h("th", { scope: "row" }, verdict(fact.name).name),
            ["client", "server"].map((side) => h("td", { "data-key": side }, value(fact, side, packetLink))),
          )
        ),
      ),
    ),
  );
}

function value({ kind, name, ...of }, side, packetLink) {
  const [known, packet] = [of[side], of[`${side}_packet`]];
  if (known === null) return h("span", { class: "facts-none" }, "–");
  const text = KINDS[kind](known);
  if (packet === null) return text;
  const attributes = {
    ...KEPT,
    title: `Show packet ${count(packet)}`,
    "aria-label": `${name}, ${side}: ${text}; show packet ${packet}`,
  };
  return packetLink(packet, attributes, text);
}
