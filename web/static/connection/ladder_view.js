// The ladder: both ends' TCP states as bands, an arrow for each packet, and beside it an explanation.

/** @import { LadderItem } from "./ladder_items.js" */
import { closest, h, icon, setClass } from "../widgets/dom.js";
import { EvenOffsets, Offsets } from "../widgets/row_offsets.js";
import { firstScale, heightsToScale, rowHeights } from "./row_spacing.js";
import { PagedLadder, WholeLadder } from "./ladder_paging.js";
import { VirtualList } from "../widgets/virtual_list.js";
import { lineCount, measureIn } from "../widgets/line_wrap.js";
import { createLadderRow, rowSentence, stepClass } from "./ladder_row.js";

const HEIGHTS = { start: 26, packet: 42, silence: 30, end: 36 }; // pixels of a row without its story
const DENSE = 42; // pixels of a row of a long connection, with two lines of its story
const DENSE_NARROW = 78; // the same with the story below the arrow
const LINE = 16; // pixels of a line of the story
const PATTERN = 8; // pixels after which the patterns of the bands repeat
const STORY_LINES = 5; // lines of one sentence; more are cut
const STORY_WIDTH = 256; // pixels, as --story in ladder.css
const NARROW = 700; // pixels of width below which the story is below the arrows instead of beside them
const NARROW_MARGINS = 68; // pixels beside the story then
const AROUND = 10; // rows fetched beyond the visible ones at either end
const ZOOM = 2; // factor of a zoom button

export class LadderView {
  /**
   * @param {object} actions
   * @param {(packet: number | null) => void} actions.choose selects a packet by its number
   * @param {() => void} [actions.moved] called when the cursor or the visible packets have changed
   */
  constructor({ choose, moved = () => {} }) {
    this.choose = choose;
    this.moved = moved;
    /** @type {import("./connection_packets.js").ConnectionPackets | null} */
    this.connectionPackets = null;
    /** @type {number | null} */
    this.id = null;
    /** @type {WholeLadder | PagedLadder | null} */
    this.steps = null;
    /** @type {number | null} */
    this.cursor = null; // place of a packet in the connection
    /** @type {number | null} */
    this.chosen = null; // number of the packet that the address names
    this.selecting = null; // number of a packet selected here and not drawn as selected yet
    /** @type {number | null} */
    this.reached = null;
    /** @type {(number | null)[] | null} */
    this.gaps = null;
    /** @type {number | null} */
    this.scale = null; // ns a pixel; null while evenly spaced
    /** @type {((text: string) => number) | null} */
    this.measured = null;
    /** @type {number | null} */
    this.firstShown = null;
    this.isNarrow = false;
    this.key = ""; // of the connection as it was drawn last
    this.seen = Infinity; // rows there were when the list was last scrolled to its end
    this.list = new VirtualList({
      create: createLadderRow,
      update: (element, row) => this.update(element, row),
      shown: (first, stop) => this.shown(first, stop),
      follows: true,
      attributes: {
        class: "virtual ladder",
        role: "listbox",
        tabindex: "0",
        "aria-label": "Packets of this connection",
        onkeydown: (event) => this.keyed(event),
      },
    });
    this.list.canvas.addEventListener("click", (event) => {
      const step = closest(event, ".step[data-packet]");
      if (step) this.choose(Number(step.dataset.packet) === this.chosen ? null : Number(step.dataset.packet));
    });
    this.newer = h(
      "button",
      { class: "newer", hidden: true, onclick: () => this.list.toEnd() },
      icon("down"),
      h("span", {}, "New packets"),
    );
    this.element = h("div", { class: "ladder-pane" }, this.list.element, this.newer);
    new ResizeObserver(() => this.steps && this.layout()).observe(this.element);
  }

  /** Scrolls to the end and follows new packets. */
  follow() {
    this.list.toEnd();
  }

  focus() {
    this.list.element.focus();
  }

  /** Draws the packets held; `chosen` is the number of the packet in the URL. */
  draw(connectionPackets, chosen) {
    const isNew = connectionPackets.id !== this.id;
    Object.assign(this, { connectionPackets, id: connectionPackets.id });
    if (isNew) this.begin();
    const moved = chosen !== this.chosen;
    const wasSelected = this.chosen !== null || this.selecting !== null;
    Object.assign(this, { chosen, selecting: null });
    const key = `${connectionPackets.id} ${connectionPackets.revision} ${connectionPackets.total}`;
    if (key !== this.key) this.take(key, isNew);
    if (chosen === null && wasSelected) this.cursor = null;
    if (chosen === null) this.reached = null;
    else if (chosen !== this.reached) this.reach(chosen);
    // The packet's own pane takes room from the list.
    if (moved && chosen !== null && this.cursor !== null) this.list.reveal(this.steps.rowOf(this.cursor));
    this.list.element.setAttribute("aria-activedescendant", chosen === null ? "" : `packet-${chosen}`);
    this.list.draw();
  }

  /** The connection was closed; opening it again starts from its beginning. */
  leave() {
    this.id = null;
  }

  begin() {
    Object.assign(this, {
      steps: null,
      cursor: null,
      chosen: null,
      selecting: null,
      reached: null,
      gaps: null,
      scale: null,
      key: "",
      seen: Infinity,
    });
    this.list.element.scrollTop = 0;
    this.list.following = false;
  }

  take(key, isNew) {
    const { connectionPackets } = this;
    const wasLong = this.steps?.length;
    if (!isNew && wasLong) this.list.following = this.list.atEnd; // stays at the end
    this.key = key;
    const whole = this.scale === null ? connectionPackets.whole : null;
    if (whole) this.steps = new WholeLadder(whole);
    else if (!(this.steps instanceof PagedLadder) || this.steps.connectionPackets !== connectionPackets) {
      this.steps = new PagedLadder(connectionPackets);
    }
    this.layout();
  }

  /** Moves the cursor to packet `number` as soon as its index is known. */
  async reach(number) {
    const { id, connectionPackets } = this;
    this.reached = number; // once: it may be a packet of another connection
    const index = await connectionPackets.find(number);
    if (index === null || id !== this.id || this.chosen !== number) return;
    this.point(index);
  }

  /** Moves the cursor to the packet at `index` and scrolls it into view. */
  point(index) {
    if (this.cursor === index) return;
    this.cursor = index;
    this.list.reveal(this.steps.rowOf(index));
    this.moved();
  }

  /** Draws with time to scale, where `gaps` are the ns from each packet to the next; null spaces packets evenly. */
  toScale(gaps) {
    this.gaps = gaps;
    this.scale = gaps && firstScale(gaps, this.least);
    this.relayout();
  }

  /** Zooms a drawing to scale: by 1 in, by -1 out. */
  zoom(by) {
    if (this.scale === null) return;
    this.scale = Math.max(this.scale / ZOOM ** by, 1);
    this.relayout();
  }

  /** Lays out again and keeps the packets in view. */
  relayout() {
    const kept = this.cursor ?? this.firstShown ?? 0;
    this.steps = null;
    this.take(this.key, true);
    const row = this.steps.rowOf(kept);
    if (row >= 0) this.list.show(row);
    this.moved();
  }

  get least() {
    return this.isNarrow ? DENSE_NARROW : DENSE;
  }

  layout() {
    this.isNarrow = this.element.clientWidth < NARROW;
    const { steps } = this;
    const isDense = steps instanceof PagedLadder;
    this.list.element.classList.toggle("narrow", this.isNarrow);
    this.list.element.classList.toggle("dense", isDense);
    this.list.layout(isDense ? this.denseOffsets() : this.wholeOffsets(steps.items));
  }

  denseOffsets() {
    const { length } = this.steps;
    if (this.scale === null || this.gaps === null) return new EvenOffsets(length, this.least);
    const heights = heightsToScale(this.gaps, this.least, this.scale);
    return new Offsets(Array.from({ length }, (_, row) => heights[row - 1] ?? this.least));
  }

  /** @param {LadderItem[]} items */
  wholeOffsets(items) {
    const width = this.isNarrow ? this.element.clientWidth - NARROW_MARGINS : STORY_WIDTH;
    const stories = items.map((item) => this.storyHeight(item, width));
    const least = items.map((item) => HEIGHTS[item.kind]);
    return new Offsets(this.isNarrow ? least.map((height, i) => height + stories[i]) : rowHeights(least, stories));
  }

  /**
   * Pixels of a row's story.
   *
   * @param {LadderItem} item
   * @param {number} width
   */
  storyHeight({ sentences = [], phase }, width) {
    const lines = sentences.map((sentence) => Math.min(lineCount(sentence, width, this.measure), STORY_LINES));
    return lines.reduce((sum, count) => sum + count, phase ? 1 : 0) * LINE;
  }

  get measure() {
    this.measured ??= measureIn(`12px ${getComputedStyle(this.element).fontFamily}`);
    return this.measured;
  }

  shown(first, stop) {
    if (!this.steps) return;
    if (this.list.atEnd || this.seen === Infinity) this.seen = this.steps.length;
    this.newer.hidden = this.steps.length <= this.seen;
    const [from, to] = [Math.max(first - AROUND, 0), stop + AROUND];
    this.firstShown = this.steps.indexAt(first) ?? this.steps.indexAt(first + 1);
    if (this.steps instanceof PagedLadder) this.connectionPackets.want(from, to);
  }

  update(element, row) {
    const item = this.steps.at(row);
    const isPacket = item.kind === "packet";
    const isChosen = isPacket && this.steps.indexAt(row) === this.cursor;
    setClass(element, stepClass(item, isChosen));
    element.setAttribute("aria-selected", String(isChosen));
    element.setAttribute("aria-disabled", String(!isPacket));
    element.setAttribute("aria-label", rowSentence(item));
    element.id = isPacket ? `packet-${item.packet.number}` : `ladder-${item.kind}-${row}`;
    if (isPacket) element.dataset.packet = String(item.packet.number);
    else delete element.dataset.packet;
    element.style.height = `${this.list.offsets.height(row)}px`;
    element.style.setProperty("--shift", `${-(this.list.offsets.top(row) % PATTERN)}px`);
    element.draw(item);
  }

  keyed(event) {
    const last = (this.connectionPackets?.total ?? 0) - 1;
    const page = Math.max(Math.floor(this.list.element.clientHeight / this.least) - 1, 1);
    const at = this.cursor ?? -1;
    const moves = { ArrowDown: at + 1, ArrowUp: at - 1, PageDown: at + page, PageUp: at - page, Home: 0, End: last };
    if (!(event.key in moves) || last < 0) return;
    event.preventDefault();
    this.go(Math.min(Math.max(moves[event.key], 0), last));
  }

  /** Moves the cursor to the packet at `index`, and selects it once it is there. */
  async go(index) {
    const { id, connectionPackets } = this;
    this.point(index);
    await connectionPackets.load(index);
    const packet = connectionPackets.packetAt(index);
    if (!packet || id !== this.id || this.cursor !== index) return;
    this.selecting = packet.number;
    this.choose(packet.number);
  }
}
