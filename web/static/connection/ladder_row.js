// One row of the ladder: both ends' states as bands, the packet's arrow between them, and its explanation.

/** @import { LadderItem } from "./ladder_items.js" */
import { h, setClass, setText } from "../widgets/dom.js";
import { count, counted, duration, moment } from "../text/format.js";
import { SILENCE } from "./ladder_items.js";
import { isTrouble } from "../packets/packet_text.js";
import { STATES } from "../text/facts.js";
import { ASSUMED, band, marksOf, UNKNOWN } from "../text/terms.js";

/** An empty row; `draw(item)` puts an item of ladder_items.js in. */
export function createLadderRow() {
  const time = h("span", { class: "step-time" });
  const [client, server] = [lifeline("client"), lifeline("server")];
  const [number, what, more, amount] = ["number", "what", "more", "amount"].map((name) =>
    h("span", { class: `wire-${name}` })
  );
  const verdict = h("div", { class: "wire-verdict" });
  const wire = h(
    "div",
    { class: "wire" },
    h("div", { class: "wire-label" }, number, what, more, amount),
    h("div", { class: "wire-arrow" }),
    verdict,
  );
  const story = h("div", { class: "story" });
  const element = h(
    "div",
    { class: "step", role: "option" },
    time,
    client.state,
    client.band,
    wire,
    server.band,
    server.state,
    h("i", { class: "bracket" }),
    story,
  );
  return Object.assign(element, {
    /** @param {LadderItem} item */
    draw(item) {
      client.draw(item);
      server.draw(item);
      drawTime(item, time);
      drawLabel(item, { number, what, more, amount });
      drawVerdict(item, verdict);
      drawStory(item, story);
    },
  });
}

/** The classes of a row: kind, sender, what it carries, and whether it is trouble. */
export function stepClass(item, isChosen) {
  const { kind, packet, bracket } = item;
  const weight = packet
    ? `${packet.payload ? " carries" : ""}${packet.carries.length ? ` ${packet.carries[0].kind}` : ""}${
      packet.duplicate ? " duplicate" : ""
    }${isTrouble(packet) ? " trouble" : ""}`
    : "";
  return `step ${kind} from-${packet?.direction ?? "none"}${isChosen ? " chosen" : ""} bracket-${
    bracket ?? "none"
  }${weight}`;
}

/** A row as a sentence, for screen readers. */
export function rowSentence(item) {
  if (item.kind === "start") return item.text || `Before the first packet, inferred: ${states(item)}`;
  if (item.kind !== "packet") return item.text ?? (item.sentences ?? ["Loading"]).join(" ");
  const { packet, sentences } = item;
  const content = packet.carries.map(({ text }) => text).join(", ") || flagText(packet);
  const verdicts = marksOf(packet).map(({ name }) => name).join(", ");
  return `Packet ${packet.number}, from the ${packet.direction}, after ${duration(item.elapsed)}: ${content}. ${
    verdicts ? `${verdicts}. ` : ""
  }${sentences.join(" ")} ${states(item)}`;
}

/** "client SYN-SENT, server LISTEN (assumed)". */
function states({ after }) {
  return ["client", "server"].map((side) =>
    `${side} ${after[side] ?? "unknown"}${after.assumed[side] ? " (assumed)" : ""}`
  ).join(", ");
}

const BACK = "Time since the previous packet unknown: timestamps go backwards";

/** Time since the connection's first packet: three digits, from 1 s on microseconds, from 100 s on milliseconds. */
function clock(ns) {
  if (ns === null) return "–";
  if (ns >= 100e9) return moment(ns);
  if (ns >= 1e9) return `${(ns / 1e9).toFixed(6)} s`;
  return ns ? duration(ns) : "0";
}

function drawTime(item, element) {
  const isPacket = item.kind === "packet";
  setText(element, isPacket ? clock(item.elapsed) : "");
  element.title = isPacket ? (item.quiet === null ? BACK : `${duration(item.quiet)} after the previous packet`) : "";
  element.classList.toggle("after-silence", isPacket && item.quiet >= SILENCE);
}

/** One side's band above and below the arrow, and the name of a state where it begins. */
function lifeline(side) {
  const [above, below] = [h("i", { class: "above" }), h("i", { class: "below" })];
  const element = h("span", { class: `band ${side}` }, above, below);
  const state = h("span", { class: `step-state ${side}` });
  return {
    band: element,
    state,
    draw(item) {
      const [before, after] = [item.before[side], item.after[side]];
      const [wasAssumed, isAssumed] = [item.before.assumed[side], item.after.assumed[side]];
      setClass(above, `above ${bandClass(before, wasAssumed)}`);
      setClass(below, `below ${bandClass(after, isAssumed)}${wasReset(item, before, after) ? " reset" : ""}`);
      const begins = item.kind === "start" || (item.kind === "packet" && before !== after);
      setText(state, begins ? (after ?? (item.fromTheStart === false ? "not captured" : "unknown")) : "");
      state.classList.toggle("assumed", begins && isAssumed);
      state.classList.toggle("inferred", item.kind === "start" && after !== null && !isAssumed);
      const why = after === null
        ? UNKNOWN
        : `${STATES[after] ?? ""}${
          isAssumed ? ` ${ASSUMED}` : item.kind === "start" ? " Inferred, not shown by a packet." : ""
        }`;
      state.title = begins ? why : "";
      element.title = isAssumed || after === null
        ? `${after ?? "unknown"}. ${after === null ? UNKNOWN : ASSUMED}`
        : (after ?? "");
    },
  };
}

const bandClass = (state, isAssumed) => (state ? `${band(state)}${isAssumed ? " assumed" : ""}` : "unknown");

const wasReset = ({ packet }, before, after) =>
  Boolean(packet?.flags.includes("RST")) && after === "CLOSED" && before !== "CLOSED";

function drawLabel(item, { number, what, more, amount }) {
  if (item.kind !== "packet") {
    setText(number, "");
    setText(what, item.text ?? "");
    what.title = what.textContent; // a narrow page cuts it off
    setText(more, "");
    setText(amount, "");
    return;
  }
  const { packet } = item;
  const { carries: [first, ...rest], carries_more: hidden } = packet;
  const others = rest.length + hidden;
  const size = counted(packet.payload, "byte");
  setText(number, count(packet.number));
  setText(what, first ? first.text : flagText(packet));
  what.title = packet.carries.map(({ text }) => text).join("\n");
  setText(more, first ? (others ? `and ${count(others)} more` : "") : numbers(packet));
  more.title = more.textContent;
  setText(amount, packet.payload && what.textContent !== size ? size : "");
}

/** The flags, without PSH, and without ACK on packets with payload. */
function flagText({ flags, payload }) {
  const telling = flags.filter((flag) => flag !== "PSH" && (flag !== "ACK" || !payload || flags.length === 1));
  if (payload && telling.every((flag) => flag === "ACK")) return counted(payload, "byte");
  return telling.join(" ");
}

function numbers({ flags, seq, ack, window, payload }) {
  if (payload) return `seq ${count(seq)}`;
  const parts = flags.includes("SYN") || flags.includes("FIN") ? [`seq ${count(seq)}`] : [];
  if (ack !== null) parts.push(`ack ${count(ack)}`);
  if (flags.includes("SYN")) parts.push(`win ${count(window)}`);
  return parts.join(" ");
}

/**
 * Draws a badge a verdict; verdict_popover.js explains the one that is pointed at.
 *
 * @param {LadderItem} item
 * @param {HTMLElement} element
 */
function drawVerdict({ packet }, element) {
  const marks = packet ? marksOf(packet) : [];
  const key = marks.length ? `${packet.number} ${marks.map(({ name }) => name).join(" ")}` : "";
  if (element.dataset.key === key) return;
  element.dataset.key = key;
  element.replaceChildren(
    ...marks.map(({ name, isTrouble }) =>
      h("span", { class: `badge${isTrouble ? " trouble" : ""}`, "data-why": packet.number }, name)
    ),
  );
}

function drawStory(item, element) {
  const sentences = item.sentences ?? [];
  const key = `${item.phase ?? ""}\n${sentences.join("\n")}`;
  if (element.storyKey === key) return;
  element.storyKey = key;
  element.replaceChildren(
    ...(item.phase ? [h("b", { class: "story-phase" }, item.phase)] : []),
    ...sentences.map((sentence) => h("p", { title: sentence.length > 160 ? sentence : null }, sentence)),
  );
}
