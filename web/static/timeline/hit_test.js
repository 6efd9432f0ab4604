// What is under the pointer on the timeline, and its tooltip.

import { counted, duration, moment } from "../text/format.js";
import { TICK } from "../text/facts.js";
import { placing } from "./paint_lanes.js";
import { scale } from "./zoom.js";

const NEAR = 5; // pixels

/** The lane, time and mark at a point of the drawing; null outside the lanes. */
export function hit(scene, x, y) {
  const { answer, span, width, top, lane: height } = scene;
  if (!answer) return null;
  const i = Math.floor((y + top) / height) - answer.first;
  const lane = answer.lanes[i];
  if (!lane) return null;
  const ns = scale(span, width).ns(x);
  const place = placing(scene);
  return {
    lane,
    ns,
    states: statesAt(answer, i, ns),
    mark: messageAt(answer, place, i, x) ?? packetAt(answer, place, i, x) ?? exchangeAt(answer, place, i, x),
  };
}

/** Both ends' states at a time, as text; null where they are not known, or the connection did not exist. */
function statesAt({ states, lanes }, i, ns) {
  const { is_open: isOpen, at_ns: start, duration_ns: lived } = lanes[i];
  if (!states || (!isOpen && ns > start + lived)) return null;
  const found = [null, null];
  states.lane.forEach((lane, k) => {
    if (lane === i && states.at_ns[k] <= ns) {
      found[states.side[k]] = states.state[k] === null
        ? "unknown"
        : `${states.state[k]}${states.assumed[k] ? " (assumed)" : ""}`;
    }
  });
  return found[0] && found[1] && `client ${found[0]}, server ${found[1]}`;
}

function nearest({ lane, column }, place, i, x) {
  let [found, distance] = [-1, NEAR + 1];
  for (let k = 0; k < lane.length; k += 1) {
    const away = lane[k] === i ? Math.abs(place.x(column[k]) - x) : NEAR + 1;
    if (away < distance) [found, distance] = [k, away];
  }
  return found;
}

function packetAt({ ticks }, place, i, x) {
  const k = nearest(ticks, place, i, x);
  if (k < 0) return null;
  return { kind: "packet", packet: ticks.packet[k], count: ticks.count[k], bits: ticks.bits[k] };
}

function messageAt({ arrows }, place, i, x) {
  const k = nearest(arrows, place, i, x);
  if (k < 0) return null;
  return {
    kind: "message",
    message: arrows.message[k],
    count: arrows.count[k],
    direction: arrows.direction[k] ? "server" : "client",
  };
}

function exchangeAt({ blocks }, place, i, x) {
  const k = blocks.lane.findIndex((lane, at) =>
    lane === i && place.x(blocks.begin[at]) <= x && x <= place.x(blocks.end[at] + 1)
  );
  if (k < 0) return null;
  return { kind: "exchange", exchange: blocks.exchange[k], count: blocks.count[k], status: blocks.status[k] };
}

/** @type {[bit: number, word: string][]} */
const SENDERS = [[TICK.client, "client"], [TICK.server, "server"]];

/** @type {[bit: number, word: string][]} */
const SAID = [
  [TICK.syn, "SYN"],
  [TICK.fin, "FIN"],
  [TICK.reset, "reset"],
  [TICK.trouble, "trouble"],
];

/** Lines of the tooltip: the mark, then the time. */
export function markLines({ ns, mark, states = null }, tables) {
  const when = [...(states ? [states] : []), moment(ns)];
  if (!mark) return when;
  if (mark.kind === "packet") return [packetLine(mark), ...when];
  if (mark.kind === "message") return [...messageLines(mark, tables.messages.get(mark.message)), ...when];
  return [...exchangeLines(mark, tables.exchanges.get(mark.exchange)), ...when];
}

function packetLine({ packet, count, bits }) {
  const sides = SENDERS.filter(([bit]) => bits & bit).map(([, name]) => name);
  const said = SAID.filter(([bit]) => bits & bit).map(([, word]) => word);
  const what = count === 1 ? `packet ${packet}` : `${counted(count, "packet")}, the first is ${packet}`;
  return [what, `from ${sides.join(" and ")}`, ...said].join(" · ");
}

function messageLines({ count, direction, message }, row) {
  if (count > 1) return [`${counted(count, "message")} from the ${direction}`];
  return [`message ${message} from the ${direction}`, ...(row?.text ? [row.text] : [])];
}

function exchangeLines({ count, status }, row) {
  if (count > 1) return [counted(count, "exchange")];
  const asked = row?.request ? `${row.request.method} ${row.request.target}` : "exchange";
  const waited = row?.timing_ns.wait ? [`waited ${duration(row.timing_ns.wait)}`] : [];
  const isWhole = row?.response?.complete ?? true;
  return [
    asked,
    [`${status ? `status ${status}` : "no response seen"}${isWhole ? "" : ", incomplete"}`, ...waited].join(" · "),
  ];
}
