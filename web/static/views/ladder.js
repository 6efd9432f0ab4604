// Draws the ladder: two lifelines in bands of their TCP states, an arrow for each packet, and beside it what it means.

import { h, icon, setClass, setText } from "../dom.js";
import { count, counted, duration, moment } from "../format.js";
import { ladder, rowHeights } from "../ladder.js";
import { Offsets } from "../offsets.js";
import { VirtualList } from "../virtual.js";
import { band, STATES, VERDICTS } from "../words.js";
import { lineCount, measureIn } from "../wrap.js";

const HEIGHTS = { start: 26, packet: 42, silence: 30, end: 36 }; // pixels of a row, its story aside
const LINE = 16; // pixels of a line of the story
const PATTERN = 8; // pixels after which the patterns of the bands repeat
const STORY_LINES = 5; // lines of one sentence; more is cut off
const STORY_WIDTH = 256; // pixels, as --story in ladder.css
const NARROW = 700; // pixels below which the story stands under the arrows instead of beside them
const NARROW_MARGINS = 68; // pixels beside the story then

export class LadderView {
  /** @param {{choose: (packet: number | null) => void, more: () => void}} actions */
  constructor({ choose, more }) {
    Object.assign(this, { choose, more });
    this.items = [];
    this.chosen = null;
    this.seen = Infinity; // items there were when the reader last was at the end
    this.drawn = null; // the detail that the items were made from
    this.list = new VirtualList({
      create: createStep,
      update: (element, index) => this.update(element, index),
      shown: (first, stop) => this.shown(stop),
      follows: true,
      attributes: { class: "virtual ladder", role: "listbox", tabindex: "0", "aria-label": "Packets of this connection", onkeydown: (event) => this.key(event) },
    });
    this.list.canvas.addEventListener("click", (event) => {
      const step = event.target.closest(".step[data-packet]");
      if (step) this.choose(Number(step.dataset.packet) === this.chosen ? null : Number(step.dataset.packet));
    });
    this.newer = h("button", { class: "newer", hidden: true, onclick: () => this.list.toEnd() }, icon("down"), h("span", {}, "New packets"));
    this.element = h("div", { class: "ladder-pane" }, this.list.element, this.newer);
    new ResizeObserver(() => this.items.length && this.layout()).observe(this.element);
  }

  /** Goes to the end and stays there: what comes next is what the reader waits for. */
  follow() {
    this.list.toEnd();
  }

  focus() {
    this.list.element.focus();
  }

  draw(detail, isComplete, chosen) {
    const isNew = detail?.connection.id !== this.drawn?.connection.id;
    const moved = chosen !== this.chosen;
    this.chosen = chosen;
    this.list.element.setAttribute("aria-activedescendant", chosen === null ? "" : `packet-${chosen}`);
    if (isNew) this.toStart();
    if (detail !== this.drawn || isComplete !== this.isComplete) {
      if (!isNew) this.list.following = this.list.atEnd; // whoever sees the end goes on seeing it
      Object.assign(this, { drawn: detail, isComplete, items: detail ? ladder(detail, isComplete) : [] });
      this.layout();
    } else if (moved) {
      this.list.draw();
    }
    if (chosen !== null && (moved || isNew)) this.list.reveal(this.items.findIndex((item) => item.packet?.number === chosen));
  }

  toStart() {
    this.list.element.scrollTop = 0;
    this.list.following = false;
    this.seen = Infinity; // nothing is new in what is shown for the first time
  }

  layout() {
    this.isNarrow = this.element.clientWidth < NARROW;
    this.list.element.classList.toggle("narrow", this.isNarrow);
    const width = this.isNarrow ? this.element.clientWidth - NARROW_MARGINS : STORY_WIDTH;
    const stories = this.items.map((item) => this.storyHeight(item, width));
    const least = this.items.map((item) => HEIGHTS[item.kind]);
    this.list.layout(new Offsets(this.isNarrow ? least.map((height, i) => height + stories[i]) : rowHeights(least, stories)));
  }

  storyHeight({ sentences = [], chapter }, width) {
    const lines = sentences.map((sentence) => Math.min(lineCount(sentence, width, this.measure), STORY_LINES));
    return lines.reduce((sum, count) => sum + count, chapter ? 1 : 0) * LINE;
  }

  get measure() {
    this.measured ??= measureIn(`12px ${getComputedStyle(this.element).fontFamily}`);
    return this.measured;
  }

  shown(stop) {
    if (this.list.atEnd || this.seen === Infinity) this.seen = this.items.length;
    this.newer.hidden = this.items.length <= this.seen || !this.isComplete;
    if (this.items.length && stop >= this.items.length && this.drawn && !this.isComplete) this.more();
  }

  update(element, index) {
    const item = this.items[index];
    const isPacket = item.kind === "packet";
    const isChosen = isPacket && item.packet.number === this.chosen;
    setClass(element, `step ${item.kind} from-${item.packet?.direction ?? "nobody"}${isChosen ? " chosen" : ""} bracket-${item.bracket ?? "none"}${weight(item)}`);
    element.setAttribute("aria-selected", String(isChosen));
    element.setAttribute("aria-disabled", String(!isPacket));
    element.setAttribute("aria-label", spoken(item));
    element.id = isPacket ? `packet-${item.packet.number}` : `ladder-${item.kind}-${index}`;
    if (isPacket) element.dataset.packet = String(item.packet.number);
    else delete element.dataset.packet;
    element.style.height = `${this.list.offsets.height(index)}px`;
    element.style.setProperty("--shift", `${-(this.list.offsets.top(index) % PATTERN)}px`);
    element.parts.draw(item);
  }

  key(event) {
    const packets = this.items.filter((item) => item.kind === "packet");
    const at = packets.findIndex((item) => item.packet.number === this.chosen);
    const moves = { ArrowDown: at + 1, ArrowUp: at < 0 ? 0 : at - 1, Home: 0, End: packets.length - 1 };
    if (!(event.key in moves) || !packets.length) return;
    event.preventDefault();
    this.choose(packets[Math.min(Math.max(moves[event.key], 0), packets.length - 1)].packet.number);
  }
}

function weight({ packet, carries }) {
  if (!packet) return "";
  const isTrouble = packet.analysis.some((name) => VERDICTS[name]?.[1]) || packet.flags.includes("RST");
  const kind = carries.length ? ` ${carries[0].kind}` : "";
  return `${packet.payload ? " carries" : ""}${kind}${isTrouble ? " trouble" : ""}`;
}

/** One row with all its parts; `parts.draw` puts an item in. */
function createStep() {
  const time = h("span", { class: "step-time" });
  const [client, server] = [lifeline("client"), lifeline("server")];
  const [number, what, more, amount] = ["number", "what", "more", "amount"].map((name) => h("span", { class: `wire-${name}` }));
  const verdict = h("span", { class: "wire-verdict" });
  const wire = h("div", { class: "wire" },
    h("div", { class: "wire-label" }, number, what, more, amount), h("div", { class: "wire-arrow" }), verdict);
  const story = h("div", { class: "story" });
  const element = h("div", { class: "step", role: "option" }, time, client.state, client.band, wire, server.band, server.state, h("i", { class: "bracket" }), story);
  element.parts = {
    draw(item) {
      client.draw(item);
      server.draw(item);
      setText(time, item.kind === "packet" ? clock(item.elapsed) : "");
      time.title = item.kind === "packet" ? `${duration(item.quiet)} after the packet before` : "";
      drawLabel(item, { number, what, more, amount });
      drawVerdict(item, verdict);
      drawStory(item, story);
    },
  };
  return element;
}

/** Time since the connection's first packet: in three digits, and from a second on to the millisecond. */
const clock = (ns) => (ns >= 1e9 ? moment(ns) : ns ? duration(ns) : "0");

/** One side's band, the part above the arrow and the part below, and the name of a state where it begins. */
function lifeline(side) {
  const [above, below] = [h("i", { class: "above" }), h("i", { class: "below" })];
  const element = h("span", { class: `band ${side}` }, above, below);
  const state = h("span", { class: `step-state ${side}` });
  return {
    band: element,
    state,
    draw(item) {
      const [before, after] = [item.before[side], item.after[side]];
      setClass(above, `above ${bandClass(before)}`);
      setClass(below, `below ${bandClass(after)}${wasReset(item, before, after) ? " reset" : ""}`);
      const begins = item.kind === "start" || (item.kind === "packet" && before !== after);
      setText(state, begins ? (after ?? "not seen") : "");
      state.classList.toggle("inferred", item.kind === "start");
      state.title = begins && after ? `${STATES[after] ?? ""}${item.kind === "start" ? " Inferred: it is not on the wire." : ""}` : "";
    },
  };
}

const bandClass = (state) => (state ? band(state) : "unseen");

const wasReset = ({ packet }, before, after) => Boolean(packet?.flags.includes("RST")) && after === "CLOSED" && before !== "CLOSED";

function drawLabel(item, { number, what, more, amount }) {
  if (item.kind !== "packet") {
    setText(number, "");
    setText(what, item.kind === "start" ? (item.fromTheStart ? "" : "The beginning is not in the capture") : item.text);
    setText(more, "");
    setText(amount, "");
    return;
  }
  const { packet, carries } = item;
  const [first, ...others] = carries;
  setText(number, count(packet.number));
  setText(what, first ? first.text : flagText(packet));
  what.title = carries.map(({ text }) => text).join("\n");
  setText(more, first ? (others.length ? `and ${others.length} more` : "") : numbers(packet));
  setText(amount, packet.payload ? counted(packet.payload, "byte") : "");
}

/** The flags that say something: PSH and a bare ACK on packets that carry bytes do not. */
function flagText({ flags, payload }) {
  const telling = flags.filter((flag) => flag !== "PSH" && (flag !== "ACK" || !payload || flags.length === 1));
  if (payload && telling.every((flag) => flag === "ACK")) return "more bytes";
  return telling.join(" ");
}

function numbers({ flags, seq, ack, window, payload }) {
  if (payload) return `seq ${count(seq)}`;
  const said = flags.includes("SYN") || flags.includes("FIN") ? [`seq ${count(seq)}`] : [];
  if (ack !== null) said.push(`ack ${count(ack)}`);
  if (flags.includes("SYN")) said.push(`win ${count(window)}`);
  return said.join(" ");
}

function drawVerdict({ packet }, element) {
  const verdicts = (packet?.analysis ?? []).map((name) => VERDICTS[name] ?? [name, false, ""]);
  setText(element, verdicts.map(([name]) => name).join(", "));
  element.title = verdicts.map(([, , why]) => why).join(" ");
  element.classList.toggle("trouble", verdicts.some(([, isTrouble]) => isTrouble));
}

function drawStory(item, element) {
  const sentences = item.sentences ?? [];
  const key = `${item.chapter ?? ""}\n${sentences.join("\n")}`;
  if (element.storyKey === key) return;
  element.storyKey = key;
  element.replaceChildren(
    ...(item.chapter ? [h("b", { class: "story-chapter" }, item.chapter)] : []),
    ...sentences.map((sentence) => h("p", { title: sentence.length > 160 ? sentence : null }, sentence)));
}

/** A row for those who hear it. */
function spoken(item) {
  if (item.kind === "start") return item.fromTheStart ? "Before the first packet: client CLOSED, server LISTEN, both inferred" : "The beginning is not in the capture";
  if (item.kind !== "packet") return item.text ?? item.sentences.join(" ");
  const { packet, carries, sentences } = item;
  const said = carries.length ? carries.map(({ text }) => text).join(", ") : flagText(packet);
  return `Packet ${packet.number}, from the ${packet.direction}, after ${duration(item.elapsed)}: ${said}. ${sentences.join(" ")}`;
}
