// The selected packet: its facts, what it belongs to, its note, layers and bytes; the last two highlight each other.

import { get } from "../net/api.js";
import { closest, h, icon, setText } from "../widgets/dom.js";
import { count, counted, wallClock } from "../text/format.js";
import { hexDump } from "../widgets/hexdump.js";
import { layerTree } from "./layer_tree.js";
import { go } from "../state/navigation.js";
import { PacketReasons, placesOf } from "./packet_places.js";
import { NoteEditor } from "./packet_note.js";

const HELD = 30; // packets cached, so that stepping back and forth is immediate

/**
 * @param {import("../state/store.js").Store} store
 * @param {object} [actions]
 * @param {(packet: import("../types/rows.d.ts").PacketRow) => void} [actions.noted] called when a note has changed
 */
export function mountPacketPanel(store, { noted = () => {} } = {}) {
  const title = h("h2");
  const place = h("span", { class: "packet-place" });
  const facts = h("span", { class: "packet-facts" });
  const places = h("p", { class: "packet-places", "aria-label": "See also", role: "group" });
  const reasons = new PacketReasons(store);
  const layers = h("div", { class: "packet-layers" });
  const bytes = h("div", { class: "bytes", tabindex: "0", role: "group", "aria-label": "Bytes of the packet" });
  const note = new NoteEditor({
    changed: (packet) => {
      held.delete(packet.number);
      noted(packet);
    },
    failed: (problem) => store.set({ problem }),
  });
  const button = (name, words, press) =>
    h(
      "button",
      { class: "icon-button", title: words, "aria-label": words.replace(/ \(.*/, ""), onclick: press },
      icon(name),
    );
  const before = button("previous", "Previous packet of this connection (,)", () => step("previous"));
  const after = button("next", "Next packet of this connection (.)", () => step("next"));
  const body = h("div", { class: "packet-body" }, layers, bytes);
  const element = h(
    "section",
    { class: "packet-pane", "aria-label": "Selected packet", hidden: true },
    h(
      "header",
      { class: "packet-head" },
      title,
      place,
      facts,
      note.buttons,
      before,
      after,
      button("close", "Close (Escape)", () => go(store, { packet: null })),
    ),
    places,
    note.element,
    body,
  );
  const open = new Set(["TCP"]); // names of expanded layers
  const held = new Map();
  let [number, shown, abort] = [null, null, null];
  let { noted: seen = 0 } = store.state.capture; // changes of notes so far

  async function load(wanted) {
    abort?.abort();
    abort = new AbortController();
    try {
      const answer = held.get(wanted) ?? await get(`/api/packets/${wanted}`, {}, abort.signal);
      keep(wanted, answer);
      if (wanted === number) show(answer);
    } catch (error) {
      if (error.name !== "AbortError" && wanted === number) showError(error);
    }
  }

  function keep(wanted, answer) {
    held.delete(wanted);
    if (answer.next !== null) held.set(wanted, answer); // not the last packet of a connection, which may get a next one
    if (held.size > HELD) held.delete(held.keys().next().value);
  }

  /** Fetches the packet again after a note has changed, perhaps on another page. */
  async function refreshNote() {
    held.clear();
    const wanted = number;
    if (wanted === null) return;
    const answer = await get(`/api/packets/${wanted}`).catch(() => null);
    if (!answer) return;
    keep(wanted, answer);
    if (wanted === number && shown?.packet.number === wanted) note.draw(answer.packet);
  }

  function show(answer) {
    shown = answer;
    const { packet, layers: read, bytes: hex, place: at } = answer;
    setText(place, at ? `${count(at[0])} of ${count(at[1])} in #${packet.connection}` : "not TCP");
    setText(
      facts,
      `${packet.direction ? `from the ${packet.direction} · ` : ""}${lengthOf(packet)} · ${wallClock(packet.time_ns)}`,
    );
    note.draw(packet);
    let tree = null;
    const dump = hexDump(hex, { point: (byte) => tree.point(byte), choose: (byte) => tree.choose(byte) });
    tree = layerTree(read, open, dump);
    const found = placesOf(store, answer);
    places.replaceChildren(...(found.length ? [h("span", {}, "See also"), ...found] : []));
    places.hidden = !found.length;
    reasons.draw(answer);
    layers.replaceChildren(reasons.element, tree.element);
    bytes.replaceChildren(dump.element);
    drawSteps();
  }

  function showError(error) {
    shown = null;
    places.hidden = true;
    layers.replaceChildren(h("p", { class: "trouble", role: "alert" }, `${error.message} ${error.advice ?? ""}`));
    bytes.replaceChildren();
    drawSteps();
  }

  function drawSteps() {
    before.disabled = !shown?.previous;
    after.disabled = !shown?.next;
  }

  function step(where) {
    if (shown?.packet.number === number && shown[where]) go(store, { packet: shown[where] });
  }

  function key(event) {
    if (
      number === null || element.hidden || event.ctrlKey || event.metaKey || event.altKey ||
      closest(event, "input, textarea, select, dialog")
    ) return;
    if (event.key === ",") step("previous");
    else if (event.key === ".") step("next");
    else if (event.key === "b") note.toggleBookmark();
    else if (event.key === "n") note.edit();
    else return;
    event.preventDefault();
  }

  document.addEventListener("keydown", key);
  return {
    element,
    draw(wanted) {
      element.hidden = wanted === null;
      const { noted: changes = 0 } = store.state.capture;
      if (changes !== seen) refreshNote();
      seen = changes;
      if (wanted === number) return;
      number = wanted;
      note.leave();
      if (wanted === null) return;
      setText(title, `Packet ${count(wanted)}`);
      load(wanted);
    },
    unmount() {
      abort?.abort();
      document.removeEventListener("keydown", key);
    },
  };
}

function lengthOf({ length, captured }) {
  return captured < length
    ? `${counted(length, "byte")} on the wire, ${count(captured)} captured`
    : `${counted(length, "byte")} on the wire`;
}
