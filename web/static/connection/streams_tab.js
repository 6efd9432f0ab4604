// The stream tab: the data of both ends interleaved, as text, hex dump or messages, page by page.

import { Poller } from "../net/poller.js";
import { h, icon, setText } from "../widgets/dom.js";
import { redraw } from "../widgets/redraw.js";
import { count, counted, moment, size } from "../text/format.js";
import { dump, isText, textOf, turns, unpack } from "./stream_turns.js";

const REST = 500; // ms between two requests while the connection grows
const PAGE = 100; // pieces or messages a page

export const FORMATS = [["text", "Text"], ["hex", "Hex"], ["messages", "Messages"]];

/**
 * @param {import("../net/api.js").Get} get
 * @param {import("../widgets/place_link.js").PacketLink} packetLink
 * @param {(way: string) => void} turn selects one of FORMATS
 */
export function mountStream(get, packetLink, turn) {
  const trouble = h("p", { class: "panel-trouble", role: "alert", hidden: true });
  const ways = FORMATS.map(([name, title]) =>
    h("button", { class: "toggle", "data-way": name, onclick: () => turn(name) }, title)
  );
  const place = h("output", { class: "stream-place" });
  const step = (by, label, picture) =>
    h(
      "button",
      { class: "icon-button", "aria-label": label, title: label, onclick: () => go(start + by * PAGE) },
      icon(picture),
    );
  const [earlier, later] = [step(-1, "Previous page", "previous"), step(1, "Next page", "next")];
  const here = h("button", { class: "button", onclick: () => seek(chosen) }, "Go to the selected packet");
  const list = h("div", { class: "stream", tabindex: "0", role: "group", "aria-label": "Stream" });
  const element = h(
    "div",
    { class: "streams" },
    h(
      "div",
      { class: "streams-bar" },
      h("div", { class: "streams-ways", role: "group", "aria-label": "Show as" }, ways),
      earlier,
      place,
      later,
      here,
    ),
    trouble,
    list,
  );
  let [id, way, stamp, start, chosen, poller, drawn] = [null, "text", "", 0, null, null, null];

  function go(wanted) {
    const total = poller?.answer?.total ?? 0;
    start = Math.max(Math.min(wanted, total - 1), 0);
    list.scrollTop = 0;
    ask();
  }

  async function seek(packet) {
    try {
      const found = await get(path(), { packet, stop: 0 });
      start = Math.floor(found.start / PAGE) * PAGE;
      ask();
    } catch (error) {
      showError(error);
    }
  }

  const path = () => `/api/connections/${id}/${way === "messages" ? "messages" : "pieces"}`;

  const ask = () => poller.want({ start, stop: start + PAGE }, stamp);

  function showError(error) {
    trouble.hidden = !error;
    if (error) setText(trouble, `${error.message} ${error.advice ?? ""}`);
  }

  function show() {
    showError(poller.error);
    const { answer } = poller;
    if (!answer) return;
    const last = answer.start + answer.rows.length;
    const noun = way === "messages" ? "message" : "piece";
    setText(
      place,
      answer.total ? `${noun}s ${count(answer.start + 1)} to ${count(last)} of ${count(answer.total)}` : `no ${noun}s`,
    );
    earlier.disabled = answer.start === 0;
    later.disabled = last >= answer.total;
    if (answer === drawn) return;
    drawn = answer;
    const blocks = way === "messages"
      ? answer.rows.map((row) => messageBlock(row, packetLink))
      : turns(answer.rows).map((one) => turnBlock(one, way, packetLink));
    const nothing = h("p", { class: "stream-nothing" }, "No payload of this connection was captured.");
    redraw(list, blocks.length ? blocks : [nothing]);
    mark();
  }

  /** Highlights the block of the selected packet. */
  function mark() {
    for (const block of /** @type {NodeListOf<HTMLElement>} */ (list.querySelectorAll("[data-packet]"))) {
      block.classList.toggle("chosen", Number(block.dataset.packet) === chosen);
    }
  }

  return {
    element,
    draw(wanted, newStamp, newWay, packet) {
      if (wanted !== id || newWay !== way || !poller) {
        if (wanted !== id) start = 0;
        poller?.close();
        [id, way, drawn] = [wanted, newWay, null];
        if (poller && packet !== null) start = 0;
        list.replaceChildren();
        poller = new Poller(get, path(), show, REST);
      }
      stamp = newStamp;
      chosen = packet;
      here.hidden = packet === null;
      for (const button of ways) button.setAttribute("aria-pressed", String(button.dataset.way === way));
      ask();
      mark();
    },
    close: () => poller?.close(),
  };
}

function headLine({ side, packet, at_ns }, packetLink, ...more) {
  return h(
    "p",
    { class: "stream-head" },
    h("b", { class: side }, side),
    h("span", {}, moment(at_ns)),
    packetLink(packet),
    ...more,
  );
}

function turnBlock(turn, way, packetLink) {
  const { side, packet, bytes, cut, remark, offset } = turn;
  if (remark !== null) {
    return h(
      "div",
      { class: `stream-turn remark ${side}`, "data-packet": packet },
      headLine(turn, packetLink, h("span", { class: "stream-remark" }, remark)),
    );
  }
  return h(
    "div",
    { class: `stream-turn ${side}`, "data-packet": packet },
    headLine(turn, packetLink, h("span", {}, counted(bytes.length + cut, "byte"))),
    h("pre", { class: way }, way === "hex" ? dump(bytes, offset) : textOf(bytes)),
    cut
      ? h("p", { class: "stream-cut" }, `and ${counted(cut, "more byte")} of this piece; open the packet to see them`)
      : null,
  );
}

function messageBlock(row, packetLink) {
  const { side, packet, kind, title, headers, bytes, notes } = row;
  const body = unpack(row.data);
  return h(
    "div",
    { class: `stream-turn ${side}`, "data-kind": kind, "data-packet": packet },
    headLine(
      row,
      packetLink,
      h("span", {}, kind === "http" ? "HTTP" : "WebSocket"),
      bytes ? h("span", {}, `${size(bytes)} of content`) : null,
    ),
    h("p", { class: "stream-title" }, title),
    headers.length
      ? h(
        "details",
        {},
        h("summary", {}, counted(headers.length, "field")),
        h("dl", { class: "fields" }, headers.flatMap(([name, value]) => [h("dt", {}, name), h("dd", {}, value)])),
      )
      : null,
    body.length
      ? h("pre", { class: isText(body) ? "text" : "hex" }, isText(body) ? textOf(body) : dump(body, 0))
      : null,
    bytes > body.length ? h("p", { class: "stream-cut" }, `${size(bytes - body.length)} more`) : null,
    ...notes.map((note) => h("p", { class: "stream-cut" }, note)),
  );
}
