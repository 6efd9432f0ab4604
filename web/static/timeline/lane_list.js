// The list of lanes: texts beside each lane, servers in the margin, scrolling, and the canvas between.

import { h, setClass, setText } from "../widgets/dom.js";
import { counted } from "../text/format.js";
import { laneLoad, laneOrigin, laneOutcome, laneSentence, laneSide, laneTitle, serverName } from "./lane_text.js";
import { LaneHeight, LEAST, ROOMY, TWO_LINES } from "./lane_height.js";
import { hasStates } from "./lane_layout.js";

const MARGIN = 8; // lanes fetched beyond the visible ones
const MAX_PIXELS = 8_000_000; // browsers clip what lies beyond some 16 million; a longer list is scrolled in proportion
const AT_END = 4;

export class LaneList {
  /** @param {{open: (lane: object) => void, key: (event: KeyboardEvent) => void, scrolled: () => void}} calls */
  constructor({ open, key, scrolled }) {
    this.open = open;
    this.canvas = h("canvas", { class: "lanes-plot" });
    this.window = h("div", { class: "lanes-window" }, this.canvas);
    this.sheet = h("div", { class: "lanes-sheet" }, this.window);
    this.element = h("div", {
      class: "lanes",
      role: "listbox",
      tabindex: "0",
      "data-arrow-keys": "",
      "aria-label": "Connections over time",
      onkeydown: key,
      onscroll: scrolled,
    }, this.sheet);
    this.rows = [];
    this.groups = [];
    this.total = 0;
    this.lane = LEAST;
    this.height = new LaneHeight({ glides: !matchMedia("(prefers-reduced-motion: reduce)").matches });
  }

  /** Fits the lanes' height to the room; returns whether the change is still being animated. */
  fit({ key, isLive, isRead }) {
    const now = performance.now();
    const isReading = isRead || this.element.scrollTop > 0;
    this.height.fit({ total: this.total, seen: this.element.clientHeight, key, isLive, isRead: isReading, now });
    this.lane = this.height.at(now);
    return this.height.isGliding(now);
  }

  /** Pixels of lanes above the visible ones. */
  get top() {
    return this.element.scrollTop * this.proportion;
  }

  get proportion() {
    const seen = this.element.clientHeight;
    const all = this.total * this.lane;
    return all <= MAX_PIXELS ? 1 : (all - seen) / (MAX_PIXELS - seen);
  }

  get overflows() {
    return this.total * this.lane > this.element.clientHeight;
  }

  get isAtEnd() {
    const { scrollTop, clientHeight, scrollHeight } = this.element;
    return scrollTop > 0 && scrollTop + clientHeight >= scrollHeight - AT_END;
  }

  /** The lanes to fetch: the visible ones and some around, in steps, so that a small scroll fetches nothing new. */
  range() {
    const first = Math.max(Math.floor(this.top / this.lane / MARGIN) * MARGIN - MARGIN, 0);
    const count = Math.ceil(this.element.clientHeight / this.lane / MARGIN) * MARGIN + 3 * MARGIN;
    return { first, stop: first + Math.min(count, 200) };
  }

  /** Sets the number of lanes; `shift` of them were added above the visible ones. */
  resize(total, shift, staysAtEnd) {
    const wasAtEnd = staysAtEnd && this.isAtEnd;
    this.total = total;
    this.arrange();
    if (wasAtEnd) this.element.scrollTop = this.element.scrollHeight;
    else if (shift && this.element.scrollTop > 0) this.element.scrollTop += (shift * this.lane) / this.proportion;
  }

  /** Applies the lanes' height. */
  arrange() {
    const { lane } = this;
    const height = `${Math.min(this.total * lane, MAX_PIXELS)}px`;
    if (this.sheet.style.height !== height) this.sheet.style.height = height;
    this.element.style.setProperty("--lane", `${lane}px`);
    this.element.classList.toggle("tall", lane >= TWO_LINES);
    this.element.classList.toggle("roomy", lane >= ROOMY);
    this.element.classList.toggle("sided", hasStates(lane));
    return lane;
  }

  /** Scrolls as little as possible to show all of lane `index`. */
  reveal(index) {
    const [top, seen] = [this.top, this.element.clientHeight];
    if (index * this.lane < top) this.element.scrollTop = (index * this.lane) / this.proportion;
    else if ((index + 1) * this.lane > top + seen) {
      this.element.scrollTop = ((index + 1) * this.lane - seen) / this.proportion;
    }
  }

  draw(answer, { chosen, pointed }) {
    const [top, seen, height] = [this.top, this.element.clientHeight, this.arrange()];
    answer.lanes.forEach((lane, i) =>
      this.drawRow(this.row(i), lane, answer.first + i, (answer.first + i) * height - top, {
        chosen,
        pointed,
        end: answer.extent.to,
      })
    );
    for (const row of this.rows.slice(answer.lanes.length)) row.element.hidden = true;
    answer.groups.forEach((group, i) => this.drawGroup(this.group(i), group, { top, seen, height }));
    for (const group of this.groups.slice(answer.groups.length)) group.element.hidden = true;
    const has = answer.lanes.some(({ id }) => id === chosen);
    if (has) this.element.setAttribute("aria-activedescendant", `lane-${chosen}`);
    else this.element.removeAttribute("aria-activedescendant");
  }

  drawRow(row, lane, index, y, { chosen, pointed, end }) {
    const { element, title, outcome, more, from, carried, client, server } = row;
    const { texts, isTrouble } = laneOutcome(lane, end);
    row.lane = lane;
    element.hidden = false;
    element.id = `lane-${lane.id}`;
    element.style.transform = `translateY(${y}px)`;
    element.setAttribute("aria-label", laneSentence(lane, end));
    element.setAttribute("aria-selected", String(lane.id === chosen));
    element.setAttribute("aria-posinset", String(index + 1));
    element.setAttribute("aria-setsize", String(this.total));
    setClass(element, `lane${lane.id === pointed ? " pointed" : ""}${isTrouble ? " is-trouble" : ""}`);
    setText(title, laneTitle(lane));
    title.title = `${laneTitle(lane)}\n${lane.client} → ${lane.server}`;
    setText(outcome, texts[0]);
    setText(more, texts[1] ?? "");
    outcome.title = texts.join(", ");
    setText(from, laneOrigin(lane));
    setText(carried, laneLoad(lane, end));
    client.draw(lane);
    server.draw(lane);
  }

  drawGroup({ element, port, address }, { server, first, lanes }, { top, seen, height }) {
    const [from, to] = [Math.max(first * height - top, 0), Math.min((first + lanes) * height - top, seen)];
    element.hidden = to - from < height / 2;
    element.style.transform = `translateY(${from}px)`;
    element.style.height = `${Math.max(to - from, 0)}px`;
    const name = serverName(server);
    setText(port, name.port);
    setText(
      address,
      to - from >= 2 * LEAST - 4 ? name.address.replace(/[:.]/g, "$&\u200b") || counted(lanes, "lane") : "",
    ); // broken only between its parts
    element.title = `Server ${server}`;
  }

  row(i) {
    if (this.rows[i]) return this.rows[i];
    const [title, outcome, more] = [h("span", { class: "lane-title" }), h("b"), h("span")];
    const [from, carried] = [h("span", { class: "lane-about" }), h("span", { class: "lane-about" })];
    const [client, server] = [drawnSide("client"), drawnSide("server")];
    const element = h(
      "div",
      { role: "option" },
      h("span", { class: "lane-name" }, client.element, title, from, server.element),
      h("span", { class: "lane-end" }, h("span", { class: "lane-outcome" }, outcome, more), carried),
    );
    const row = { element, title, outcome, more, from, carried, client, server, lane: null };
    element.addEventListener("click", () => this.open(row.lane));
    this.window.insertBefore(element, this.canvas);
    return (this.rows[i] = row);
  }

  group(i) {
    if (this.groups[i]) return this.groups[i];
    const [port, address] = [h("b"), h("span")];
    const element = h("div", { class: "lane-group", "aria-hidden": "true" }, port, address);
    this.window.append(element);
    return (this.groups[i] = { element, port, address });
  }
}

/** An end's address beside its half of the lane, and how much it sent. */
function drawnSide(side) {
  const [address, port, sent, packets] = [
    h("span", { class: "lane-detail" }),
    h("span"),
    h("span"),
    h("span", { class: "lane-detail" }),
  ];
  return {
    element: h("span", { class: `lane-side ${side}` }, h("b", {}, address, port), h("span", {}, sent, packets)),
    draw(lane) {
      const texts = laneSide(lane, side);
      setText(address, texts.address);
      setText(port, texts.port);
      setText(sent, texts.sent);
      setText(packets, texts.packets);
    },
  };
}
