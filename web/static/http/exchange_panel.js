// One HTTP exchange: anomalies, timing, and both messages with headers, cookies and bodies.

import { get } from "../net/api.js";
import { anomalyItem } from "../widgets/anomaly_item.js";
import { bodyView } from "./body_formats.js";
import { copyText } from "../widgets/clipboard.js";
import { h, icon } from "../widgets/dom.js";
import { count, counted, duration, size } from "../text/format.js";
import { go } from "../state/navigation.js";
import { part } from "../widgets/key_values.js";
import { packetLinks, placeLink } from "../widgets/place_link.js";
import { mountVerdictPopover } from "../widgets/verdict_popover.js";
import { PHASES, phasesOf, place, totalNs } from "./waterfall.js";
import { statusLine, verdict } from "../text/terms.js";

export function mountExchangePanel(panel, store) {
  // Open sections, and the chosen format of bodies: kept from exchange to exchange.
  const open = new Set(["Query", "Cookies", "Headers", "Set-Cookie", "Trailers"]);
  const formats = { request: {}, response: {} };
  let [shown, abort, stamp] = [null, null, null];
  mountVerdictPopover(panel, panel, packetLinks(store));

  async function load(id) {
    abort?.abort();
    abort = new AbortController();
    try {
      const detail = await get(`/api/exchanges/${id}`, {}, abort.signal);
      if (id === shown) panel.replaceChildren(...draw(detail));
    } catch (error) {
      if (error.name !== "AbortError" && id === shown) panel.replaceChildren(missing(error));
    }
  }

  function missing(error) {
    return h("div", { class: "prose intro" }, h("h2", {}, error.message), h("p", {}, error.advice ?? ""));
  }

  function draw(detail) {
    const { exchange } = detail;
    const { request, response, informational } = exchange;
    return [
      head(detail, store),
      ...anomalyList(detail, store),
      timing(exchange),
      ...(detail.cause ? [h("p", { class: "timing-cause" }, `Waited ${detail.cause}`)] : []),
      h(
        "div",
        { class: "sides" },
        request ? message("request", request, detail) : nothing(
          "client",
          "The request is not in the capture.",
          "It was sent before the capture began, its packets are missing or unreadable, or no request was sent.",
        ),
        h(
          "div",
          {},
          informational.map((answer) =>
            h(
              "section",
              { class: "head-block server" },
              who("Interim response (1xx)"),
              line(answer),
              part("Headers", answer.headers, open),
            )
          ),
          response
            ? message("response", response, detail)
            : nothing("server", "The response is not in the capture.", whyNone(detail)),
        ),
      ),
    ];
  }

  function message(side, said, detail) {
    const beside = detail[side];
    return h(
      "section",
      { class: `head-block ${side === "request" ? "client" : "server"}` },
      who(side === "request" ? "Request" : "Response"),
      line(said),
      part("Query", beside.query, open),
      part("Cookies", beside.cookies, open),
      part("Set-Cookie", beside.set_cookies, open, () => setCookies(beside.set_cookies)),
      part("Headers", said.headers, open),
      body(side, said, detail.exchange),
      part("Trailers", beside.trailers, open),
    );
  }

  function body(side, said, exchange) {
    const { id } = exchange;
    if (!said.body_bytes) return h("p", { class: "head-body" }, noBody(side, said, exchange));
    const element = h("div", { class: "head-body" }, `Loading body, ${size(said.body_bytes)}…`);
    get(`/api/exchanges/${id}/body/${side}`, {}, abort.signal).then(
      (preview) => element.replaceChildren(bodyView(preview, formats[side])),
      (error) => error.name !== "AbortError" && element.replaceChildren(`${error.message} ${error.advice ?? ""}`),
    );
    return element;
  }

  return {
    /** Shows an exchange, again when its row has changed; null shows none. */
    show(id, row) {
      const next = row
        ? JSON.stringify([
          row.response?.body_bytes,
          row.response?.complete,
          row.request?.body_bytes,
          row.request?.complete,
        ])
        : "";
      if (id === shown && next === stamp) return;
      [shown, stamp] = [id, next];
      if (id === null) panel.replaceChildren();
      else load(id);
    },
    unmount: () => abort?.abort(),
  };
}

function head(detail, store) {
  const { exchange, curl } = detail;
  const said = h("p", { class: "copied", role: "status", hidden: true });
  const copy = curl &&
    h("button", {
      class: "button",
      title: "Copy this request as a curl command",
      onclick: () => copyText(curl, said),
    }, "Copy as curl");
  return h(
    "header",
    { class: "exchange-head" },
    h(
      "div",
      { class: "panel-head" },
      h("h2", {}, `Exchange ${exchange.id}`),
      placeLink(
        store,
        {
          view: "connections",
          id: exchange.connection,
          packet: (exchange.request ?? exchange.response).packet,
        },
        {},
        `Show packets: connection #${exchange.connection}`,
      ),
      copy,
      h("button", {
        class: "icon-button",
        "aria-label": "Close",
        title: "Close (Escape)",
        onclick: () => go(store, { id: null }),
      }, icon("close")),
    ),
    said,
    places(detail, store),
  );
}

/** Links to the packets of the exchange: the first and the last of each message, and those with TCP trouble. */
function places({ exchange, packets, trouble }, store) {
  const { connection: id } = exchange;
  const link = (packet, attributes) =>
    placeLink(
      store,
      { view: "connections", id, packet },
      { "aria-label": `packet ${count(packet)}`, ...attributes },
      count(packet),
    );
  const ends = (name, [first, last]) =>
    h(
      "span",
      {},
      `${name} `,
      ...(first === last ? ["packet ", link(first)] : ["packets ", link(first), " to ", link(last)]),
    );
  const more = trouble.total - trouble.packets.length;
  return h(
    "p",
    { class: "exchange-places" },
    packets.request && ends("Request:", packets.request),
    packets.response && ends("Response:", packets.response),
    trouble.packets.map(({ packet, verdicts }) =>
      h(
        "span",
        { class: "trouble" },
        `${verdicts.map((code) => verdict(code).name).join(", ")}: packet `,
        link(packet, { "data-why": packet }),
      )
    ),
    more > 0 && h("span", {}, `and ${counted(more, "more packet")} with TCP trouble`),
  );
}

/** Anomalies, each with the values compared and the rule; then plain notes. */
function anomalyList({ anomalies, exchange }, store) {
  const found = anomalies.map((anomaly) => {
    const { packet, connection } = anomaly;
    return anomalyItem(
      anomaly,
      placeLink(store, { view: "packets", packet }, {}, `packet ${count(packet)}`),
      placeLink(store, { view: "connections", id: connection, packet }, {}, `in connection #${connection}`),
    );
  });
  const facts = exchange.notes.length
    ? [h("p", { class: "exchange-notes" }, `Notes: ${exchange.notes.join(", ")}.`)]
    : [];
  return found.length ? [h("ul", { class: "anomalies", "aria-label": "Anomalies" }, found), ...facts] : facts;
}

/** A line for each phase: its bar on the exchange's own time axis, and its duration. */
function timing(exchange) {
  const phases = phasesOf(exchange);
  const from = phases[0].at;
  const placed = place(phases, { from, to: from + totalNs(exchange) });
  return h(
    "div",
    { class: "timing", role: "group", "aria-label": "Timing" },
    phases.flatMap(({ kind, ns }, i) => {
      const bar = h("i", { "data-kind": kind, vars: { from: placed[i].from.toFixed(4), to: placed[i].to.toFixed(4) } });
      return [
        h("span", { class: "timing-what" }, PHASES[kind]),
        h("span", { class: "timing-bar" }, bar),
        h("span", { class: "timing-ns" }, length(kind, ns)),
      ];
    }),
    h("span", { class: "timing-what total" }, "Total"),
    h("span", {}),
    h("span", { class: "timing-ns total" }, duration(totalNs(exchange))),
  );
}

/** A phase's duration; what fits in one packet has none. */
function length(kind, ns) {
  if (kind === "unanswered") return "";
  return ns || kind === "wait" || kind === "connect" ? duration(ns) : "one packet";
}

const who = (text) => h("p", { class: "head-who" }, text);

function line(said) {
  const version = h(
    "span",
    { class: "head-version" },
    said.version.startsWith("HTTP") ? said.version : `HTTP/${said.version}`,
  );
  if ("method" in said) return h("p", { class: "head-line" }, `${said.method} ${said.target} `, version);
  return h("p", { class: "head-line" }, said.status ? version : "", ` ${statusLine(said)}`);
}

function nothing(side, what, why) {
  return h(
    "section",
    { class: `head-block ${side}` },
    h("p", { class: "head-none" }, what),
    h("p", { class: "head-body" }, why),
  );
}

/** Why a message has no body. */
export function noBody(side, { complete }, { notes }) {
  if (side === "request" && notes.includes("body not sent")) {
    return "The client did not send the announced body.";
  }
  return complete ? "No body." : "The end of the message was not captured.";
}

/** Why a request has no response, as far as its connection shows. */
export function whyNone({ connection }) {
  const { client_state: client, server_state: server, closed_by: by, packets } = connection;
  if (!packets[1]) return "Nothing from the server was captured.";
  if (by) return `The ${by} sent the first FIN or RST; no response was captured.`;
  if (client === "ESTABLISHED" && server === "ESTABLISHED") {
    return "The connection is still open at the last packet: the response may follow.";
  }
  return "It was never sent, was sent after the capture ended, or its packets are missing.";
}

function setCookies(cookies) {
  return h(
    "dl",
    { class: "fields" },
    cookies.flatMap(({ name, value, attributes }) => [
      h("dt", {}, name || "–"),
      h(
        "dd",
        {},
        value,
        h(
          "span",
          { class: "cookie-attributes" },
          attributes.map(([key, set]) => ` ${set ? `${key}=${set}` : key}`).join(";"),
        ),
      ),
    ]),
  );
}
