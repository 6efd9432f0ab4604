// Connections view: the list of all, each with a bar of its lifetime, and beside it the selected one.

import { get } from "../net/api.js";
import { ColumnChooser } from "../widgets/column_chooser.js";
import { h, setText } from "../widgets/dom.js";
import { noRows, SEARCHING } from "../widgets/empty_state.js";
import { count, counted } from "../text/format.js";
import { DataGrid, isLive, knownOrder, ROW_HEIGHT } from "../widgets/data_grid.js";
import { connectionsOf } from "../lab/demo_buttons.js";
import { addressOf, go } from "../state/navigation.js";
import { FilteredRows } from "../net/filtered_rows.js";
import { split } from "../widgets/split_pane.js";
import { AMOUNT, connectionColumns } from "./connection_columns.js";
import { mountConnectionPanel } from "./connection_panel.js";

const WIDE = matchMedia("(min-width: 900px)"); // room for a connection beside the list, as in css/shell.css
const TWO_LINES = 46; // pixels of a row in a narrow list, as in lists.css
const BESIDE = 256; // pixels of a row without its addresses and outcome, as in lists.css
const CHARACTER = 7.3;

export function mount(root, store) {
  const failed = (error) => store.set({ problem: { message: error.message, what_to_do: error.advice } });
  const list = new FilteredRows({ table: "connections", store, get, changed: () => draw(store.state), failed });
  const choice = new ColumnChooser("connections", connectionColumns(), () => grid.show(columns()));
  let hasProcesses = Boolean(store.state.capture.tokens);
  const columns = () => [...connectionColumns(hasProcesses).filter(({ name }) => choice.shown.has(name)), AMOUNT];
  const grid = new DataGrid({
    label: "Connections",
    columns: columns(),
    choose: (index) => list.withId(index, (id) => go(store, { view: "connections", id })),
    enter: () => detail.focus(),
    shown: (first, stop) => list.want(first, stop),
    rowHeight,
    sort: (order) => go(store, { order }),
    pointed: (isPointed) => list.hold(isPointed),
    address: ({ id }) => addressOf(store, { view: "connections", id }),
  });
  const listed = h("p", { class: "tools-text", role: "status" });
  const panel = h("section", { class: "panel", "aria-label": "Selected connection" });
  root.append(
    h(
      "div",
      { class: "list-page" },
      h("div", { class: "tools" }, listed, h("span", { class: "tools-room" }), choice.element),
      split("connections", grid.element, panel, { initial: 490, least: 300, rest: 480 }),
    ),
  );
  const detail = mountConnectionPanel(panel, store);
  let [listedBy, revealed] = [null, null];

  function draw(state) {
    turnToWatched(store, state, detail);
    const order = knownOrder(connectionColumns(), state.route.order);
    list.turnTo(state, { order });
    const { id } = state.route;
    const [all, chosen] = [state.lengths.connections ?? 0, list.indexOf(id)];
    setText(
      listed,
      list.isWhole
        ? counted(all, "connection")
        : `${list.isPending ? "…" : count(list.total)} of ${counted(all, "connection")}`,
    );
    if (hasProcesses !== Boolean(state.capture.tokens)) {
      hasProcesses = !hasProcesses;
      grid.show(columns());
    }
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
      largest: all,
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
    choice.unmount();
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
  const isTight = width > 0 && width < BESIDE + CHARACTER * (fitted.pair + fitted.duration);
  element.classList.toggle("tight", isTight);
  return isTight ? TWO_LINES : ROW_HEIGHT;
}
