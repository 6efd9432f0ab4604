// Overview: the capture, or the selected time range, on one screen; every number links to what it counts.

import { get } from "../net/api.js";
import { Poller } from "../net/poller.js";
import { onTheme } from "../widgets/canvas_colours.js";
import { h, setText } from "../widgets/dom.js";
import { redraw } from "../widgets/redraw.js";
import { noRows } from "../widgets/empty_state.js";
import { count, counted, duration, percent, size } from "../text/format.js";
import { go } from "../state/navigation.js";
import { packetLinks, placeLink } from "../widgets/place_link.js";
import { mountVerdictPopover } from "../widgets/verdict_popover.js";
import { draw as drawFigure, plotly, release } from "../widgets/plotly_figure.js";
import { fixedSpan } from "../text/time_range.js";
import { themeIsDark } from "../state/theme_choice.js";

const REST = 1_000; // ms between two requests while the capture grows

const FIGURES = [
  ["packets", "Packets over time, by protocol"],
  ["bytes", "Bytes over time, by sender"],
  ["times", "Handshake and response times"],
];

const RANKED = "Most requests, messages and connections that failed first, then most time waited, then most bytes.";

const NOTHING = {
  packets: "No packets.",
  bytes: "No packets.",
  times: "No handshake or response time could be measured.",
};

export function mount(root, store) {
  const poller = new Poller(get, "/api/overview", () => draw(store.state), REST);
  const counters = mountCounters();
  const trouble = h("p", { class: "trouble", role: "alert", hidden: true });
  const figures = Object.fromEntries(FIGURES.map(([name, title]) => [name, figurePane(name, title, store)]));
  const percentiles = h("table", { class: "percentiles" });
  figures.times.element.append(percentiles);
  const lists = {
    troubles: listPane("troubles", "Problems", RANKED),
    notes: listPane("notes", "Unusual, but allowed"),
    causes: listPane("causes", "Slow exchanges and messages waited for"),
    servers: listPane("servers", "Busiest servers"),
    connections: listPane("connections", "Largest connections"),
  };
  mountVerdictPopover(lists.troubles.element, lists.troubles.element, packetLinks(store));
  const empty = h("div", { class: "empty" });
  const page = h(
    "div",
    { class: "overview-page" },
    counters.element,
    trouble,
    h(
      "div",
      { class: "overview-grid" },
      h("div", { class: "overview-figures" }, Object.values(figures).map(({ element }) => element)),
      h("div", { class: "overview-lists" }, Object.values(lists).map(({ element }) => element)),
    ),
  );
  root.append(
    h(
      "div",
      { class: "overview", tabindex: "0", "data-arrow-keys": "", role: "region", "aria-label": "Overview" },
      page,
      empty,
    ),
  );

  let drawn = null;
  function draw(state) {
    const span = fixedSpan(state.route.span);
    const theme = themeIsDark() ? "dark" : "light";
    poller.want({ theme, ...(span ?? {}) }, `${state.capture.packets} ${state.capture.state}`);
    const { answer, error } = poller;
    trouble.hidden = !error;
    setText(trouble, error ? `${error.message} ${error.advice ?? ""}` : "");
    const isEmpty = !error &&
      !(answer ? answer.counters?.packets : state.capture.packets || state.feed === "connecting");
    page.hidden = isEmpty;
    empty.hidden = !isEmpty;
    if (isEmpty) drawEmpty(noRows(state, "connections"));
    if (isEmpty || !answer?.counters || drawn === answer) return;
    drawn = answer;
    counters.draw(answer.counters);
    for (const [name, { show }] of Object.entries(figures)) show(answer.figures[name]);
    redraw(percentiles, percentileRows(answer.times, store));
    const [notes, troubles] = [true, false].map((isNote) =>
      answer.troubles.filter(({ severity }) => (severity === "note") === isNote).map((row) => troubleRow(row, store))
    );
    lists.troubles.show(troubles, "None detected: no retransmission, no reset, no error, no protocol violation.");
    lists.notes.show(notes, "");
    lists.notes.element.hidden = !notes.length;
    lists.servers.show(answer.servers.map((row) => serverRow(row, answer.servers[0], store)), "No TCP payload here.");
    lists.connections.show(
      answer.connections.map((row) => connectionRow(row, answer.connections[0], store)),
      "No TCP payload here.",
    );
    lists.causes.show(answer.causes.map((row) => causeRow(row, store)), "");
    lists.causes.element.hidden = !answer.causes.length; // nothing was slow
  }

  function drawEmpty({ key, content }) {
    if (empty.dataset.key === key) return;
    empty.dataset.key = key;
    empty.replaceChildren(...content());
  }

  plotly().catch(() => {}); // loaded while the numbers are fetched; an error is shown where a figure is missing
  const stopTheme = onTheme(() => {
    draw(store.state);
    poller.hurry();
  });
  const unsubscribe = store.subscribe(draw);
  return () => {
    unsubscribe();
    stopTheme();
    poller.close();
    for (const { close } of Object.values(figures)) close();
  };
}

/** The counters; each has its place before its value is known. */
function mountCounters() {
  /** @type {[name: string, say: (n: number) => string, words: string][]} */
  const kinds = [
    ["packets", count, "packet"],
    ["bytes", size, "on the wire"],
    ["duration_ns", duration, "duration"],
    ["connections", count, "connection"],
    ["exchanges", count, "HTTP exchange"],
    ["messages", count, "WebSocket message"],
  ];
  const terms = kinds.map(([, say, words]) => h("dt", {}, say === count ? `${words}s` : words));
  const values = kinds.map(() => h("dd", {}, "–"));
  return {
    element: h("dl", { class: "overview-counters" }, terms.map((term, i) => h("div", {}, term, values[i]))),
    draw: (counters) =>
      kinds.forEach(([name, say, words], i) => {
        setText(values[i], say(counters[name]));
        if (say === count) setText(terms[i], counters[name] === 1 ? words : `${words}s`);
      }),
  };
}

/** A figure with its title; dragging over a time axis selects that time range for all views. */
function figurePane(name, title, store) {
  const plot = h("div", { class: "overview-plot", "data-figure": name, role: "img", "aria-label": title });
  const trouble = h("p", { class: "trouble", hidden: true });
  const nothing = h("p", { class: "overview-nothing", hidden: true }, NOTHING[name]);
  const element = h("section", { class: `overview-pane ${name}` }, h("h2", {}, title), nothing, plot, trouble);
  let [isListening, isHeld, waiting] = [false, false, null];
  plot.addEventListener("pointerdown", () => {
    isHeld = true; // not redrawn while it is dragged over
    const over = new AbortController();
    const letGo = () => {
      over.abort();
      setTimeout(() => {
        isHeld = false;
        if (waiting) show(waiting);
      });
    };
    for (const end of ["pointerup", "pointercancel"]) window.addEventListener(end, letGo, { signal: over.signal });
  });
  async function show(figure) {
    waiting = isHeld ? figure : null;
    if (isHeld) return;
    const isVoid = !figure.data.length;
    plot.classList.toggle("void", isVoid); // keeps its place
    nothing.hidden = !isVoid;
    if (isVoid) return;
    let drawn;
    try {
      drawn = await drawFigure(plot, figure);
      trouble.hidden = true;
    } catch (error) {
      trouble.hidden = false;
      setText(trouble, error.message);
      return;
    }
    if (isListening || name === "times") return;
    isListening = true;
    drawn.on("plotly_relayout", (change) => {
      const [from, to] = ["xaxis.range[0]", "xaxis.range[1]"].map((key) => Math.round(change[key] * 1e9));
      if (!(from < to)) return; // zoomed out: the values are no numbers
      waiting = null; // that figure is of the old range
      go(store, { span: { from, to } });
    });
  }
  return { element, show, close: () => release(plot) };
}

function listPane(name, title, order = "") {
  const list = h("ul", { class: "overview-list" });
  const nothing = h("p", { class: "overview-nothing" });
  const about = h("p", { class: "overview-about" }, order);
  return {
    element: h("section", { class: `overview-pane listed ${name}` }, h("h2", {}, title), about, list, nothing),
    show(rows, none) {
      redraw(list, rows);
      list.hidden = !rows.length;
      nothing.hidden = rows.length > 0;
      about.hidden = !order || rows.length < 2;
      setText(nothing, none);
    },
  };
}

const placeOf = ({ connection, packet }) =>
  connection === null ? { view: "packets", packet } : { view: "connections", id: connection, packet };

const VIEWS = { packets: "packets", connections: "connections", exchanges: "http", messages: "websocket" };

/** A kind of problem: its name links to what it happened to, the numbers to the first few packets that show it. */
function troubleRow({ code, title, severity, count: times, packets, table, cost, meaning, rate }, store) {
  const filter = `is:${code}`;
  return h(
    "li",
    { class: `trouble-row${severity === "note" ? "" : " is-trouble"}`, "data-key": code },
    h("b", {}, count(times)),
    h(
      "span",
      { class: "overview-name" },
      placeLink(
        store,
        { view: VIEWS[table], filter },
        { title: meaning || `List all ${table} with this problem` },
        title,
      ),
      h("span", { class: "trouble-cost" }, costOf(cost, rate)),
    ),
    h(
      "span",
      { class: "trouble-packets", "data-key": "packets" },
      packets.map((at) =>
        placeLink(
          store,
          placeOf(at),
          { "aria-label": `Show packet ${at.packet}: ${title}`, "data-why": at.packet },
          count(at.packet),
        )
      ),
      times > packets.length ? "…" : "",
    ),
  );
}

/** What a kind of problem cost, in words. */
function costOf({ waited_ns: waited, bytes }, rate) {
  return [
    waited ? `${duration(waited)} waited` : "",
    bytes ? `${size(bytes)} ${rate === null ? "lost" : "sent again"}` : "",
    rate === null ? "" : `${percent(rate)} of segments`,
  ].filter(Boolean).join(", ");
}

/** A cause of slow waits: its name links to them, the time to the one in which it took longest. */
function causeRow({ cause, title, ns, waits, longest: { kind, row, connection } }, store) {
  const isExchange = kind === "exchange";
  return h(
    "li",
    { "data-key": cause },
    placeLink(
      store,
      isExchange ? { view: "http", id: row } : { view: "connections", id: connection },
      { class: "link longest", title: `The ${kind} in which it took longest` },
      duration(ns),
    ),
    h(
      "span",
      { class: "overview-name" },
      placeLink(
        store,
        { view: "http", filter: `cause:${cause}` },
        { title: "List the exchanges with this cause" },
        title,
      ),
    ),
    h("span", {}, waits ? `main cause of ${count(waits)}` : ""),
  );
}

function serverRow({ server, connections, packets, bytes }, first, store) {
  return h(
    "li",
    { "data-key": server },
    placeLink(
      store,
      { view: "connections", filter: server },
      { class: "link wire", title: "List the server’s connections" },
      server,
    ),
    h("span", { class: "overview-name" }, `${counted(connections, "connection")}, ${counted(packets, "packet")}`),
    weights(bytes, first.bytes),
  );
}

function connectionRow({ id, client, server, packets, bytes }, first, store) {
  return h(
    "li",
    { "data-key": id },
    placeLink(store, { view: "connections", id }, { class: "link wire", title: `${client} → ${server}` }, `#${id}`),
    h("span", { class: "overview-name" }, `to ${server}, ${counted(packets, "packet")}`),
    weights(bytes, first.bytes),
  );
}

/** Payload of both sides as a bar, relative to the largest, and as text. */
function weights([client, server], most) {
  const all = Math.max(most[0] + most[1], 1);
  return h(
    "span",
    { class: "weights", title: `${size(client)} from the client, ${size(server)} from the server` },
    h("i", { class: "weight", vars: { asked: client / all, answered: server / all } }),
    h("span", {}, size(client + server)),
  );
}

function percentileRows({ handshake, wait, slowest_exchange: slowest }, store) {
  const kinds = [["Handshake", handshake], ["Wait for the response", wait]].filter(([, spread]) => spread);
  if (!kinds.length) return [];
  const head = h(
    "tr",
    {},
    h("td"),
    ["median", "p90", "p95", "p99", "max", "count"].map((name) => h("th", { scope: "col" }, name)),
  );
  const rows = kinds.map(([name, { p50, p90, p95, p99, slowest: longest, of }]) =>
    h(
      "tr",
      { "data-key": name },
      h("th", { scope: "row" }, name),
      [p50, p90, p95, p99].map((ns) => h("td", {}, duration(ns))),
      h(
        "td",
        { "data-key": "max" },
        name === "Handshake" ? duration(longest) : placeLink(
          store,
          { view: "http", id: slowest },
          { title: "The exchange that waited longest", "data-key": "slowest" },
          duration(longest),
        ),
      ),
      h("td", {}, count(of)),
    )
  );
  return [h("caption", {}, "Percentiles"), h("thead", {}, head), h("tbody", { "data-key": "rows" }, rows)];
}
