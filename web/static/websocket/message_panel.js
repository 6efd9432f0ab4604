// The selected message: its facts, its content as JSON, text or bytes, its frames, and its recipients.

import { get } from "../net/api.js";
import { closeText, compression } from "../text/message_text.js";
import { h, icon } from "../widgets/dom.js";
import { OPCODES } from "../text/facts.js";
import { count, counted, duration, moment, size } from "../text/format.js";
import { hexDump } from "../widgets/hexdump.js";
import { parseJson } from "../widgets/json_parse.js";
import { jsonTree } from "../widgets/json_tree.js";
import { go } from "../state/navigation.js";
import { placeLink } from "../widgets/place_link.js";

export function mountMessagePanel(panel, store) {
  const wanted = { name: null }; // the chosen format
  let [shown, stamp, abort] = [null, null, null];

  async function load(id) {
    abort?.abort();
    abort = new AbortController();
    try {
      const detail = await get(`/api/messages/${id}`, {}, abort.signal);
      if (id === shown) panel.replaceChildren(...draw(detail));
    } catch (error) {
      if (error.name !== "AbortError" && id === shown) {
        panel.replaceChildren(
          h("div", { class: "prose intro" }, h("h2", {}, error.message), h("p", {}, error.advice ?? "")),
        );
      }
    }
  }

  function draw({ message, frames, hex, kept, pushes, previous, next }) {
    const step = (name, title, id) =>
      id === null
        ? h("span", { class: "icon-button", "aria-hidden": "true" })
        : placeLink(store, { message: id }, { class: "icon-button", "aria-label": title, title }, icon(name));
    const { first_packet: first, last_packet: last } = message;
    const packets = [packetLink(message, first), ...(last === first ? [] : [" to ", packetLink(message, last)])];
    return [
      h(
        "header",
        { class: "panel-head" },
        h("h2", {}, `Message ${message.id}`),
        placeLink(
          store,
          { view: "connections", id: message.connection, packet: message.first_packet },
          {},
          `Show packets: connection #${message.connection}`,
        ),
        step("previous", "Previous message of this connection", previous),
        step("next", "Next message of this connection", next),
        h("button", {
          class: "icon-button",
          "aria-label": "Close",
          title: "Close (Escape)",
          onclick: () => go(store, { message: null }),
        }, icon("close")),
      ),
      h(
        "dl",
        { class: "message-facts" },
        facts(message, packets).flatMap(([name, ...value]) => [h("dt", {}, name), h("dd", {}, value)]),
      ),
      recipients(message, pushes),
      content(message, hex, kept),
      frameTable(frames, message, (packet) => packetLink(message, packet)),
    ];
  }

  const packetLink = ({ connection: id }, packet) =>
    placeLink(store, { view: "connections", id, packet }, { "aria-label": `packet ${count(packet)}` }, count(packet));

  /** The recipients of a message, or its cause: inferred, and marked as such. */
  function recipients(message, pushes) {
    if (!pushes.length) return "";
    const open = (id, connection, text) =>
      placeLink(store, { id: store.state.route.id === null ? null : connection, message: id }, {}, text);
    const lines = pushes.map(({ push, message: cause, after_ns: after, to, from }) =>
      h(
        "li",
        {},
        push === message.id
          ? [
            `${duration(after)} after `,
            open(cause, from, `message ${cause}`),
            from === message.connection ? " on this connection" : ` from #${from}`,
          ]
          : [
            to === message.connection ? "answered on this connection by " : `pushed to #${to} as `,
            open(push, to, `message ${push}`),
            ` after ${duration(after)}`,
          ],
      )
    );
    return h(
      "section",
      { class: "message-part inferred" },
      h("h3", {}, pushes[0].push === message.id ? "Cause" : "Recipients"),
      h("ul", {}, lines),
      h(
        "p",
        { class: "body-note" },
        "Inferred: the same text, through the same server, soon after. Packets do not prove the cause.",
      ),
    );
  }

  function content(message, hex, kept) {
    const json = message.text ? parseJson(message.text) : null;
    /** @type {[name: string, title: string, draw: () => HTMLElement][]} */
    const formats = [];
    if (json?.entries) formats.push(["json", "JSON", () => jsonTree(json)]);
    if (message.text) {
      formats.push([
        "text",
        "Text",
        () =>
          h("pre", { class: "body-text", tabindex: "0", role: "group", "aria-label": "Message as text" }, message.text),
      ]);
    }
    if (hex) {
      formats.push(["hex", "Bytes", () =>
        h(
          "div",
          { class: "body-hex", tabindex: "0", role: "group", "aria-label": "Message as bytes" },
          hexDump(hex).element,
        )]);
    }
    if (!formats.length) {
      return h(
        "p",
        { class: "message-part body-note" },
        message.bytes ? "The content was not captured or cannot be decompressed." : "Empty message.",
      );
    }
    const stage = h("div", { class: "body-stage" });
    const buttons = formats.map(([name, title]) =>
      h("button", {
        class: "choice",
        onclick: () => {
          wanted.name = name;
          show();
        },
      }, title)
    );
    const more = kept < message.bytes
      ? h("p", { class: "body-note" }, `The first ${size(kept)} of ${size(message.bytes)}.`)
      : "";
    function show() {
      const at = Math.max(formats.findIndex(([name]) => name === wanted.name), 0);
      buttons.forEach((button, i) => button.setAttribute("aria-pressed", String(i === at)));
      stage.replaceChildren(formats[at][2]());
    }
    show();
    return h(
      "section",
      { class: "message-part" },
      h("span", { class: "choices", role: "group", "aria-label": "Show the message as" }, buttons),
      more,
      stage,
    );
  }

  return {
    /** Shows message `id`, again when its row has changed; null shows none. */
    show(id, state) {
      const row = id === null ? null : state.tables.messages.get(id);
      const isOne = state.route.id !== null; // a conversation by itself: links to another message stay in one
      const next = `${id} ${isOne} ${row?.bytes} ${row?.frames} ${row?.complete}`;
      if (next === stamp) return;
      [shown, stamp] = [id, next];
      if (id === null) panel.replaceChildren();
      else load(id);
    },
    unmount: () => abort?.abort(),
  };
}

function facts(message, packets) {
  const { kind, direction, at_ns: at } = message;
  const found = [
    ["Type", `${kind}, from the ${direction}`],
    ["Time", `${moment(at)} after the start of the capture`],
    ["Packets", ...packets],
    ["Size", [size(message.bytes), compression(message)].filter(Boolean).join(", ")],
  ];
  if (kind === "close") found.push(["Close", closeText(message)]);
  if (!message.complete) found.push(["Missing", "a part of it was not captured"]);
  return found;
}

function frameTable(frames, message, packetLink) {
  const rows = frames.map(({ opcode, fin, rsv, masked, length, packet, damaged }) =>
    h(
      "tr",
      {},
      h("td", {}, OPCODES[opcode] ?? `opcode ${opcode}`),
      h("td", {}, fin ? "FIN" : "–"),
      h("td", {}, rsv & 4 ? "RSV1" : rsv ? `RSV ${rsv}` : "–"),
      h("td", {}, masked ? "masked" : "–"),
      h("td", { class: "number" }, size(length)),
      h("td", { class: "number" }, packetLink(packet), damaged ? ", damaged" : ""),
    )
  );
  const more = message.frames > frames.length
    ? h("p", { class: "body-note" }, `and ${counted(message.frames - frames.length, "more frame")}`)
    : "";
  return h(
    "section",
    { class: "message-part" },
    h("h3", {}, counted(message.frames, "frame")),
    h(
      "table",
      { class: "frames" },
      h(
        "thead",
        {},
        h(
          "tr",
          {},
          ["Opcode", "FIN", "RSV", "Mask", "Length", "Packet"].map((title) => h("th", { scope: "col" }, title)),
        ),
      ),
      h("tbody", {}, rows),
    ),
    more,
  );
}
