// HTTP: every question and its answer, when it was asked and how long it waited, and both heads of the chosen one.

import { chooser } from "../choose.js";
import { h, icon, setText } from "../dom.js";
import { noRows } from "../empty.js";
import { duration, moment, size } from "../format.js";
import { Grid } from "../grid.js";
import { drawLife } from "../life.js";
import { go } from "../navigation.js";
import { want } from "../ranges.js";
import { split } from "../split.js";
import { answerLine } from "../words.js";

export function mount(root, store) {
  const grid = new Grid({
    label: "HTTP exchanges",
    columns: COLUMNS,
    choose: (id) => go(store, { view: "http", id }),
    shown: (first, stop) => want(store, "exchanges", first, stop),
  });
  const panel = h("section", { class: "panel exchange", "aria-label": "The chosen exchange" });
  root.append(split("http", grid.element, panel, { initial: 760, least: 360, rest: 320 }));
  const choose = chooser("exchanges");
  let [drawn, revealed] = [undefined, null];
  const unsubscribe = store.subscribe((state) => {
    const { ids, total } = choose(state);
    const { id } = state.route;
    root.classList.toggle("has-detail", id !== null);
    grid.draw({ ids, total, chosen: id, state, get: (row) => state.tables.exchanges.get(row), empty: noRows(state, "exchanges", choose(state)) });
    if (id !== revealed && grid.indexOf(id) >= 0) grid.reveal((revealed = id));
    const row = id === null ? null : state.tables.exchanges.get(id);
    if (row !== drawn) panel.replaceChildren(...(row ? exchange(row, store) : [hint(id)]));
    drawn = row;
    if (id !== null && !row) want(store, "exchanges", id, id + 1);
  });
  const onKey = (event) => event.key === "Escape" && !event.target.closest("input, dialog") && store.state.route.id !== null && go(store, { id: null });
  document.addEventListener("keydown", onKey);
  return () => {
    unsubscribe();
    document.removeEventListener("keydown", onKey);
    root.classList.remove("has-detail");
  };
}

function hint(id) {
  if (id !== null) return h("p", { class: "prose intro" }, `There is no exchange ${id} in this capture.`);
  return h("div", { class: "prose intro" },
    h("h2", {}, "Choose an exchange to read it"),
    h("p", {}, "HTTP is a conversation of questions and answers: the client asks with a method and a target, the server answers with a status. One question at a time, and always the client asks."));
}

const COLUMNS = [
  { name: "id", title: "#", draw: (cell, row) => setText(cell, String(row.id)) },
  { name: "method", title: "asks", draw: (cell, row) => setText(cell, row.request?.method ?? "") },
  {
    name: "target", title: "for",
    draw(cell, row) {
      setText(cell, row.request?.target ?? "the question is not in the capture");
      cell.title = row.request?.target ?? "";
    },
  },
  {
    name: "status", title: "answer",
    create: (cell) => cell.append(h("b"), h("span", { class: "reason" })),
    draw(cell, { response }) {
      setText(cell.firstChild, response ? String(response.status || "–") : "…");
      setText(cell.lastChild, response ? ` ${response.reason}` : "");
      cell.dataset.class = response ? String(Math.floor(response.status / 100)) : "none";
      cell.title = response ? answerLine(response) : "no answer yet";
    },
  },
  { name: "type", title: "type", draw: (cell, row) => setText(cell, contentType(row.response)) },
  { name: "bytes", title: "body", draw: (cell, row) => setText(cell, row.response ? size(row.response.body_bytes) : "") },
  { name: "wait", title: "waited", draw: (cell, row) => setText(cell, row.timing_ns.wait === null ? "" : duration(row.timing_ns.wait)) },
  { name: "pipe", title: "pipe", draw: (cell, row) => setText(cell, `#${row.connection}`) },
  {
    name: "when", title: "when", isAxis: true,
    create: (cell) => cell.append(h("i", { class: "life-bar" })),
    draw(cell, row, state) {
      drawLife(cell.firstChild, row, state.end, row.response ? "closed" : "open", "http");
      cell.title = `asked ${moment(row.at_ns)} after the start of the capture`;
    },
  },
];

function contentType(response) {
  const field = response?.headers.find(([name]) => name.toLowerCase() === "content-type");
  return field ? field[1].split(";")[0] : "";
}

function exchange(row, store) {
  const { send, wait, receive } = row.timing_ns;
  const times = [["sending the question", send], ["waiting for the answer", wait], ["receiving it", receive]].filter(([, ns]) => ns !== null);
  return [
    h("header", { class: "panel-head" },
      h("h2", {}, `Exchange ${row.id}`),
      h("button", { class: "link", onclick: () => go(store, { view: "connections", id: row.connection, packet: (row.request ?? row.response).packet }) },
        `Show on the wire: connection #${row.connection}`),
      h("button", { class: "icon-button", "aria-label": "Close", title: "Close (Escape)", onclick: () => go(store, { id: null }) }, icon("close"))),
    row.request ? message("client", row.request) : h("p", { class: "message-none" }, "The question is not in the capture."),
    ...row.informational.map((said) => message("server", said)),
    row.response ? message("server", row.response) : h("p", { class: "message-none" }, "No answer yet."),
    h("dl", { class: "timing" }, times.flatMap(([what, ns]) => [h("dt", {}, what), h("dd", {}, duration(ns))])),
    row.notes.length ? h("p", { class: "notes trouble" }, row.notes.join(", ")) : "",
  ];
}

/** A request or response as it stood on the wire: start line, fields, and how much came after them. */
function message(side, said) {
  const line = side === "client"
    ? [`${said.method} ${said.target} `, version(said)]
    : [said.status ? version(said) : "", ` ${answerLine(said)}`];
  return h("section", { class: `head-block ${side}` },
    h("p", { class: "head-who" }, side === "client" ? "The client asks" : "The server answers"),
    h("p", { class: "head-line" }, ...line),
    h("dl", { class: "fields" }, said.headers.flatMap(([name, value]) => [h("dt", {}, name), h("dd", {}, value)])),
    h("p", { class: "head-body" }, bodyInWords(said)));
}

const version = (said) => h("span", { class: "head-version" }, said.version.startsWith("HTTP") ? said.version : `HTTP/${said.version}`);

function bodyInWords({ body_bytes: bytes, complete }) {
  if (!bytes) return complete ? "No body." : "Its end is not in the capture.";
  return `Then ${size(bytes)} of body${complete ? "." : ", and its end is not in the capture yet."}`;
}
