// Connections view: the list of all, each with a bar of its lifetime, and beside it the selected one.

import { get } from "../net/api.js";
import { h, setText } from "../widgets/dom.js";
import { noRows, SEARCHING } from "../widgets/empty_state.js";
import { briefly, count, counted, moment, size, TIMES_GO_BACK } from "../text/format.js";
import { DataGrid, isLive, knownOrder, ROW_HEIGHT } from "../widgets/data_grid.js";
import { connectionsOf } from "../lab/demo_buttons.js";
import { drawLifetime, durationNs } from "../widgets/lifetime_bar.js";
import { go } from "../state/navigation.js";
import { createPair, drawPair } from "../widgets/address_pair.js";
import { FilteredRows } from "../net/filtered_rows.js";
import { briefPair, splitEndpoint } from "../text/address.js";
import { split } from "../widgets/split_pane.js";
import { outcome, protocolName, stateOf } from "../text/terms.js";
import { mountConnectionPanel } from "./connection_panel.js";

const WIDE = matchMedia("(min-width: 900px)"); // room for a connection beside the list, as in css/shell.css
const TWO_LINES = 46; // pixels of a row in a narrow list, as in lists.css
const BESIDE = 256; // pixels of a row without its addresses and outcome, as in lists.css
const CHARACTER = 7.3;

export function mount(root, store) {
  const failed = (error) => store.set({ problem: { message: error.message, what_to_do: error.advice } });
  const list = new FilteredRows({ table: "connections", store, get, changed: () => draw(store.state), failed });
  const grid = new DataGrid({
    label: "Connections",
    columns: COLUMNS,
    choose: (index) => list.withId(index, (id) => go(store, { view: "connections", id })),
    enter: () => detail.focus(),
    shown: (first, stop) => list.want(first, stop),
    rowHeight,
    sort: (order) => go(store, { order }),
    pointed: (isPointed) => list.hold(isPointed),
  });
  const panel = h("section", { class: "panel", "aria-label": "Selected connection" });
  root.append(split("connections", grid.element, panel, { initial: 490, least: 300, rest: 480 }));
  const detail = mountConnectionPanel(panel, store);
  let [listedBy, revealed] = [null, null];

  function draw(state) {
    turnToWatched(store, state, detail);
    const order = knownOrder(COLUMNS, state.route.order);
    list.turnTo(state, { order });
    const { id } = state.route;
    const chosen = list.indexOf(id);
    root.classList.toggle("has-detail", id !== null);
    grid.follow(isLive(state) && !order);
    if (listedBy !== list.key) grid.restart();
    listedBy = list.key;
    grid.draw({
      total: list.total,
      chosen,
      state,
      get: (index) => list.row(index),
      empty: list.isPending ? SEARCHING : noRows(state, "connections"),
      largest: state.lengths.connections ?? 0,
      order,
    });
    const place = `${list.key} ${id}`; // another filter or order puts the connection elsewhere
    if (place !== revealed && chosen !== null && chosen < list.total) {
      revealed = place;
      grid.reveal(chosen);
    }
  }

  const unsubscribe = store.subscribe(draw);
  return () => {
    unsubscribe();
    list.close();
    detail.unmount();
    root.classList.remove("has-detail");
  };
}

/** After an action of the demo: selects its first connection, or follows the selected one if that is among them. */
function turnToWatched(store, { lab, tables, route }, detail) {
  if (!lab.watch.length || !WIDE.matches) return;
  const found = connectionsOf(lab.watch, tables.connections.sorted());
  if (!found.length) return;
  store.lab({ watch: [] });
  if (found.some(({ id }) => id === route.id)) detail.follow();
  else go(store, { id: found[0].id, packet: null });
}

/** A row takes two lines where one has no room for what must not be cut. */
function rowHeight({ element, width, fitted }) {
  const isTight = width < BESIDE + CHARACTER * (fitted.pair + fitted.duration);
  element.classList.toggle("tight", isTight);
  return isTight ? TWO_LINES : ROW_HEIGHT;
}

/** Both ends in full, as [address, port]. */
function wholePair(row) {
  const parts = (endpoint) => [endpoint.slice(0, endpoint.lastIndexOf(":")), `:${splitEndpoint(endpoint).port}`];
  return { client: parts(row.client), server: parts(row.server) };
}

const COLUMNS = [
  {
    name: "id",
    title: "#",
    by: "id",
    sortsBy: "number",
    draw: (cell, row) => setText(cell, String(row.id)),
  },
  {
    name: "pair",
    title: "Client → server",
    by: "client",
    sortsBy: "client, then server",
    fits: 40, // a port, and a socket with a shortened IPv6 address
    create: createPair,
    draw(cell, row) {
      drawPair(cell, briefPair(row), " → ");
      cell.title = `${row.client} → ${row.server}`;
    },
  },
  {
    name: "whole-pair",
    title: "Client → server",
    by: "client",
    sortsBy: "client, then server",
    fits: 60,
    create: createPair,
    draw(cell, row) {
      drawPair(cell, wholePair(row), " → ");
      cell.title = `${row.client} → ${row.server}`;
    },
  },
  {
    name: "protocol",
    title: "Protocol",
    by: "protocol",
    draw(cell, row) {
      setText(cell, protocolName(row.protocol));
      cell.dataset.protocol = row.protocol;
    },
  },
  {
    name: "life",
    title: "Lifetime",
    by: "start_ns",
    sortsBy: "start",
    isAxis: true,
    create: (cell) => cell.append(h("i", { class: "life-bar" })),
    draw: (cell, row, state) => drawLifetime(cell.firstChild, row, state.end, outcome(row).kind, row.protocol),
  },
  {
    name: "duration",
    title: "Duration",
    by: "duration_ns",
    fits: 24,
    draw(cell, row, { end }) {
      const { short: word, long, kind } = outcome(row);
      const lived = briefly(durationNs(row, end));
      setText(cell, word === "closed" ? lived : `${word}, ${lived}`);
      cell.dataset.kind = kind;
      const [client, server] = ["client", "server"].map((side) => stateOf(row, side).text);
      cell.title = `${
        row.duration_ns === null ? `${TIMES_GO_BACK}. ` : ""
      }${long}; client ${client}, server ${server}; packets from ${moment(row.at_ns)} to ${moment(row.until_ns)}`;
    },
  },
  {
    name: "packets",
    title: "Packets",
    by: "packets",
    draw: (cell, row) => setText(cell, count(row.packets[0] + row.packets[1])),
  },
  {
    name: "bytes",
    title: "Bytes",
    by: "bytes",
    draw: (cell, row) => setText(cell, size(row.bytes[0] + row.bytes[1])),
  },
  {
    name: "amount",
    title: "Packets, bytes",
    draw: (cell, row) =>
      setText(cell, `${counted(row.packets[0] + row.packets[1], "packet")}, ${size(row.bytes[0] + row.bytes[1])}`),
  },
];
