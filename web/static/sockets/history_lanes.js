// The lanes of the history: one for every number that was ever a pipe or a door, a bar for each life of it.

import { h, svg } from "../widgets/dom.js";
import { count } from "../text/format.js";
import { processKey } from "./descriptor.js";

const WIDE = 1000; // units of the axis; the drawing stretches to the pane
const THIN = 2.5; // units that a bar is wide at least, so that a life of a millisecond can be seen
const LANES = 40; // drawn; of more those that are held still or were used last, and
const OF_ONE = 10; // of one process
const DOOR_NS = 1e9; // a listener that was held shorter was only handed on

/** The slots, those of one process together, in the order in which the processes came; `total` says of how many the last used are given. */
export function slotsOf(tokens) {
  const owners = ownersOf(tokens);
  const found = new Map();
  for (const token of tokens) {
    const owner = owners.get(processKey(token));
    const key = `${owner} ${token.fd}`;
    if (!found.has(key)) {
      found.set(key, {
        owner,
        process: token.process,
        fd: token.fd,
        lives: [],
        last: 0,
        first: token.opened_at_ns,
        isUsed: false,
      });
    }
    const slot = found.get(key);
    slot.lives.push(token);
    slot.last = Math.max(slot.last, token.opened_at_ns);
    slot.isUsed ||= token.connection !== null ||
      (token.role === "listener" && (token.closed_at_ns === null || token.closed_at_ns > DOOR_NS));
  }
  const isHeld = ({ lives }) => lives.some(({ closed_at_ns: closed }) => closed === null);
  const used = [...found.values()].filter(({ isUsed }) => isUsed).sort((a, b) =>
    isHeld(b) - isHeld(a) || b.last - a.last
  );
  const counts = new Map();
  const isOneOfFew = ({ owner }) => counts.set(owner, (counts.get(owner) ?? 0) + 1).get(owner) <= OF_ONE;
  const slots = used.filter(isOneOfFew).slice(0, LANES);
  const begins = new Map();
  for (const { owner, first } of slots) begins.set(owner, Math.min(begins.get(owner) ?? Infinity, first));
  slots.sort((a, b) => begins.get(a.owner) - begins.get(b.owner) || a.owner.localeCompare(b.owner) || a.fd - b.fd);
  return { slots, total: used.length };
}

/** Who shares lanes: Alice comes again under another pid, a scenario's server in another network. Two of a name at the same time do not. */
function ownersOf(tokens) {
  const instances = new Map();
  for (const token of tokens) {
    const one = instances.get(processKey(token)) ?? { name: token.process, from: token.opened_at_ns, until: -Infinity };
    one.until = Math.max(one.until, token.closed_at_ns ?? Infinity);
    instances.set(processKey(token), one);
  }
  const shares = new Map(); // name → until when each share of it is taken
  return new Map([...instances].map(([key, { name, from, until }]) => {
    const taken = shares.get(name) ?? [];
    const free = taken.findIndex((end) => end <= from);
    const share = free < 0 ? taken.length : free;
    taken[share] = until;
    shares.set(name, taken);
    return [key, `${name} ${share}`];
  }));
}

/** A lane on the axis `span` ({from, to} in ns); the lives of `connection` stand out. */
export function lane({ process, fd, lives }, { from, to }, connection) {
  const x = (ns) => Math.max(0, Math.min((ns - from) / (to - from), 1)) * WIDE;
  const bars = { listener: "", client: "", server: "", chosen: "" };
  for (const { opened_at_ns: opened, closed_at_ns: closed, connection: of, role } of lives) {
    if (opened > to || (closed !== null && closed < from)) continue;
    const left = Math.min(x(opened), WIDE - THIN);
    const width = Math.max(x(closed ?? to) - left, THIN);
    bars[connection !== null && of === connection ? "chosen" : (role ?? "client")] += `M${left.toFixed(1)} 0h${
      width.toFixed(1)
    }v1h${(-width).toFixed(1)}z`;
  }
  const label = `${named(process, lives)} token ${fd}${
    lives.length > 1 ? `, handed out ${count(lives.length)} times` : ""
  }`;
  return h(
    "div",
    { class: "tk-line", title: label },
    h("span", { class: "tk-line-name" }, h("span", {}, process), h("b", {}, String(fd))),
    svg(
      "svg",
      { viewBox: `0 0 ${WIDE} 1`, preserveAspectRatio: "none", role: "img", "aria-label": label },
      Object.entries(bars).filter(([, d]) => d).map(([kind, d]) => svg("path", { d, class: `tk-bar ${kind}` })),
    ),
  );
}

/** "cafe (pid 978)", or without the pid where several had the lane one after the other. */
function named(process, lives) {
  const pids = new Set(lives.map(({ pid }) => pid));
  return pids.size === 1 ? `${process} (pid ${[...pids][0]})` : process;
}
