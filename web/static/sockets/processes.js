// The processes at a time with their descriptor slots: which are drawn, and in which order.

import { endKey, isOpen, latest, processKey } from "./descriptor.js";

const SLOTS = 9; // of one process drawn at most,
const FREE = 4; // of free ones

/**
 * Every process that has had a socket, with a slot for each number used; `listeners` are the kernel's states of them.
 */
export function processesOf(tokens, at, listeners) {
  const found = new Map();
  for (const descriptor of tokens) {
    const key = processKey(descriptor);
    if (!found.has(key)) {
      found.set(key, {
        key,
        pid: descriptor.pid,
        name: descriptor.process,
        slots: new Map(),
        isAlive: false,
        isServer: false,
        isConnected: false,
        matters: false,
        last: 0,
      });
    }
    const process = found.get(key);
    const open = isOpen(descriptor, at);
    // A listener's receive queue: connections that have not been accepted.
    const waiting = open ? (latest(listeners.get(descriptor.id) ?? [], at)?.unread ?? 0) : 0;
    process.slots.set(descriptor.fd, { fd: descriptor.fd, descriptor: open ? descriptor : null, waiting });
    process.isAlive ||= open;
    process.isServer ||= descriptor.role === "listener" && open;
    process.isConnected ||= descriptor.connection !== null && open;
    process.matters ||= descriptor.connection !== null || open;
    process.last = Math.max(process.last, descriptor.opened_at_ns, Math.min(descriptor.closed_at_ns ?? at, at));
  }
  return [...found.values()].filter(({ matters }) => matters).map((process) => ({
    ...process,
    slots: [...process.slots.values()].sort((a, b) => a.fd - b.fd),
  }));
}

/**
 * Which processes are drawn: those with the wanted connections, with any connection, with any open descriptor, then the
 * last active ones. Of processes without open descriptors only the last of each name counts.
 */
export function chosenOf(all, { room, wanted }) {
  const newest = new Map();
  for (const one of [...all].sort((a, b) => a.last - b.last)) newest.set(one.name, one);
  const isWanted = ({ slots }) => slots.some(({ descriptor }) => descriptor && wanted.has(descriptor.connection));
  const rank = (one) => (isWanted(one) ? 4 : 0) + (one.isConnected ? 2 : 0) + (one.isAlive ? 1 : 0);
  const candidates = all.filter((one) => one.isAlive || newest.get(one.name) === one).sort((a, b) =>
    rank(b) - rank(a) || b.last - a.last
  );
  return { drawn: candidates.slice(0, room), others: candidates.slice(room) };
}

/**
 * A process with the slots drawn: wanted connections, listeners, newest connections, free ones; `hidden` counts the
 * rest.
 */
export function withFewSlots(process, wanted) {
  const rank = (
    { descriptor },
  ) => (!descriptor ? 0 : wanted.has(descriptor.connection) ? 3 : descriptor.role === "listener" ? 2 : 1);
  const ordered = [...process.slots].sort((a, b) =>
    rank(b) - rank(a) || (b.descriptor?.connection ?? 0) - (a.descriptor?.connection ?? 0) || a.fd - b.fd
  );
  const inUse = ordered.filter(({ descriptor }) => descriptor).length;
  const shown = Math.min(SLOTS, inUse + FREE);
  const hidden = ordered.slice(shown);
  return {
    ...process,
    slots: ordered.slice(0, shown).sort((a, b) => a.fd - b.fd),
    hidden: { total: hidden.length, inUse: hidden.filter(({ descriptor }) => descriptor).length },
  };
}

/** Columns ordered so that connections cross little: each server between its clients. `tokens` are all, in order. */
export function arranged(chosen, tokens) {
  const serverOf = new Map(); // client process → the server that it is, or was last, connected to
  const owner = new Map();
  for (const descriptor of tokens) owner.set(endKey(descriptor), processKey(descriptor));
  for (const descriptor of tokens) {
    if (descriptor.direction === "client") {
      serverOf.set(processKey(descriptor), owner.get(`${descriptor.connection} server`));
    }
  }
  const called = new Set(serverOf.values());
  const servers = chosen.filter((one) => one.isServer || called.has(one.key)).sort((a, b) => a.pid - b.pid);
  const clients = (key) =>
    chosen.filter((one) => !servers.includes(one) && serverOf.get(one.key) === key).sort((a, b) => a.pid - b.pid);
  const row = servers.flatMap((server) => {
    const around = clients(server.key);
    const half = Math.ceil(around.length / 2);
    return [...around.slice(0, half), server, ...around.slice(half)];
  });
  return [...row, ...chosen.filter((one) => !row.includes(one))];
}
