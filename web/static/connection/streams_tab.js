// The streams tab: what both ends said, interleaved, as text, as a hex dump or as whole messages; a bounded part at a time.

import { Asker } from "../net/poller.js";
import { closest, h, icon, setText } from "../widgets/dom.js";
import { count, counted, moment, size } from "../text/format.js";
import { dump, isText, textOf, turns, unpack } from "./stream_turns.js";

const REST = 500; // ms between two questions while the connection grows
const PART = 100; // pieces, or messages, a part

export const WAYS = [["text", "Text"], ["hex", "Hex"], ["messages", "Messages"]];

/**
 * @param {(packet: number) => void} choose
 * @param {(way: string) => void} turn goes to one of WAYS
 */
export function mountStreams(get, choose, turn) {
  const trouble = h("p", { class: "panel-trouble", role: "alert", hidden: true });
  const ways = WAYS.map(([name, title]) =>
    h("button", { class: "toggle", "data-way": name, onclick: () => turn(name) }, title)
  );
  const place = h("output", { class: "said-place" });
  const step = (by, label, picture) =>
    h(
      "button",
      { class: "icon-button", "aria-label": label, title: label, onclick: () => go(start + by * PART) },
      icon(picture),
    );
  const [earlier, later] = [step(-1, "The part before", "previous"), step(1, "The next part", "next")];
  const here = h("button", { class: "button", onclick: () => seek(chosen) }, "Show the chosen packet");
  const list = h("div", { class: "said", tabindex: "0", role: "group", "aria-label": "What was said" });
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
  let [id, way, stamp, start, chosen, asker, drawn] = [null, "text", "", 0, null, null, null];

  function go(wanted) {
    const total = asker?.answer?.total ?? 0;
    start = Math.max(Math.min(wanted, total - 1), 0);
    list.scrollTop = 0;
    ask();
  }

  async function seek(packet) {
    try {
      const found = await get(path(), { packet, stop: 0 });
      start = Math.floor(found.start / PART) * PART;
      ask();
    } catch (error) {
      sayTrouble(error);
    }
  }

  const path = () => `/api/connections/${id}/${way === "messages" ? "messages" : "pieces"}`;

  const ask = () => asker.want({ start, stop: start + PART }, stamp);

  function sayTrouble(error) {
    trouble.hidden = !error;
    if (error) setText(trouble, `${error.message} ${error.advice ?? ""}`);
  }

  function show() {
    sayTrouble(asker.error);
    const { answer } = asker;
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
      ? answer.rows.map(messageBlock)
      : turns(answer.rows).map((one) => turnBlock(one, way));
    list.replaceChildren(
      ...(blocks.length ? blocks : [h("p", { class: "said-nothing" }, "No content of this connection was captured.")]),
    );
    mark();
  }

  /** The block of the chosen packet stands out. */
  function mark() {
    for (const block of /** @type {NodeListOf<HTMLElement>} */ (list.querySelectorAll("[data-packet]"))) {
      block.classList.toggle("chosen", Number(block.dataset.packet) === chosen);
    }
  }

  list.addEventListener("click", (event) => {
    const button = closest(event, "[data-show]");
    if (button) choose(Number(button.dataset.show));
  });

  return {
    element,
    draw(wanted, newStamp, newWay, packet) {
      if (wanted !== id || newWay !== way || !asker) {
        if (wanted !== id) start = 0;
        asker?.close();
        [id, way, drawn] = [wanted, newWay, null];
        if (asker && packet !== null) start = 0;
        list.replaceChildren();
        asker = new Asker(get, path(), show, REST);
      }
      stamp = newStamp;
      chosen = packet;
      here.hidden = packet === null;
      for (const button of ways) button.setAttribute("aria-pressed", String(button.dataset.way === way));
      ask();
      mark();
    },
    close: () => asker?.close(),
  };
}

function headLine({ side, packet, at_ns }, ...more) {
  return h(
    "p",
    { class: "said-head" },
    h("b", { class: side }, side),
    h("span", {}, moment(at_ns)),
    h("button", { class: "link", "data-show": packet }, `packet ${count(packet)}`),
    ...more,
  );
}

function turnBlock(turn, way) {
  const { side, packet, bytes, cut, remark, offset } = turn;
  if (remark !== null) {
    return h(
      "div",
      { class: `said-turn remark ${side}`, "data-packet": packet },
      headLine(turn, h("span", { class: "said-remark" }, remark)),
    );
  }
  return h(
    "div",
    { class: `said-turn ${side}`, "data-packet": packet },
    headLine(turn, h("span", {}, counted(bytes.length + cut, "byte"))),
    h("pre", { class: way }, way === "hex" ? dump(bytes, offset) : textOf(bytes)),
    cut ? h("p", { class: "said-cut" }, `and ${counted(cut, "more byte")} of this piece: open the packet`) : null,
  );
}

function messageBlock(row) {
  const { side, packet, kind, title, headers, bytes, notes } = row;
  const body = unpack(row.data);
  return h(
    "div",
    { class: `said-turn ${side}`, "data-kind": kind, "data-packet": packet },
    headLine(
      row,
      h("span", {}, kind === "http" ? "HTTP" : "WebSocket"),
      bytes ? h("span", {}, `${size(bytes)} of content`) : null,
    ),
    h("p", { class: "said-title" }, title),
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
    bytes > body.length ? h("p", { class: "said-cut" }, `${size(bytes - body.length)} more`) : null,
    ...notes.map((note) => h("p", { class: "said-cut" }, note)),
  );
}
