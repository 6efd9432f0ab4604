// HTTP view: the list of exchanges with a waterfall, and both messages of the selected one.

import { get } from "../net/api.js";
import { ColumnChooser } from "../widgets/column_chooser.js";
import { closest, h, setText } from "../widgets/dom.js";
import { noRows, SEARCHING } from "../widgets/empty_state.js";
import { briefly, count, counted, exact, size, TIMES_GO_BACK, wallClock } from "../text/format.js";
import { DataGrid, isLive, knownOrder } from "../widgets/data_grid.js";
import { addressOf, go } from "../state/navigation.js";
import { fetchMissingRows } from "../net/fetch_missing_rows.js";
import { FilteredRows } from "../net/filtered_rows.js";
import { fixedSpan } from "../text/time_range.js";
import { split } from "../widgets/split_pane.js";
import { storedChoice } from "../widgets/stored_controls.js";
import { commonLength, drawWaterfall, PHASES, phasesOf, totalNs, waterfallTitle } from "./waterfall.js";
import { CAUSES, PLAIN_NOTES } from "../text/facts.js";
import { causeText, causeTitle, drawShares } from "./wait_causes.js";
import { statusLine } from "../text/terms.js";
import { mountExchangePanel } from "./exchange_panel.js";

export function mount(root, store) {
  const scale = storedChoice(
    "http.scale",
    "Waterfall",
    [["took", "Duration"], ["when", "Timeline"]],
    () => draw(store.state),
  );
  const axis = new Axis();
  const failed = (error) => store.set({ problem: { message: error.message, what_to_do: error.advice } });
  const list = new FilteredRows({ table: "exchanges", store, get, changed: () => draw(store.state), failed });
  const columns = exchangeColumns((row) => axis.of(row));
  const choice = new ColumnChooser("http", columns, () => grid.show(choice.chosen));
  const grid = new DataGrid({
    label: "HTTP exchanges",
    columns: choice.chosen,
    choose: (index) => list.withId(index, (id) => go(store, { view: "http", id })),
    shown: (first, stop) => list.want(first, stop),
    sort: (order) => go(store, { order }),
    pointed: (isPointed) => list.hold(isPointed),
    address: ({ id }) => addressOf(store, { view: "http", id }),
  });
  const panel = h("section", { class: "panel exchange", "aria-label": "Selected exchange" });
  const listed = h("p", { class: "tools-text", role: "status" });
  const legend = h(
    "p",
    { class: "waterfall-legend" },
    ["connect", "send", "wait", "receive"].map((kind) => h("span", {}, h("i", { "data-kind": kind }), PHASES[kind])),
  );
  root.append(
    h(
      "div",
      { class: "http list-page" },
      h("div", { class: "tools" }, listed, h("span", { class: "tools-room" }), legend, scale.element, choice.element),
      split("http", grid.element, panel, { initial: 560, least: 320, rest: 380 }),
    ),
  );
  const detail = mountExchangePanel(panel, store);
  let [listedBy, revealed] = [null, null];

  function draw(state) {
    const order = knownOrder(columns, state.route.order);
    list.turnTo(state, { order });
    const { id } = state.route;
    const [all, chosen] = [state.lengths.exchanges ?? 0, list.indexOf(id)];
    root.classList.toggle("has-detail", id !== null);
    axis.measure(state, scale.value);
    setText(
      listed,
      list.isWhole
        ? counted(all, "exchange")
        : `${list.isPending ? "…" : count(list.total)} of ${counted(all, "exchange")}`,
    );
    grid.follow(isLive(state) && !order);
    if (listedBy !== list.key) grid.restart();
    listedBy = list.key;
    grid.draw({
      total: list.total,
      chosen,
      state,
      get: (index) => list.row(index),
      empty: list.isPending ? SEARCHING : noRows(state, "exchanges"),
      largest: Math.max(all, state.lengths.connections ?? 0),
      order,
    });
    const place = `${list.key} ${id}`; // another filter or order puts the exchange elsewhere
    if (place !== revealed && chosen !== null && chosen < list.total) {
      revealed = place;
      grid.reveal(chosen);
    }
    const row = id === null ? null : state.tables.exchanges.get(id);
    detail.show(id, row);
    if (id !== null && !row && id < (state.lengths.exchanges ?? 0)) fetchMissingRows(store, "exchanges", id, id + 1);
  }

  const unsubscribe = store.subscribe(draw);
  const onKey = (event) =>
    event.key === "Escape" && !closest(event, "input, dialog, .menu") && store.state.route.id !== null &&
    go(store, { id: null });
  document.addEventListener("keydown", onKey);
  return () => {
    unsubscribe();
    list.close();
    detail.unmount();
    choice.unmount();
    document.removeEventListener("keydown", onKey);
    root.classList.remove("has-detail");
  };
}

const MEASURED = 2_000; // exchanges from which the scale of bars is computed
const STEADY = 2_000; // ms for which the scale of many exchanges stays while more come
const MANY = 500;

/** The waterfall's axis: the capture's time for all rows, or one length for all, which begins with each exchange. */
class Axis {
  kind = "took";
  length = 0; // ns of the longest bars; measured at
  at = -Infinity; // ms, from so many rows:
  measured = -1;
  from = 0;
  to = 0;

  measure(state, kind) {
    const { exchanges } = state.tables;
    this.kind = kind;
    const span = fixedSpan(state.route.span);
    if (kind === "when") Object.assign(this, { from: 0, to: Math.max(state.end, (span?.from ?? 0) + 1) }, span);
    else if (
      this.measured !== exchanges.revision && (exchanges.byId.size < MANY || performance.now() - this.at >= STEADY)
    ) {
      Object.assign(this, { measured: exchanges.revision, at: performance.now() });
      this.length = commonLength(exchanges.some(MEASURED).map(totalNs).filter((ns) => ns !== null));
    }
  }

  of(row) {
    if (this.kind === "when") return this;
    const from = phasesOf(row)[0].at;
    return { from, to: from + this.length };
  }
}

const exchangeColumns = (axisOf) => [
  {
    name: "id",
    title: "#",
    by: "id",
    sortsBy: "number",
    isMain: true,
    draw: (cell, row) => setText(cell, String(row.id)),
  },
  {
    name: "start",
    title: "Start",
    by: "start_ns",
    sortsBy: "start",
    fits: 20,
    draw(cell, row) {
      setText(cell, exact(row.at_ns));
      cell.title = wallClock((row.request ?? row.response).time_ns);
    },
  },
  {
    name: "method",
    title: "Method",
    by: "method",
    fits: 16,
    draw: (cell, row) => setText(cell, row.request?.method ?? ""),
  },
  { name: "host", title: "Host", by: "host", fits: 32, draw: drawHost },
  {
    name: "target",
    title: "Path",
    by: "target",
    draw(cell, row) {
      setText(cell, row.request?.target ?? "request not captured");
      cell.classList.toggle("absent", !row.request);
      cell.title = row.request?.target ?? "";
    },
  },
  {
    name: "status",
    title: "Status",
    by: "status",
    fits: 26,
    create: (cell) => cell.append(h("b"), h("span", { class: "reason" })),
    draw(cell, { response }) {
      setText(cell.firstChild, response ? String(response.status || "–") : "…");
      setText(cell.lastChild, response ? ` ${response.reason}` : " no response");
      cell.dataset.class = response ? String(Math.floor(response.status / 100)) : "none";
      cell.title = response ? statusLine(response) : "no response seen";
    },
  },
  { name: "notes", title: "Notes", by: "notes", fits: 18, draw: drawNotes },
  { name: "type", title: "Type", by: "type", draw: drawType },
  {
    name: "sent",
    title: "Sent",
    by: "sent",
    fits: 12,
    draw: (cell, row) => setText(cell, row.request?.body_bytes ? size(row.request.body_bytes) : ""),
  },
  {
    name: "bytes",
    title: "Size",
    by: "bytes",
    fits: 12,
    draw: (cell, row) => setText(cell, row.response ? size(row.response.body_bytes) : ""),
  },
  {
    name: "connection",
    title: "Conn.",
    by: "connection",
    sortsBy: "connection",
    draw: (cell, row) => setText(cell, `#${row.connection}`),
  },
  {
    name: "time",
    title: "Time",
    by: "took_ns",
    sortsBy: "duration",
    fits: 14,
    draw: drawTime,
  },
  {
    name: "cause",
    title: "Cause",
    by: "cause",
    sortsBy: "cause, then time",
    fits: 32,
    create: (cell) =>
      cell.append(
        h("span"),
        h("span", { class: "shares" }, Object.keys(CAUSES).map((code) => h("i", { "data-cause": code }))),
      ),
    draw(cell, row) {
      setText(cell.firstChild, causeText(row));
      drawShares(cell.lastChild, row);
      cell.title = causeTitle(row);
    },
  },
  {
    name: "waterfall",
    title: "Waterfall",
    by: "end_ns",
    sortsBy: "end",
    create: (cell) =>
      cell.append(h("span", { class: "waterfall" }, Object.keys(PHASES).map((kind) => h("i", { "data-kind": kind })))),
    draw(cell, row) {
      drawWaterfall(cell.firstChild, row, axisOf(row));
      cell.title = waterfallTitle(row);
    },
  },
];

/** Notes that point to a problem. */
function drawNotes(cell, row) {
  const odd = row.notes.filter((note) => !PLAIN_NOTES.includes(note));
  setText(cell, odd.length ? odd.join(", ") : "");
  cell.title = odd.join("\n");
}

function drawTime(cell, row) {
  setText(cell, row.response ? briefly(row.took_ns) : "");
  cell.title = row.response && row.took_ns === null ? TIMES_GO_BACK : "";
}

const drawHost = (cell, { request }) => drawField(cell, request, "host");
const drawType = (cell, { response }) => drawField(cell, response, "content-type");

/** The value of a message's first header field of that name, without parameters. */
function drawField(cell, message, wanted) {
  const field = message?.headers.find(([name]) => name.toLowerCase() === wanted);
  setText(cell, field ? field[1].split(";")[0] : "");
  cell.title = cell.textContent;
}
