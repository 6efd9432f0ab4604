// One exchange: what is odd about it, where its time went, and both messages with their fields, cookies and contents.

import { get } from "../net/api.js";
import { bodyView } from "../widgets/body_view.js";
import { copyText } from "../widgets/copy.js";
import { h, icon } from "../widgets/dom.js";
import { duration, size } from "../text/format.js";
import { go } from "../state/navigation.js";
import { part } from "../widgets/key_values.js";
import { PHASES, phasesOf, place, tookNs } from "./waterfall.js";
import { answerLine } from "../text/terms.js";

export function mountExchange(panel, store) {
  const open = new Set(["Query", "Cookies", "Header fields", "Sets cookies", "Trailers"]); // parts that are unfolded, from exchange to exchange
  const ways = { request: {}, response: {} }; // how the reader wants to see bodies
  let [shown, abort, stamp] = [null, null, null];

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
      ...oddities(detail, store),
      timing(exchange),
      h(
        "div",
        { class: "sides" },
        request ? message("request", request, detail) : nothing(
          "client",
          "No request was seen for this.",
          "The capture began after it, lacks its packets or holds them unreadable, or nobody asked. The response is shown as it came.",
        ),
        h(
          "div",
          {},
          informational.map((said) =>
            h(
              "section",
              { class: "head-block server" },
              who("The server answers for the time being"),
              line(said),
              part("Header fields", said.headers, open),
            )
          ),
          response
            ? message("response", response, detail)
            : nothing("server", "No response was seen.", whyNone(detail)),
        ),
      ),
    ];
  }

  function message(side, said, detail) {
    const beside = detail[side];
    return h(
      "section",
      { class: `head-block ${side === "request" ? "client" : "server"}` },
      who(side === "request" ? "The client asks" : "The server answers"),
      line(said),
      part("Query", beside.query, open),
      part("Cookies", beside.cookies, open),
      part("Sets cookies", beside.set_cookies, open, () => setCookies(beside.set_cookies)),
      part("Header fields", said.headers, open),
      body(side, said, detail.exchange),
      part("Trailers", beside.trailers, open),
    );
  }

  function body(side, said, exchange) {
    const { id } = exchange;
    if (!said.body_bytes) return h("p", { class: "head-body" }, noBody(side, said, exchange));
    const element = h("div", { class: "head-body" }, `Body of ${size(said.body_bytes)}…`);
    get(`/api/exchanges/${id}/body/${side}`, {}, abort.signal).then(
      (preview) => element.replaceChildren(bodyView(preview, ways[side])),
      (error) => error.name !== "AbortError" && element.replaceChildren(`${error.message} ${error.advice ?? ""}`),
    );
    return element;
  }

  return {
    /** Shows an exchange, and again when its row has changed; null shows none. */
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

function head({ exchange, curl }, store) {
  const said = h("p", { class: "copied", role: "status", hidden: true });
  const copy = curl &&
    h("button", {
      class: "button",
      title: "This request as a command for a shell",
      onclick: () => copyText(curl, said),
    }, "Copy as curl");
  return h(
    "header",
    { class: "exchange-head" },
    h(
      "div",
      { class: "panel-head" },
      h("h2", {}, `Exchange ${exchange.id}`),
      h("button", {
        class: "link",
        onclick: () =>
          go(store, {
            view: "connections",
            id: exchange.connection,
            packet: (exchange.request ?? exchange.response).packet,
          }),
      }, `Show on the wire: connection #${exchange.connection}`),
      copy,
      h("button", {
        class: "icon-button",
        "aria-label": "Close",
        title: "Close (Escape)",
        onclick: () => go(store, { id: null }),
      }, icon("close")),
    ),
    said,
  );
}

/** What breaks a rule, or can be read in two ways, with the numbers and the rule; then plain facts. */
function oddities({ anomalies, exchange }, store) {
  const found = anomalies.map(({ title, detail, reference, severity, packet }) =>
    h(
      "li",
      { class: severity },
      h("b", {}, title),
      h("span", {}, ` ${detail} `),
      h("span", { class: "odd-rule" }, reference),
      " ",
      h("button", { class: "link", onclick: () => go(store, { view: "packets", packet }) }, `packet ${packet}`),
    )
  );
  const facts = exchange.notes.length ? [h("p", { class: "odd-facts" }, `Notable: ${exchange.notes.join(", ")}.`)] : [];
  return found.length ? [h("ul", { class: "oddities", "aria-label": "What is odd" }, found), ...facts] : facts;
}

/** A line for each phase on an axis of its own: where in the whole it lies, and how long it took. */
function timing(exchange) {
  const phases = phasesOf(exchange);
  const from = phases[0].at;
  const placed = place(phases, { from, to: from + tookNs(exchange) });
  return h(
    "div",
    { class: "timing", role: "group", "aria-label": "Where the time went" },
    phases.flatMap(({ kind, ns }, i) => {
      const bar = h("i", { "data-kind": kind, vars: { from: placed[i].from.toFixed(4), to: placed[i].to.toFixed(4) } });
      return [
        h("span", { class: "timing-what" }, PHASES[kind]),
        h("span", { class: "timing-bar" }, bar),
        h("span", { class: "timing-ns" }, length(kind, ns)),
      ];
    }),
    h("span", { class: "timing-what total" }, "altogether"),
    h("span", {}),
    h("span", { class: "timing-ns total" }, duration(tookNs(exchange))),
  );
}

/** What one packet carries has no length that a capture could know. */
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
  return h("p", { class: "head-line" }, said.status ? version : "", ` ${answerLine(said)}`);
}

function nothing(side, what, why) {
  return h(
    "section",
    { class: `head-block ${side}` },
    h("p", { class: "head-none" }, what),
    h("p", { class: "head-body" }, why),
  );
}

/** Why a message shows no body. */
export function noBody(side, { complete }, { notes }) {
  if (side === "request" && notes.includes("body withheld")) {
    return "The client did not send the body that it had announced.";
  }
  return complete ? "No body." : "Its end was not seen.";
}

/** Why a request shows no answer, as far as its connection tells. */
export function whyNone({ connection }) {
  const { client_state: client, server_state: server, closed_by: by, packets } = connection;
  if (!packets[1]) return "Nothing of the server is in the capture.";
  if (by) return `The ${by} sent the first FIN or RST; no answer is in the capture.`;
  if (client === "ESTABLISHED" && server === "ESTABLISHED") {
    return "At the last packet the connection is open: it may come yet.";
  }
  return "It never came, or came after the capture had ended, or its packets are missing.";
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
