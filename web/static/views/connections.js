// Connections: the list of all, with the life of each as a bar, and beside it the life of the chosen one packet by packet.

import { get } from "../api.js";
import { h, setText } from "../dom.js";
import { noRows, SEARCHING } from "../empty.js";
import { count, counted, duration, moment, size } from "../format.js";
import { Grid, isLive, ROW_HEIGHT } from "../grid.js";
import { connectionsOf } from "../lab.js";
import { drawLife } from "../life.js";
import { go } from "../navigation.js";
import { RowList } from "../rowlist.js";
import { short } from "../sockets.js";
import { split } from "../split.js";
import { outcome, protocolName } from "../words.js";
import { mountConnection } from "./connection.js";

const WIDE = matchMedia("(min-width: 720px)");
const TWO_LINES = 46; // pixels of a row on a narrow screen, as in lists.css

export function mount(root, store) {
  const failed = (error) => store.set({ problem: { message: error.message, what_to_do: error.advice } });
  const list = new RowList({ table: "connections", store, get, changed: () => draw(store.state), failed });
  const grid = new Grid({
    label: "Connections",
    columns: COLUMNS,
    choose: (index) => list.number(index, (id) => go(store, { view: "connections", id })),
    enter: () => detail.focus(),
    shown: (first, stop) => list.want(first, stop),
    rowHeight: () => (WIDE.matches ? ROW_HEIGHT : TWO_LINES),
  });
  const panel = h("section", { class: "panel", "aria-label": "The chosen connection" });
  root.append(split("connections", grid.element, panel, { initial: 470, least: 300, rest: 480 }));
  const detail = mountConnection(panel, store);
  let [listedBy, revealed] = [null, null];

  function draw(state) {
    turnToWatched(store, state, detail);
    list.turnTo(state);
    const { id } = state.route;
    const chosen = list.indexOf(id);
    root.classList.toggle("has-detail", id !== null);
    grid.follow(isLive(state));
    if (listedBy !== list.key) grid.restart();
    listedBy = list.key;
    grid.draw({ total: list.total, chosen, state, get: (index) => list.row(index), empty: list.isAsking ? SEARCHING : noRows(state, "connections"), largest: state.lengths.connections ?? 0 });
    const place = `${list.key} ${id}`; // another filter puts the connection elsewhere
    if (place !== revealed && chosen !== null && chosen < list.total) {
      revealed = place;
      grid.reveal(chosen);
    }
  }

  const unsubscribe = store.subscribe(draw);
  const turned = () => draw(store.state);
  WIDE.addEventListener("change", turned);
  return () => {
    unsubscribe();
    WIDE.removeEventListener("change", turned);
    list.close();
    detail.unmount();
    root.classList.remove("has-detail");
  };
}

/** After a button of the demo: turns to the first connection that it used, or to the end of the chosen one if it is among them. */
function turnToWatched(store, { lab, tables, route }, detail) {
  if (!lab.watch.length || !WIDE.matches) return;
  const found = connectionsOf(lab.watch, tables.connections.sorted());
  if (!found.length) return;
  store.lab({ watch: [] });
  if (found.some(({ id }) => id === route.id)) detail.follow();
  else go(store, { id: found[0].id, packet: null });
}

const COLUMNS = [
  { name: "id", title: "#", draw: (cell, row) => setText(cell, String(row.id)) },
  {
    name: "pair", title: "client → server",
    create: (cell) => cell.append(h("span", { class: "client" }), h("span", { class: "arrow" }, " → "), h("span", { class: "server" })),
    draw(cell, row) {
      const { client, server, isNear } = short(row.client, row.server);
      setText(cell.children[0], client);
      setText(cell.children[2], server);
      if (!isNear) cell.closest(".grid").classList.add("far"); // one such row, and the column is wide enough for all
      cell.title = `${row.client} → ${row.server}`;
    },
  },
  {
    name: "whole-pair", title: "client → server",
    create: (cell) => cell.append(h("span", { class: "client" }), h("span", { class: "arrow" }, " → "), h("span", { class: "server" })),
    draw(cell, row) {
      setText(cell.children[0], row.client);
      setText(cell.children[2], row.server);
    },
  },
  {
    name: "speaks", title: "speaks",
    draw(cell, row) {
      setText(cell, protocolName(row.protocol));
      cell.dataset.protocol = row.protocol;
    },
  },
  { name: "life", title: "life", isAxis: true, create: (cell) => cell.append(h("i", { class: "life-bar" })), draw: (cell, row, state) => drawLife(cell.firstChild, row, state.end, outcome(row).kind, row.protocol) },
  {
    name: "lived", title: "lived",
    draw(cell, row) {
      const { short: word, long, kind } = outcome(row);
      setText(cell, word === "closed" ? duration(row.duration_ns) : `${word}, ${duration(row.duration_ns)}`);
      cell.dataset.kind = kind;
      if (word !== "closed") cell.closest(".grid").classList.add("lasting"); // one such row, and the column has room for its words
      cell.title = `${long}; client ${row.client_state}, server ${row.server_state}; from ${moment(row.at_ns)} to ${moment(row.until_ns)}`;
    },
  },
  { name: "packets", title: "packets", draw: (cell, row) => setText(cell, count(row.packets[0] + row.packets[1])) },
  { name: "bytes", title: "bytes", draw: (cell, row) => setText(cell, size(row.bytes[0] + row.bytes[1])) },
  { name: "amount", title: "packets, bytes", draw: (cell, row) => setText(cell, `${counted(row.packets[0] + row.packets[1], "packet")}, ${size(row.bytes[0] + row.bytes[1])}`) },
];
