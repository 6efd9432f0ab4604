// The moments at which something changed, in order, each in a few words: what one steps through.

import { duration, shortened } from "../text/format.js";
import { stepText } from "./descriptor_store.js";

const WORDS = 40; // characters of a message

/** Every change of a token, the diary or a state: {at, text}, in order of time; what happened at once is one. */
export function momentsOf(book) {
  const found = new Map();
  const add = (at, text) => found.set(at, found.has(at) ? `${found.get(at)}; ${text}` : text);
  for (const token of book.inOrder()) tokenMoments(token, add);
  for (const [connection, steps] of Object.entries(book.lives)) {
    for (const step of steps) {
      add(step[0], `pipe #${connection}: client ${stepText(step, "client")}, server ${stepText(step, "server")}`);
    }
  }
  for (const way of book.ways) wayMoments(way, book.tokens, add);
  return [...found].map(([at, text]) => ({ at, text })).sort((a, b) => a.at - b.at);
}

function tokenMoments(token, add) {
  const { process, fd, connection, role } = token;
  const what = role === "listener" ? " for its door" : connection === null ? "" : ` for pipe #${connection}`;
  add(token.opened_at_ns, `${process} is handed ${fd}${what}`);
  if (token.named_at_ns !== null) add(token.named_at_ns, `${process} notes in its diary: ${fd} is ${token.name}`);
  if (token.forgotten_at_ns !== null) add(token.forgotten_at_ns, `${process} strikes ${token.name} out of its diary`);
  if (token.closed_at_ns !== null) add(token.closed_at_ns, `${process} gives ${fd} back`);
}

/** A message goes in by one pipe and out by another. */
function wayMoments({ said, connections, at_ns: at, tokens }, known, add) {
  const name = (id) => known.get(id)?.process ?? "somebody";
  const words = `“${shortened(said, WORDS)}”`;
  add(at[0], `${name(tokens.sender)} says ${words} into pipe #${connections[0]}`);
  add(at[1], `${name(tokens.exit)} passes ${words} on into pipe #${connections[1]}`);
}

/** How many of them are not later than `at`. */
export function reached(moments, at) {
  let [low, high] = [0, moments.length];
  while (low < high) {
    const half = (low + high) >> 1;
    if (moments[half].at <= at) low = half + 1;
    else high = half;
  }
  return low;
}

/** The moments of a book, found when they are asked for and kept until the book has changed. */
export class Steps {
  constructor() {
    this.book = null;
    this.edition = -1;
    this.found = [];
  }

  take(book) {
    this.book = book;
  }

  get moments() {
    if (this.edition !== this.book.edition) {
      Object.assign(this, { edition: this.book.edition, found: momentsOf(this.book) });
    }
    return this.found;
  }

  /** The moment before `at`, or the first of all. */
  before(at) {
    return this.moments[Math.max(reached(this.moments, at - 1) - 1, 0)] ?? null;
  }

  /** The moment after `at`; null after the last. */
  after(at) {
    return this.moments[reached(this.moments, at)] ?? null;
  }

  /** What happened last up to `at`. */
  saying(at) {
    const last = this.moments[reached(this.moments, at) - 1];
    if (!last) return "nothing has happened yet";
    return at > last.at ? `${duration(at - last.at)} after: ${last.text}` : last.text;
  }
}
