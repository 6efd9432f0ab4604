// The chosen packet: its numbers, its layers as the dissector reads them, and its bytes, the two lighting up each other.

import { get } from "../api.js";
import { h, icon, setText } from "../dom.js";
import { counted, wallClock } from "../format.js";
import { go } from "../navigation.js";

const BYTES = 4096; // bytes of a packet that are shown
const ROW = 16; // bytes a line

export function mountPacket(store) {
  const title = h("h3");
  const facts = h("span", { class: "packet-facts" });
  const layers = h("div", { class: "layers" });
  const bytes = h("div", { class: "bytes", tabindex: "0", "aria-label": "Bytes of the packet" });
  const step = (by) => h("button", {
    class: "icon-button", title: by < 0 ? "The packet before (↑)" : "The next packet (↓)", "aria-label": by < 0 ? "The packet before" : "The next packet",
    onclick: () => move(by),
  }, icon(by < 0 ? "previous" : "next"));
  const close = h("button", { class: "icon-button", "aria-label": "Close the packet", title: "Close (Escape)", onclick: () => go(store, { packet: null }) }, icon("close"));
  const element = h("section", { class: "packet-pane", "aria-label": "The chosen packet", hidden: true },
    h("header", { class: "packet-head" }, title, facts, step(-1), step(1), close),
    h("div", { class: "packet-body" }, layers, bytes));
  let [number, detail, abort] = [null, null, null];

  async function load(wanted) {
    abort?.abort();
    abort = new AbortController();
    try {
      const answer = await get(`/api/packets/${wanted}`, {}, abort.signal);
      if (wanted === number) show(answer);
    } catch (error) {
      if (error.name !== "AbortError" && wanted === number) layers.replaceChildren(h("p", { role: "alert" }, `${error.message} ${error.advice ?? ""}`));
    }
  }

  function show({ packet, layers: read, bytes: hex }) {
    setText(facts, `${packet.direction ? `from the ${packet.direction} · ` : ""}${counted(packet.length, "byte")} on the wire · ${wallClock(packet.time_ns)}`);
    const dump = hexDump(hex);
    const light = (start, stop) => dump.light(start, stop);
    layers.replaceChildren(...read.map((layer) => layerTree(layer, light)));
    bytes.replaceChildren(dump.element);
  }

  function move(by) {
    const numbers = detail?.packets.map((packet) => packet.number) ?? [];
    const next = numbers[numbers.indexOf(number) + by];
    if (next !== undefined) go(store, { packet: next });
  }

  return {
    element,
    draw(wanted, of) {
      detail = of;
      element.hidden = wanted === null;
      if (wanted !== null) setText(title, titleOf(wanted, detail));
      if (wanted === number) return;
      number = wanted;
      if (wanted !== null) load(wanted);
    },
    unmount: () => abort?.abort(),
  };
}

function titleOf(number, detail) {
  const at = detail?.packets.findIndex((packet) => packet.number === number) ?? -1;
  return at < 0 ? `Packet ${number}` : `Packet ${number}, ${at + 1} of ${detail.connection.packets[0] + detail.connection.packets[1]}`;
}

/** A layer to unfold, TCP unfolded; pointing at it or at one of its fields lights the bytes that it was read from. */
function layerTree({ name, title, start, stop, fields }, light) {
  return h("details", { open: name === "TCP", onpointerenter: () => light(start, stop), onpointerleave: () => light(0, 0) },
    h("summary", {}, title),
    h("dl", {}, fields.flatMap((field) => {
      const point = { onpointerenter: () => light(field.start ?? start, field.stop ?? stop), onpointerleave: () => light(start, stop) };
      return [h("dt", point, field.label), h("dd", point, field.value)];
    })));
}

/** The bytes in lines of 16, as hex and as text; `light` marks those of a field. */
function hexDump(hex) {
  const total = Math.min(hex.length / 2, BYTES);
  const cells = [];
  const element = h("div", { class: "hex" });
  for (let at = 0; at < total; at += ROW) {
    const line = h("div", { class: "hex-line" }, h("span", { class: "hex-at" }, at.toString(16).padStart(4, "0")));
    const text = h("span", { class: "hex-text" });
    for (let i = at; i < at + ROW; i += 1) {
      const pair = hex.slice(2 * i, 2 * i + 2);
      const value = Number.parseInt(pair, 16);
      const cell = h("span", { class: "hex-byte" }, i < total ? pair : "  ");
      const letter = h("span", { class: "hex-letter" }, i < total ? (value >= 32 && value < 127 ? String.fromCharCode(value) : "·") : " ");
      line.append(cell);
      text.append(letter);
      if (i < total) cells.push([cell, letter]);
    }
    line.append(text);
    element.append(line);
  }
  if (hex.length / 2 > BYTES) element.append(h("p", { class: "hex-more" }, `and ${counted(hex.length / 2 - BYTES, "more byte")}`));
  let [from, to] = [0, 0];
  return {
    element,
    light(start, stop) {
      for (const pair of cells.slice(from, to)) pair.forEach((part) => part.classList.remove("lit"));
      [from, to] = [start, Math.min(stop, cells.length)];
      for (const pair of cells.slice(from, to)) pair.forEach((part) => part.classList.add("lit"));
    },
  };
}
