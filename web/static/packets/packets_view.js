// Packets view: the table of all packets, and below it the selected one.

import { get } from "../net/api.js";
import { ColumnChooser } from "../widgets/column_chooser.js";
import { closest, h, icon, setText } from "../widgets/dom.js";
import { noRows, SEARCHING } from "../widgets/empty_state.js";
import { count, counted } from "../text/format.js";
import { DataGrid, isLive, knownOrder } from "../widgets/data_grid.js";
import { addressOf, go } from "../state/navigation.js";
import { PACKET_COLUMNS } from "./packet_columns.js";
import { kindOf } from "./packet_text.js";
import { FilteredPackets } from "../net/filtered_packets.js";
import { saveCapture } from "./save_capture.js";
import { fixedSpan } from "../text/time_range.js";
import { mountPacketPanel } from "./packet_panel.js";
import { packetLinks } from "../widgets/place_link.js";
import { mountVerdictPopover } from "../widgets/verdict_popover.js";

const AROUND = 40; // rows fetched above and below the visible ones

export function mount(root, store) {
  const list = new FilteredPackets({
    get,
    changed: () => draw(store.state),
    failed: (error) => store.set({ problem: { message: error.message, what_to_do: error.advice } }),
  });
  const pane = mountPacketPanel(store, { noted: (packet) => list.noted(packet) });
  const choice = new ColumnChooser("packets", PACKET_COLUMNS, () => grid.show(choice.chosen));
  const tools = toolbar(store, choice);
  const grid = new DataGrid({
    label: "Packets",
    columns: choice.chosen,
    choose: (index) => list.withId(index, (number) => go(store, { packet: number })),
    shown: (first, stop) => list.want(first - AROUND, stop + AROUND),
    isSteady: true,
    sort: (order) => go(store, { order }),
    pointed: (isPointed) => list.hold(isPointed),
    address: ({ number }) => addressOf(store, { packet: number }),
    rowClass: (row) => `means-${kindOf(row)} from-${row.direction ?? "none"}`,
  });
  const place = h("div", { class: "packets-table" }, grid.element);
  mountVerdictPopover(place, grid.element, packetLinks(store));
  const page = h("div", { class: "packets" }, tools.element, place, pane.element);
  root.append(page);
  let [listedBy, revealed] = [null, null];

  function draw(state) {
    const { packet } = state.route;
    const order = knownOrder(PACKET_COLUMNS, state.route.order);
    list.turnTo(state, order);
    tools.draw(state, list);
    pane.draw(packet); // first, since it takes room from the table
    root.classList.toggle("has-detail", packet !== null);
    grid.follow(isLive(state) && !order);
    if (listedBy !== null && listedBy !== list.key) grid.restart();
    listedBy = list.key;
    grid.draw({
      total: list.total ?? 0,
      get: (index) => list.row(index),
      chosen: list.indexOf(packet),
      state,
      empty: emptiness(state, list),
      largest: state.lengths.packets ?? 0,
      order,
    });
    const place = `${list.key} ${packet}`; // another filter or order puts the packet elsewhere
    if (packet !== null && place !== revealed && list.indexOf(packet) !== null && list.indexOf(packet) < list.total) {
      revealed = place;
      grid.reveal(list.indexOf(packet));
    }
  }

  const onKey = (event) =>
    event.key === "Escape" && !closest(event, "input, textarea, dialog, .menu") &&
    store.state.route.packet !== null && go(store, { packet: null });
  document.addEventListener("keydown", onKey);
  const unsubscribe = store.subscribe(draw);
  return () => {
    unsubscribe();
    document.removeEventListener("keydown", onKey);
    list.close();
    pane.unmount();
    choice.unmount();
    root.classList.remove("has-detail");
  };
}

function emptiness(state, list) {
  if (list.total === null) return SEARCHING;
  return noRows(state, "packets");
}

/** The toolbar: number of packets, notes, save, columns. */
function toolbar(store, choice) {
  const listed = h("p", { class: "tools-text", role: "status" });
  const noted = h(
    "button",
    {
      class: "button",
      hidden: true,
      onclick: () => go(store, { filter: store.state.route.filter === "noted" ? "" : "noted" }),
    },
    icon("note"),
    h("span"),
  );
  const save = h(
    "button",
    {
      class: "button",
      title: "Save the capture as pcapng, with notes as packet comments, which Wireshark shows",
      onclick: () => saveCapture(store),
    },
    icon("save"),
    "Save a copy",
  );
  const element = h("div", { class: "tools" }, listed, h("span", { class: "tools-room" }), noted, save, choice.element);
  return {
    element,
    draw(state, { total, notes }) {
      const all = state.lengths.packets ?? 0;
      const isPart = Boolean(state.route.filter || fixedSpan(state.route.span));
      setText(
        listed,
        isPart ? `${total === null ? "…" : count(total)} of ${counted(all, "packet")}` : counted(all, "packet"),
      );
      noted.hidden = !notes;
      noted.setAttribute("aria-pressed", String(state.route.filter === "noted"));
      setText(noted.lastChild, counted(notes, "note"));
      noted.title = state.route.filter === "noted" ? "Show all packets" : "Show only packets with a note or a bookmark";
    },
  };
}
