// The store of file descriptors and kernel socket states, and the situation at any time.

/** @import { DescriptorFact, DescriptorRow, KernelRow, MessagePath, StateStep } from "../types/rows.d.ts" */
import { arranged, chosenOf, processesOf, withFewSlots } from "./processes.js";
import { endKey, isOpen, latest, processKey, timed } from "./descriptor.js";

const NOT_CONNECTED = new Set(["CLOSED", "LISTEN"]);
const TIME_WAIT = 60e9; // ns: on Linux; without a kernel state an end counts as gone then
const PROCESSES = 10; // columns drawn, unless there is less room
const DESCRIPTORS = 6000; // kept at most,
const KERNEL_ROWS = 12000; // and of the kernel's states; a page that is opened later gets fewer

export class DescriptorStore {
  constructor() {
    this.edition = 0; // increases with every change
    this.clear();
  }

  clear() {
    this.edition += 1;
    this.revision = -1; // of the server's descriptor tables, as of the last answer
    this.packets = 0;
    this.connections = 0;
    /** @type {DescriptorRow[]} */
    this.ordered = []; // in order of opening
    /** @type {Map<number, DescriptorRow>} */
    this.tokens = new Map();
    /** @type {Map<number, KernelRow>} */
    this.kernel = new Map();
    /** @type {Map<string, KernelRow[]>} */
    this.ends = new Map();
    /** @type {Map<number, KernelRow[]>} */
    this.listeners = new Map();
    /** @type {string[][]} */
    this.known = [];
    /** @type {Record<string, StateStep[]>} */
    this.lives = {};
    /** @type {Record<string, string>} */
    this.protocols = {};
    /** @type {DescriptorFact[]} */
    this.facts = [];
    /** @type {string[]} */
    this.kinds = [];
    /** @type {MessagePath[]} */
    this.ways = [];
  }

  /** Adds an answer of /api/sockets: what has changed since the previous one. */
  take(
    { revision, packets, connections, told_from: toldFrom, kept, tokens, kernel, lives, protocols, facts, kinds, ways },
  ) {
    this.edition += 1;
    for (const row of tokens) this.tokens.set(row.id, timed(row));
    for (const row of kernel) this.kernel.set(row.id, { ...row, at_ns: row.at_ns ?? 0 });
    Object.assign(this, { revision, packets, connections, facts, kinds, ways });
    const shown = new Set([
      ...ways.flatMap((way) => Object.values(way.tokens)),
      ...facts.flatMap((fact) => fact.tokens),
    ]);
    forgetOldest(this.tokens, DESCRIPTORS, ({ id, closed_at_ns: closed }) => closed === null || shown.has(id));
    forgetOldest(this.kernel, KERNEL_ROWS, ({ state }) => state === "LISTEN");
    Object.assign(this.lives, lives);
    Object.assign(this.protocols, protocols);
    const keptIds = new Set(kept);
    for (const id of Object.keys(this.lives).map(Number)) {
      if (id >= toldFrom || keptIds.has(id)) continue;
      delete this.lives[id];
      delete this.protocols[id];
    }
    this.ordered = [...this.tokens.values()].sort((a, b) => a.opened_at_ns - b.opened_at_ns || a.id - b.id);
    const states = [...this.kernel.values()].sort((a, b) => a.at_ns - b.at_ns || a.id - b.id);
    this.ends = gathered(states.filter(({ connection }) => connection !== null), endKey);
    this.listeners = gathered(
      states.filter(({ state, token }) => state === "LISTEN" && token !== null),
      ({ token }) => token,
    );
    this.known = [...new Set([...this.ordered.map(endKey), ...this.ends.keys()])].map((key) => key.split(" ")).filter((
      [connection],
    ) => connection in this.lives);
  }

  /** Descriptors in the order in which they were opened. */
  all() {
    return this.ordered;
  }

  /** The middle of the longest period with the most open descriptors of connections; null where there were none. */
  fullest() {
    const held = this.ordered.filter(({ connection }) => connection !== null);
    const changes = held.flatMap((
      { opened_at_ns: opened, closed_at_ns: closed },
    ) => (closed === null ? [[opened, 1]] : [[opened, 1], [closed, -1]]));
    changes.sort(([a, up], [b, other]) => a - b || up - other);
    let [open, most, longest, middle] = [0, 0, 0, null];
    for (const [i, [at, by]] of changes.entries()) {
      open += by;
      const lasted = (changes[i + 1]?.[0] ?? at) - at;
      if (open > most || (open === most && by > 0 && lasted > longest)) {
        [most, longest, middle] = [open, lasted, Math.round(at + lasted / 2)];
      }
    }
    return middle;
  }

  /**
   * The situation `at` ns after the capture's start: as many processes as there is room for, those of the connections
   * `wanted` first.
   */
  at(at, { room = PROCESSES, wanted = [] } = {}) {
    const tokens = this.ordered.filter((descriptor) => descriptor.opened_at_ns <= at);
    const ends = this.endsAt(tokens, at);
    const of = new Set(wanted);
    const { drawn, others } = chosenOf(processesOf(tokens, at, this.listeners), { room, wanted: of });
    return {
      at,
      ends,
      others,
      connections: this.connections,
      told: Object.keys(this.lives).length,
      processes: arranged(drawn.map((process) => withFewSlots(process, of)), this.ordered),
      loose: [...ends.values()].filter((end) => !end.descriptor && end.isThere),
      registry: registry(tokens, at),
    };
  }

  /** Both ends of every known connection, by "connection side". */
  endsAt(tokens, at) {
    const held = new Map(
      tokens.filter((descriptor) => isOpen(descriptor, at)).map((descriptor) => [endKey(descriptor), descriptor]),
    );
    const wereHeld = new Set(tokens.map(endKey));
    return new Map(this.known.map(([connection, side]) => {
      const key = `${connection} ${side}`;
      return [key, { ...this.end(Number(connection), side, held.get(key) ?? null, at), wasHeld: wereHeld.has(key) }];
    }));
  }

  end(connection, side, descriptor, at) {
    const wire = wireAt(this.lives[connection], side, at);
    const kernel = latest(this.ends.get(`${connection} ${side}`) ?? [], at);
    // Whether packets have changed the state since the kernel was asked.
    const isStale = Boolean(kernel) && wire.since > kernel.at_ns + kernel.took_ns;
    return {
      connection,
      side,
      descriptor,
      wire: wire.state,
      wireText: wire.text,
      kernel,
      isStale,
      isThere: isThere(wire, kernel, isStale, at),
      differs: Boolean(kernel?.differs) && !isStale,
    };
  }
}

/** Keeps the newest rows, at most so many, and all that are needed. */
function forgetOldest(rows, most, isNeeded) {
  for (const [id, row] of rows) {
    if (rows.size <= most) return;
    if (!isNeeded(row)) rows.delete(id);
  }
}

function gathered(rows, key) {
  const found = new Map();
  for (const row of rows) {
    if (!found.has(key(row))) found.set(key(row), []);
    found.get(key(row)).push(row);
  }
  return found;
}

/**
 * One side's state in the packets up to `at`: {state, text (with "assumed" where no packet of that end shows it),
 * since}.
 */
export function wireAt(steps, side, at) {
  const index = side === "client" ? 1 : 2;
  let found = { state: "CLOSED", text: "CLOSED", since: -Infinity };
  for (const step of steps) {
    if (step[0] > at) break;
    found = {
      state: step[index],
      text: stepText(step, side),
      since: step[index] === found.state ? found.since : step[0],
    };
  }
  return found;
}

/** One side's state after a step, as text.
 *
 * @param {StateStep} step
 * @param {string} side
 */
export function stepText(step, side) {
  const index = side === "client" ? 1 : 2;
  const isAssumed = step[index + 2];
  if (isAssumed === null) return "unknown";
  return isAssumed ? `${step[index]} (assumed)` : step[index];
}

/** Whether an end exists: from the first packet until the kernel has forgotten it. */
function isThere(wire, kernel, isStale, at) {
  if (kernel && !isStale && (!kernel.listed || kernel.differs)) {
    return kernel.listed && !NOT_CONNECTED.has(kernel.state);
  }
  if (NOT_CONNECTED.has(wire.state)) return false;
  return wire.state !== "TIME-WAIT" || at - wire.since < TIME_WAIT;
}

/** The chat server's registry at a time, by process: [{fd, name, descriptor}]. */
function registry(tokens, at) {
  const found = new Map();
  for (const descriptor of tokens) {
    const isKept = descriptor.name !== null && descriptor.named_at_ns <= at &&
      (descriptor.forgotten_at_ns === null || descriptor.forgotten_at_ns > at) && isOpen(descriptor, at);
    if (!isKept) continue;
    if (!found.has(processKey(descriptor))) found.set(processKey(descriptor), []);
    found.get(processKey(descriptor)).push({ fd: descriptor.fd, name: descriptor.name, descriptor: descriptor.id });
  }
  return found;
}

/** A message's path in steps, each {kind, …}: descriptors, connections and the look-up in the registry. */
export function stepsOf(way, tokens) {
  const [sender, entry, exit, receiver] = ["sender", "entry", "exit", "receiver"].map((name) =>
    tokens.get(way.tokens[name]) ?? null
  );
  const steps = [
    { kind: "writes", descriptor: sender },
    { kind: "connection", connection: way.connections[0], packet: way.packets[0], at: way.at_ns[0] },
    { kind: "reads", descriptor: entry },
    { kind: "registry", from: entry, to: exit },
    { kind: "writes", descriptor: exit },
    { kind: "connection", connection: way.connections[1], packet: way.packets[1], at: way.at_ns[1] },
    { kind: "reads", descriptor: receiver },
  ];
  return steps.filter(({ kind, descriptor, from, to }) =>
    kind === "connection" || descriptor || (kind === "registry" && from?.name && to?.name)
  );
}
