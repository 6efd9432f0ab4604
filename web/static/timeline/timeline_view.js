// Timeline view: a lane for each connection over time, grouped by server; below it a brush over the whole capture.

import { get } from "../net/api.js";
import { Poller } from "../net/poller.js";
import { marks, paintAxis } from "./time_axis.js";
import { Brush, sized } from "./range_brush.js";
import { onTheme, readColours } from "../widgets/canvas_colours.js";
import { h } from "../widgets/dom.js";
import { noRows } from "../widgets/empty_state.js";
import { moment } from "../text/format.js";
import { fixedSpan, isMoving } from "../text/time_range.js";
import { firstSteps } from "../lab/first_steps.js";
import { listen } from "./gestures.js";
import { hit, markLines } from "./hit_test.js";
import { LaneList } from "./lane_list.js";
import { go } from "../state/navigation.js";
import { EDGE, paintLanes } from "./paint_lanes.js";
import { fetchMissingRows } from "../net/fetch_missing_rows.js";
import { mountToolbar } from "./toolbar.js";
import { between, foldsWithin, pan, scale, shown, zoom } from "./zoom.js";

const LANES_REST = 120; // ms between two requests for lanes
const ACTIVITY_REST = 1_000;
const SETTLED = 200; // ms without a movement before the URL is changed
const AXIS = 24;
const STEP = 0.1; // share of the view that an arrow key pans
const ZOOM = 1.5; // factor of a key or a button

export function mount(root, store) {
  const timeline = new Timeline(root, store);
  const unsubscribe = store.subscribe(() => timeline.draw());
  return () => {
    unsubscribe();
    timeline.close();
  };
}

class Timeline {
  constructor(root, store) {
    this.store = store;
    this.moved = undefined;
    this.settling = null;
    this.pointer = null;
    this.band = null;
    this.anchor = null;
    this.wish = null;
    this.lanes = new Poller(get, "/api/lanes", () => this.answered(), LANES_REST);
    this.activity = new Poller(get, "/api/activity", () => this.draw(), ACTIVITY_REST);
    this.list = new LaneList({
      open: (lane) => this.open({ lane, mark: null }),
      key: (event) => this.key(event),
      scrolled: () => this.draw(),
    });
    this.brush = new Brush({ choose: (span) => this.move(span) });
    this.axis = h("canvas", { class: "axis", "aria-hidden": "true" });
    this.note = h("div", { class: "lane-note", hidden: true });
    this.select = h("div", { class: "lane-select", hidden: true });
    this.empty = h("div", { class: "empty" });
    this.tools = mountToolbar(store, { zoom: (factor) => this.zoom(factor), all: () => this.move(null) });
    this.list.window.append(this.select);
    this.element = h(
      "div",
      { class: "timeline" },
      this.tools.element,
      this.axis,
      this.list.element,
      this.empty,
      this.brush.element,
      this.note,
    );
    root.append(this.element);
    this.colours = readColours(this.element);
    this.stopTheme = onTheme(() => {
      this.colours = readColours(this.element);
      this.draw();
    });
    this.resizes = new ResizeObserver(() => this.draw());
    this.resizes.observe(this.element);
    this.listen();
  }

  close() {
    clearTimeout(this.settling);
    this.commit();
    this.lanes.close();
    this.activity.close();
    this.stopTheme();
    this.resizes.disconnect();
  }

  /** The time range shown, null until one is known; a movement in progress overrides the URL. */
  get span() {
    const chosen = this.moved === undefined ? this.store.state.route.span : this.moved;
    if (chosen && !isMoving(chosen)) return chosen;
    return this.lanes.answer?.span ?? null;
  }

  /** The time range shown, with the stretches of it that are drawn folded. */
  get scaled() {
    const { span } = this;
    const { folds, fold_width: foldWidth } = this.lanes.answer;
    return { ...span, folds: this.store.state.route.fold ? foldsWithin(folds, span) : [], foldWidth };
  }

  get extent() {
    return this.lanes.answer?.extent ?? null;
  }

  get width() {
    return Math.max(this.list.canvas.clientWidth - 2 * EDGE, 0);
  }

  draw() {
    const { state } = this.store;
    this.ask(state);
    const { answer } = this.lanes;
    const isEmpty = answer?.total === 0; // before the first answer the list is there, and gives the width to ask for
    this.list.element.hidden = this.axis.hidden = isEmpty;
    this.empty.hidden = !isEmpty;
    this.brush.element.hidden = !this.extent;
    this.tools.draw(state, this.lanes.error);
    this.tools.element.hidden = isEmpty && Boolean(firstSteps(this.store)); // there is nothing to order or to zoom
    if (isEmpty) this.drawEmpty(state);
    else if (answer) this.drawLanes(state);
    if (!this.extent) return;
    const span = this.moved === undefined ? state.route.span : this.moved;
    this.brush.draw({
      extent: this.extent,
      activity: this.activity.answer,
      span: span && this.span,
      colours: this.colours,
    });
  }

  ask({ route, capture }) {
    const chosen = this.moved === undefined ? route.span : this.moved;
    const range = this.list.range();
    const time = chosen?.last ? { last: chosen.last } : fixedSpan(chosen) ?? {};
    const at = this.anchor?.id ?? route.id;
    const parameters = {
      ...time,
      ...range,
      width: Math.max(this.width, 1),
      order: route.order || null,
      q: route.filter || null,
      fold: route.fold ? 1 : null,
      at,
    };
    this.lanes.want(parameters, `${capture.packets} ${capture.state} ${capture.looked_ns}`);
    this.activity.want(
      { width: Math.max(Math.floor(this.brush.element.clientWidth / 2), 1) },
      `${capture.packets} ${capture.state} ${capture.looked_ns}`,
    );
  }

  /** Takes new lanes; keeps the scroll position when lanes were added above. */
  answered() {
    const { answer, answered } = this.lanes;
    if (!answer) return this.draw();
    const isAnchor = this.anchor && answered.at === this.anchor.id && answer.at !== null;
    const { route } = this.store.state;
    this.list.total = answer.total;
    this.fit();
    this.list.resize(answer.total, isAnchor ? answer.at - this.anchor.lane : 0, !route.span && !route.order);
    // The URL names a lane.
    if (!this.anchor && route.id !== null && answer.at !== null) this.list.reveal(answer.at);
    if (this.wish !== null) this.chooseLane(this.wish);
    this.draw();
  }

  /** Fits the lanes' height to the room; redraws every frame while the change is animated. */
  fit() {
    const { q, order, last } = this.lanes.answered;
    const { state } = this.store.state.capture;
    const isGliding = this.list.fit({
      key: JSON.stringify([q, order, last, state]),
      isLive: state === "running",
      isRead: this.pointer !== null,
    });
    if (isGliding) requestAnimationFrame(() => this.element.isConnected && this.draw());
  }

  drawEmpty(state) {
    const { error, answer } = this.lanes;
    const isFiltered = Boolean(answer?.extent) && Boolean(state.route.span || state.route.filter);
    const empty = error
      ? failure(error)
      : isFiltered
      ? nothingHere(state.route)
      : firstSteps(this.store) ?? noRows(state, "connections");
    if (this.empty.dataset.key === empty.key) return;
    this.empty.dataset.key = empty.key;
    this.empty.replaceChildren(...empty.content());
  }

  drawLanes(state) {
    this.element.style.setProperty("--plot", `${this.width}px`);
    this.fit();
    const scene = this.scene();
    const under = this.pointer && !this.band ? hit(scene, this.pointer.x, this.pointer.y) : null;
    this.list.draw(scene.answer, { chosen: state.route.id, pointed: under?.lane.id ?? null });
    this.drawAxis(scene);
    paintLanes(sized(this.list.canvas, scene.width + 2 * EDGE, scene.height), scene);
    this.drawNote(under);
    const top = Math.floor(this.list.top / this.list.lane);
    const lane = scene.answer.lanes[top - scene.answer.first];
    this.anchor = lane ? { id: lane.id, lane: top } : this.anchor;
  }

  scene() {
    const { answer, answered } = this.lanes;
    const { scaled: span, width, colours } = this;
    const grid = marks(span, width).map(({ ns }) => scale(span, width).x(ns));
    return {
      answer,
      asked: answered.width,
      span,
      width,
      height: this.list.element.clientHeight,
      lane: this.list.lane,
      top: this.list.top,
      colours,
      font: getComputedStyle(this.axis).font,
      grid,
    };
  }

  drawAxis({ span, width, colours }) {
    const context = sized(this.axis, width, AXIS);
    context.font = getComputedStyle(this.axis).font;
    const now = this.now(span);
    this.axis.title = now === null ? "" : "Now: the time of the last read of the capture, by this machine’s clock";
    paintAxis(context, { span, width, colours, now, height: AXIS });
  }

  /** When a live capture was last read, if the time range shown ends there; else null. */
  now(span) {
    const { looked_ns: looked, state } = this.store.state.capture;
    return typeof looked === "number" && state === "running" && span.to === this.extent.to ? span.to : null;
  }

  drawNote(under) {
    this.note.hidden = !under;
    if (!under) return;
    const { tables } = this.store.state;
    if (under.mark?.kind === "message") {
      fetchMissingRows(this.store, "messages", under.mark.message, under.mark.message + 1);
    }
    if (under.mark?.kind === "exchange") {
      fetchMissingRows(this.store, "exchanges", under.mark.exchange, under.mark.exchange + 1);
    }
    const lines = markLines(under, tables);
    if (this.note.dataset.key !== lines.join("\n")) {
      this.note.dataset.key = lines.join("\n");
      this.note.replaceChildren(...lines.map((line) => h("p", {}, line)));
    }
    const { x, y } = this.pointer;
    const box = this.element.getBoundingClientRect();
    const plot = this.list.canvas.getBoundingClientRect();
    const left = plot.left - box.left + EDGE + x;
    const isRight = left + this.note.offsetWidth + 20 > box.width;
    const isLow = plot.top - box.top + y + this.note.offsetHeight + 24 > box.height;
    this.note.style.left = `${isRight ? left - this.note.offsetWidth - 12 : left + 14}px`;
    this.note.style.top = `${plot.top - box.top + y + (isLow ? -this.note.offsetHeight - 8 : 14)}px`;
  }

  listen() {
    const { canvas } = this.list;
    const point = (event) => {
      const box = canvas.getBoundingClientRect();
      this.pointer = { x: event.clientX - box.left - EDGE, y: event.clientY - box.top };
      this.draw();
    };
    canvas.addEventListener("pointermove", (event) => event.pointerType !== "touch" && point(event));
    canvas.addEventListener("pointerleave", () => {
      this.pointer = null;
      this.draw();
    });
    const calls = {
      zoom: (factor, x) => this.zoom(factor, x),
      pan: (pixels) => this.pan(pixels / Math.max(this.width, 1)),
      select: (a, b) => this.selected(a, b),
      selecting: (a, b) => this.selecting(a, b),
      click: (x, y) => this.open(hit(this.scene(), x, y)),
    };
    listen(canvas, calls, { scrolls: () => this.list.overflows, edge: EDGE });
    listen(this.axis, { ...calls, click: () => {} });
  }

  zoom(factor, x = this.width / 2) {
    const { span, extent } = this;
    if (!span || !extent) return;
    const { last } = this.store.state.route.span ?? {};
    if (last && this.moved === undefined) this.move({ last: Math.max(Math.round(last / factor / 1e9), 1) * 1e9 });
    else if (this.scaled.folds.length) {
      this.move(shown(this.scaled, this.width, x - x / factor, x + (this.width - x) / factor, extent));
    } else this.move(zoom(span, factor, scale(span, this.width).ns(x), extent));
  }

  pan(part) {
    const { span, extent } = this;
    const isWhole = (this.moved === undefined ? this.store.state.route.span : this.moved) === null;
    if (!span || !extent || isWhole) return;
    const { scaled, width } = this;
    if (scaled.folds.length) this.move(shown(scaled, width, part * width, (1 + part) * width, extent));
    else this.move(pan(span, part * (span.to - span.from), extent));
  }

  selecting(a, b) {
    this.band = a === null ? null : [Math.min(a, b), Math.max(a, b)];
    this.select.hidden = !this.band;
    if (this.band) {
      this.select.style.setProperty("--from", `${this.band[0]}px`);
      this.select.style.setProperty("--width", `${this.band[1] - this.band[0]}px`);
    }
    this.draw();
  }

  selected(a, b) {
    const { ns } = scale(this.scaled, this.width);
    this.selecting(null);
    this.move(between(ns(a), ns(b), this.extent));
  }

  /** Shows another time range at once; the URL follows when the movement has ended. */
  move(span) {
    this.moved = span;
    clearTimeout(this.settling);
    this.settling = setTimeout(() => this.commit(), SETTLED);
    this.draw();
  }

  commit() {
    if (this.moved === undefined) return;
    const span = this.moved;
    this.moved = undefined;
    go(this.store, { span });
  }

  /** Opens the connection of a lane, at the packet of the mark under the pointer. */
  open(under) {
    if (!under) return;
    const { tables } = this.store.state;
    const { mark, lane } = under;
    const packet = {
      packet: () => mark.packet,
      message: () => tables.messages.get(mark.message)?.first_packet ?? null,
      exchange: () => (tables.exchanges.get(mark.exchange)?.request ?? null)?.packet ?? null,
    }[mark?.kind]?.() ?? null;
    this.commit();
    go(this.store, { view: "connections", id: lane.id, packet });
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || !this.lanes.answer) return;
    const { answer } = this.lanes;
    const page = Math.max(Math.floor(this.list.element.clientHeight / this.list.lane) - 1, 1);
    const found = answer.lanes.findIndex(({ id }) => id === this.store.state.route.id);
    const at = found < 0 ? -1 : answer.first + found;
    const lane = {
      ArrowDown: at + 1,
      ArrowUp: Math.max(at - 1, 0),
      PageDown: at + page,
      PageUp: at - page,
      Home: 0,
      End: answer.total - 1,
    }[event.key];
    const does = {
      ArrowLeft: () => this.pan(-STEP),
      ArrowRight: () => this.pan(STEP),
      "+": () => this.zoom(ZOOM),
      "=": () => this.zoom(ZOOM),
      "-": () => this.zoom(1 / ZOOM),
      Enter: () => found >= 0 && this.open({ lane: answer.lanes[found], mark: null }),
      Escape: () => this.move(null),
    }[event.key];
    if (lane === undefined && !does) return;
    event.preventDefault();
    if (does) does();
    else this.chooseLane(Math.min(Math.max(lane, 0), answer.total - 1));
  }

  /** Selects lane `index`, once its connection is known. */
  chooseLane(index) {
    const { answer } = this.lanes;
    const lane = answer.lanes[index - answer.first];
    this.list.reveal(index);
    this.wish = lane ? null : index;
    if (lane) go(this.store, { id: lane.id });
    else this.draw();
  }
}

function failure({ message, advice }) {
  return {
    key: message,
    content:
      () => [h("h2", {}, "The timeline could not be drawn"), h("p", {}, [message, advice].filter(Boolean).join(" "))],
  };
}

function nothingHere({ span, filter }) {
  let [when, next] = ["", "Clear the filter to see all of them."];
  if (span) next = "Select another time range below, or press Escape to clear it.";
  if (span?.since !== undefined) {
    [when, next] = [` since ${moment(span.since)}`, "The next ones appear here; press Escape to show all."];
  } else if (span && !span.last) when = ` between ${moment(span.from)} and ${moment(span.to)}`;
  const text = `${filter ? `No connection matches “${filter}”` : "No connection was open"}${when}. ${next}`;
  return { key: text, content: () => [h("h2", {}, "No connections"), h("p", {}, text)] };
}
