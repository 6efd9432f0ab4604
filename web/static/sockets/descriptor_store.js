// The book of tokens: what the page knows of file descriptors and of the kernel's word, and how things stood at any moment.

/** @import { DescriptorFact, DescriptorRow, KernelRow, MessagePath, StateStep } from "../types/rows.d.ts" */
import { arranged, chosenOf, processesOf, withFewSlots } from "./processes.js";
import { endKey, isOpen, latest, placed, processKey } from "./descriptor.js";

const ALL_IS_SAID = new Set(["CLOSED", "LISTEN"]);
const MEMORY = 60e9; // ns that Linux keeps TIME-WAIT; without a word of the kernel it counts as over then
const PROCESSES = 10; // columns drawn, unless there is less room
const TOKENS = 6000; // that the page keeps, and
const WORDS = 12000; // of the kernel; a page that is opened later gets fewer

export class TokenBook {
  constructor() {
    this.edition = 0; // counts up with every change
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
    this.doors = new Map();
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

  /** Takes in an answer of /api/sockets: what has changed since the one before. */
  take(
    { revision, packets, connections, told_from: toldFrom, kept, tokens, kernel, lives, protocols, facts, kinds, ways },
  ) {
    this.edition += 1;
    for (const row of tokens) this.tokens.set(row.id, placed(row));
    for (const row of kernel) this.kernel.set(row.id, { ...row, at_ns: row.at_ns ?? 0 });
    Object.assign(this, { revision, packets, connections, facts, kinds, ways });
    const shown = new Set([
      ...ways.flatMap((way) => Object.values(way.tokens)),
      ...facts.flatMap((fact) => fact.tokens),
    ]);
    forgetOldest(this.tokens, TOKENS, ({ id, closed_at_ns: closed }) => closed === null || shown.has(id));
    forgetOldest(this.kernel, WORDS, ({ state }) => state === "LISTEN");
    Object.assign(this.lives, lives);
    Object.assign(this.protocols, protocols);
    const told = new Set(kept);
    for (const id of Object.keys(this.lives).map(Number)) {
      if (id >= toldFrom || told.has(id)) continue;
      delete this.lives[id];
      delete this.protocols[id];
    }
    this.ordered = [...this.tokens.values()].sort((a, b) => a.opened_at_ns - b.opened_at_ns || a.id - b.id);
    const words = [...this.kernel.values()].sort((a, b) => a.at_ns - b.at_ns || a.id - b.id);
    this.ends = gathered(words.filter(({ connection }) => connection !== null), endKey);
    this.doors = gathered(
      words.filter(({ state, token }) => state === "LISTEN" && token !== null),
      ({ token }) => token,
    );
    this.known = [...new Set([...this.ordered.map(endKey), ...this.ends.keys()])].map((key) => key.split(" ")).filter((
      [connection],
    ) => connection in this.lives);
  }

  /** Tokens in the order in which they were handed out. */
  inOrder() {
    return this.ordered;
  }

  /** The middle of the longest while in which the most ends of pipes were held at a time; null where none ever was. */
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
   * How things stood `at` ns after the capture's start: as much of it as there is room for, and what `wanted` names
   * (connections) in any case.
   */
  at(at, { room = PROCESSES, wanted = [] } = {}) {
    const tokens = this.ordered.filter((token) => token.opened_at_ns <= at);
    const ends = this.endsAt(tokens, at);
    const of = new Set(wanted);
    const { drawn, others } = chosenOf(processesOf(tokens, at, this.doors), { room, wanted: of });
    return {
      at,
      ends,
      others,
      connections: this.connections,
      told: Object.keys(this.lives).length,
      processes: arranged(drawn.map((process) => withFewSlots(process, of)), this.ordered),
      loose: [...ends.values()].filter((end) => !end.token && end.isThere),
      diary: diary(tokens, at),
    };
  }

  /** Both ends of every connection that is known of, by "connection side". */
  endsAt(tokens, at) {
    const held = new Map(tokens.filter((token) => isOpen(token, at)).map((token) => [endKey(token), token]));
    const wereHeld = new Set(tokens.map(endKey));
    return new Map(this.known.map(([connection, side]) => {
      const key = `${connection} ${side}`;
      return [key, { ...this.end(Number(connection), side, held.get(key) ?? null, at), wasHeld: wereHeld.has(key) }];
    }));
  }

  end(connection, side, token, at) {
    const wire = wireAt(this.lives[connection], side, at);
    const kernel = latest(this.ends.get(`${connection} ${side}`) ?? [], at);
    const isStale = Boolean(kernel) && wire.since > kernel.at_ns + kernel.took_ns; // the wire has moved on since the kernel was asked
    return {
      connection,
      side,
      token,
      wire: wire.state,
      wireText: wire.text,
      kernel,
      isStale,
      isThere: isThere(wire, kernel, isStale, at),
      differs: Boolean(kernel?.differs) && !isStale,
    };
  }
}

/** Keeps so many of the rows, the newest, and those that are needed however old. */
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

/** What the packets up to `at` show of one side: {state, text (with "assumed" where no packet of that end shows it), since}. */
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

/** The state of one side after a step of a life: [at, client, server, is the client's assumed, is the server's], null for an end that was never heard. */
export function stepText(step, side) {
  const index = side === "client" ? 1 : 2;
  const isAssumed = step[index + 2];
  if (isAssumed === null) return "unknown";
  return isAssumed ? `${step[index]} (assumed)` : step[index];
}

/** Whether the end exists at all: the wire says when it begins, the kernel when it is forgotten, or that it is there all the same. */
function isThere(wire, kernel, isStale, at) {
  if (kernel && !isStale && (!kernel.listed || kernel.differs)) return kernel.listed && !ALL_IS_SAID.has(kernel.state);
  if (ALL_IS_SAID.has(wire.state)) return false;
  return wire.state !== "TIME-WAIT" || at - wire.since < MEMORY;
}

/** The chat's diary: which token is whose, by process. */
function diary(tokens, at) {
  const found = new Map();
  for (const token of tokens) {
    const isKept = token.name !== null && token.named_at_ns <= at &&
      (token.forgotten_at_ns === null || token.forgotten_at_ns > at) && isOpen(token, at);
    if (!isKept) continue;
    if (!found.has(processKey(token))) found.set(processKey(token), []);
    found.get(processKey(token)).push({ fd: token.fd, name: token.name, token: token.id });
  }
  return found;
}

/** A message's way in steps, each {kind, …}: tokens, pipes and the look into the diary. */
export function stepsOf(way, tokens) {
  const [sender, entry, exit, receiver] = ["sender", "entry", "exit", "receiver"].map((name) =>
    tokens.get(way.tokens[name]) ?? null
  );
  const steps = [
    { kind: "writes", token: sender },
    { kind: "pipe", connection: way.connections[0], packet: way.packets[0], at: way.at_ns[0] },
    { kind: "reads", token: entry },
    { kind: "diary", from: entry, to: exit },
    { kind: "writes", token: exit },
    { kind: "pipe", connection: way.connections[1], packet: way.packets[1], at: way.at_ns[1] },
    { kind: "reads", token: receiver },
  ];
  return steps.filter(({ kind, token, from, to }) =>
    kind === "pipe" || token || (kind === "diary" && from?.name && to?.name)
  );
}
