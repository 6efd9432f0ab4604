// The processes of a moment with their numbered slots, which of both there is room to draw, and in which order.

import { endKey, isOpen, latest, processKey } from "./descriptor.js";

const SLOTS = 9; // numbers of one process that are drawn, and
const FREE = 4; // of free ones among them

/** Every process that held a socket so far, each number that was one's a slot, lit while it is; `doors` are the kernel's words of listeners. */
export function processesOf(tokens, at, doors) {
  const found = new Map();
  for (const token of tokens) {
    const key = processKey(token);
    if (!found.has(key)) {
      found.set(key, {
        key,
        pid: token.pid,
        name: token.process,
        slots: new Map(),
        isAlive: false,
        isServer: false,
        hasPipe: false,
        matters: false,
        last: 0,
      });
    }
    const process = found.get(key);
    const open = isOpen(token, at);
    const waiting = open ? (latest(doors.get(token.id) ?? [], at)?.unread ?? 0) : 0; // connections at this door that nobody has accepted
    process.slots.set(token.fd, { fd: token.fd, token: open ? token : null, waiting });
    process.isAlive ||= open;
    process.isServer ||= token.role === "listener" && open;
    process.hasPipe ||= token.connection !== null && open;
    process.matters ||= token.connection !== null || open;
    process.last = Math.max(process.last, token.opened_at_ns, Math.min(token.closed_at_ns ?? at, at));
  }
  return [...found.values()].filter(({ matters }) => matters).map((process) => ({
    ...process,
    slots: [...process.slots.values()].sort((a, b) => a.fd - b.fd),
  }));
}

/**
 * Which of them are drawn where there is room for so many: those that hold the wanted connections, that hold a pipe,
 * that hold anything, that did something last. Of those that are over only the last of a name counts: Alice comes and
 * goes under many a pid.
 */
export function chosenOf(all, { room, wanted }) {
  const newest = new Map();
  for (const one of [...all].sort((a, b) => a.last - b.last)) newest.set(one.name, one);
  const isWanted = ({ slots }) => slots.some(({ token }) => token && wanted.has(token.connection));
  const rank = (one) => (isWanted(one) ? 4 : 0) + (one.hasPipe ? 2 : 0) + (one.isAlive ? 1 : 0);
  const candidates = all.filter((one) => one.isAlive || newest.get(one.name) === one).sort((a, b) =>
    rank(b) - rank(a) || b.last - a.last
  );
  return { drawn: candidates.slice(0, room), others: candidates.slice(room) };
}

/** A process with as many slots as are drawn: those of the wanted connections, doors, then the newest pipes, then free numbers; `hidden` tells of the rest. */
export function withFewSlots(process, wanted) {
  const rank = ({ token }) => (!token ? 0 : wanted.has(token.connection) ? 3 : token.role === "listener" ? 2 : 1);
  const ordered = [...process.slots].sort((a, b) =>
    rank(b) - rank(a) || (b.token?.connection ?? 0) - (a.token?.connection ?? 0) || a.fd - b.fd
  );
  const inUse = ordered.filter(({ token }) => token).length;
  const shown = Math.min(SLOTS, inUse + FREE);
  const hidden = ordered.slice(shown);
  return {
    ...process,
    slots: ordered.slice(0, shown).sort((a, b) => a.fd - b.fd),
    hidden: { total: hidden.length, inUse: hidden.filter(({ token }) => token).length },
  };
}

/** Columns in an order in which pipes cross little: each server between its clients. `tokens` are all that are known, in order. */
export function arranged(chosen, tokens) {
  const serverOf = new Map(); // client process → the server that it is, or was last, connected to
  const owner = new Map();
  for (const token of tokens) owner.set(endKey(token), processKey(token));
  for (const token of tokens) {
    if (token.direction === "client") serverOf.set(processKey(token), owner.get(`${token.connection} server`));
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
