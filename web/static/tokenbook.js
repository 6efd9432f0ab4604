// The book of tokens: what the page knows of file descriptors and of the kernel's word, and how things stood at any moment.

const ALL_IS_SAID = new Set(["CLOSED", "LISTEN"]);
const MEMORY = 60e9; // ns that Linux keeps TIME-WAIT; without a word of the kernel it counts as over then
const PROCESSES = 10; // columns drawn; of more the ones that did something last

/** "Alice" of pid 9987 in network namespace 4026531833: one process. */
export const processKey = (token) => `${token.namespace} ${token.pid}`;

export class TokenBook {
  constructor() {
    this.clear();
  }

  clear() {
    Object.assign(this, { revision: -1, tokens: new Map(), kernel: new Map(), ends: new Map(), doors: new Map(), lives: {}, facts: [], kinds: [], ways: [] });
  }

  /** Takes in an answer of /api/sockets. */
  take({ revision, tokens, kernel, lives, facts, kinds, ways }) {
    for (const row of tokens) this.tokens.set(row.id, row);
    for (const row of kernel) this.kernel.set(row.id, row);
    Object.assign(this, { revision, lives, facts, kinds, ways });
    const words = [...this.kernel.values()].sort((a, b) => a.at_ns - b.at_ns || a.id - b.id);
    this.ends = gathered(words.filter(({ connection }) => connection !== null), endKey);
    this.doors = gathered(words.filter(({ state, token }) => state === "LISTEN" && token !== null), ({ token }) => token);
  }

  /** Tokens in the order in which they were handed out. */
  inOrder() {
    return [...this.tokens.values()].sort((a, b) => a.opened_at_ns - b.opened_at_ns || a.id - b.id);
  }

  /** How things stood `at` ns after the capture's start. */
  at(at) {
    const tokens = this.inOrder().filter((token) => token.opened_at_ns <= at);
    const ends = this.endsAt(tokens, at);
    return { at, processes: processes(tokens, at, this), ends, loose: [...ends.values()].filter((end) => !end.token && end.isThere), diary: diary(tokens, at) };
  }

  /** Both ends of every connection that is known of, by "connection side". */
  endsAt(tokens, at) {
    const held = new Map(tokens.filter((token) => isOpen(token, at)).map((token) => [endKey(token), token]));
    const known = new Set([...this.tokens.values()].map(endKey).concat([...this.ends.keys()]));
    const found = new Map();
    for (const key of known) {
      const [connection, side] = key.split(" ");
      if (!(connection in this.lives)) continue;
      found.set(key, this.end(Number(connection), side, held.get(key) ?? null, at));
    }
    return found;
  }

  end(connection, side, token, at) {
    const wire = wireAt(this.lives[connection], side, at);
    const kernel = latest(this.ends.get(`${connection} ${side}`) ?? [], at);
    const isStale = Boolean(kernel) && wire.since > kernel.at_ns + kernel.took_ns; // the wire has moved on since the kernel was asked
    return { connection, side, token, wire: wire.state, kernel, isStale, isThere: isThere(wire, kernel, isStale, at), differs: Boolean(kernel?.differs) && !isStale };
  }
}

const endKey = ({ connection, direction }) => `${connection} ${direction}`;

export const isOpen = (token, at) => token.opened_at_ns <= at && (token.closed_at_ns === null || token.closed_at_ns > at);

function gathered(rows, key) {
  const found = new Map();
  for (const row of rows) {
    if (!found.has(key(row))) found.set(key(row), []);
    found.get(key(row)).push(row);
  }
  return found;
}

/** The last of rows in order of time that is not later than `at`; null when all are. */
export function latest(rows, at) {
  let found = null;
  for (const row of rows) {
    if (row.at_ns > at) break;
    found = row;
  }
  return found;
}

/** What the packets up to `at` prove of one side: {state, since}. */
export function wireAt(steps, side, at) {
  const index = side === "client" ? 1 : 2;
  let found = { state: "CLOSED", since: -Infinity };
  for (const step of steps) {
    if (step[0] > at) break;
    if (step[index] !== found.state) found = { state: step[index], since: step[0] };
  }
  return found;
}

/** Whether the end exists at all: the wire says when it begins, the kernel when it is forgotten, or that it is there all the same. */
function isThere(wire, kernel, isStale, at) {
  if (kernel && !isStale && (!kernel.listed || kernel.differs)) return kernel.listed && !ALL_IS_SAID.has(kernel.state);
  if (ALL_IS_SAID.has(wire.state)) return false;
  return wire.state !== "TIME-WAIT" || at - wire.since < MEMORY;
}

/** The processes with their numbered slots: every number that was a socket's so far, lit while it is one. */
function processes(tokens, at, book) {
  const found = new Map();
  for (const token of tokens) {
    const key = processKey(token);
    if (!found.has(key)) found.set(key, { key, pid: token.pid, name: token.process, slots: new Map(), isAlive: false, isServer: false, matters: false, last: 0 });
    const process = found.get(key);
    const open = isOpen(token, at);
    const waiting = open ? (latest(book.doors.get(token.id) ?? [], at)?.unread ?? 0) : 0; // connections at this door that nobody has accepted
    process.slots.set(token.fd, { fd: token.fd, token: open ? token : null, waiting });
    process.isAlive ||= open;
    process.isServer ||= token.role === "listener" && open;
    process.matters ||= token.connection !== null || open;
    process.last = Math.max(process.last, token.opened_at_ns, Math.min(token.closed_at_ns ?? at, at));
  }
  for (const process of found.values()) process.slots = [...process.slots.values()].sort((a, b) => a.fd - b.fd);
  return arranged(shown([...found.values()]), book.inOrder());
}

/** One process of a name while it lives, or else the last that had it: Alice comes and goes under many a pid. */
function shown(all) {
  const newest = new Map();
  for (const one of all.sort((a, b) => a.last - b.last)) newest.set(one.name, one);
  const chosen = all.filter((one) => one.matters && (one.isAlive || newest.get(one.name) === one));
  return chosen.slice(-PROCESSES);
}

/** Columns in an order in which pipes cross little: each server between its clients. */
function arranged(chosen, tokens) {
  const serverOf = new Map(); // client process → the server that it is, or was last, connected to
  const owner = new Map();
  for (const token of tokens) owner.set(endKey(token), processKey(token));
  for (const token of tokens) {
    if (token.direction === "client") serverOf.set(processKey(token), owner.get(`${token.connection} server`));
  }
  const servers = chosen.filter((one) => one.isServer || [...serverOf.values()].includes(one.key)).sort((a, b) => a.pid - b.pid);
  const clients = (key) => chosen.filter((one) => !servers.includes(one) && serverOf.get(one.key) === key).sort((a, b) => a.pid - b.pid);
  const row = servers.flatMap((server) => {
    const around = clients(server.key);
    const half = Math.ceil(around.length / 2);
    return [...around.slice(0, half), server, ...around.slice(half)];
  });
  return [...row, ...chosen.filter((one) => !row.includes(one))];
}

/** The chat's diary: which token is whose, by process. */
function diary(tokens, at) {
  const found = new Map();
  for (const token of tokens) {
    const isKept = token.name !== null && token.named_at_ns <= at && (token.forgotten_at_ns === null || token.forgotten_at_ns > at) && isOpen(token, at);
    if (!isKept) continue;
    if (!found.has(processKey(token))) found.set(processKey(token), []);
    found.get(processKey(token)).push({ fd: token.fd, name: token.name, token: token.id });
  }
  return found;
}

/** A message's way in steps, each {kind, …}: tokens, pipes and the look into the diary. */
export function stepsOf(way, tokens) {
  const [sender, entry, exit, receiver] = ["sender", "entry", "exit", "receiver"].map((name) => tokens.get(way.tokens[name]) ?? null);
  const steps = [
    { kind: "writes", token: sender },
    { kind: "pipe", connection: way.connections[0], packet: way.packets[0], at: way.at_ns[0] },
    { kind: "reads", token: entry },
    { kind: "diary", from: entry, to: exit },
    { kind: "writes", token: exit },
    { kind: "pipe", connection: way.connections[1], packet: way.packets[1], at: way.at_ns[1] },
    { kind: "reads", token: receiver },
  ];
  return steps.filter(({ kind, token, from, to }) => kind === "pipe" || token || (kind === "diary" && from?.name && to?.name));
}
