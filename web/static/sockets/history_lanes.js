// The lanes of the history: one for each descriptor number used for a connection or listener, with a bar each time it
// was open.

import { h, svg } from "../widgets/dom.js";
import { count } from "../text/format.js";
import { processKey } from "./descriptor.js";

const WIDE = 1000; // units of the axis; the drawing stretches to the pane
const THIN = 2.5; // units of a bar at least, so that a millisecond is visible
const LANES = 40; // drawn at most, those that are open or were used last;
const OF_ONE = 10; // of one process
const LISTENER_NS = 1e9; // a listener that was open for less was only passed to another process

/** The lanes, grouped by process in order of appearance: {slots, total: how many there are in all}. */
export function slotsOf(tokens) {
  const owners = ownersOf(tokens);
  const found = new Map();
  for (const descriptor of tokens) {
    const owner = owners.get(processKey(descriptor));
    const key = `${owner} ${descriptor.fd}`;
    if (!found.has(key)) {
      found.set(key, {
        owner,
        process: descriptor.process,
        fd: descriptor.fd,
        lives: [],
        last: 0,
        first: descriptor.opened_at_ns,
        isUsed: false,
      });
    }
    const slot = found.get(key);
    slot.lives.push(descriptor);
    slot.last = Math.max(slot.last, descriptor.opened_at_ns);
    slot.isUsed ||= descriptor.connection !== null ||
      (descriptor.role === "listener" && (descriptor.closed_at_ns === null || descriptor.closed_at_ns > LISTENER_NS));
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

/** Lanes are shared by processes of one name, one after the other: Alice may return with another pid. */
function ownersOf(tokens) {
  const instances = new Map();
  for (const descriptor of tokens) {
    const one = instances.get(processKey(descriptor)) ??
      { name: descriptor.process, from: descriptor.opened_at_ns, until: -Infinity };
    one.until = Math.max(one.until, descriptor.closed_at_ns ?? Infinity);
    instances.set(processKey(descriptor), one);
  }
  const shares = new Map(); // name → until when each of its lanes is taken
  return new Map([...instances].map(([key, { name, from, until }]) => {
    const taken = shares.get(name) ?? [];
    const free = taken.findIndex((end) => end <= from);
    const share = free < 0 ? taken.length : free;
    taken[share] = until;
    shares.set(name, taken);
    return [key, `${name} ${share}`];
  }));
}

/** A lane on an axis {from, to} in ns; the bars of `connection` are highlighted. */
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
  const label = `${named(process, lives)} fd ${fd}${lives.length > 1 ? `, opened ${count(lives.length)} times` : ""}`;
  return h(
    "div",
    { class: "fd-line", title: label },
    h("span", { class: "fd-line-name" }, h("span", {}, process), h("b", {}, String(fd))),
    svg(
      "svg",
      { viewBox: `0 0 ${WIDE} 1`, preserveAspectRatio: "none", role: "img", "aria-label": label },
      Object.entries(bars).filter(([, d]) => d).map(([kind, d]) => svg("path", { d, class: `fd-bar ${kind}` })),
    ),
  );
}

/** "cafe (pid 978)"; without the pid where several processes share the lane. */
function named(process, lives) {
  const pids = new Set(lives.map(({ pid }) => pid));
  return pids.size === 1 ? `${process} (pid ${[...pids][0]})` : process;
}
