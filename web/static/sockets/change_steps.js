// The changes of descriptors, states and the chat registry in order of time: the steps of the history.

import { duration, shortened } from "../text/format.js";
import { stepText } from "./descriptor_store.js";

const WORDS = 40; // characters of a message

/** All changes, {at, text}, in order of time; simultaneous ones are joined. */
export function changesOf(store) {
  const found = new Map();
  const add = (at, text) => found.set(at, found.has(at) ? `${found.get(at)}; ${text}` : text);
  for (const descriptor of store.all()) descriptorChanges(descriptor, add);
  for (const [connection, steps] of Object.entries(store.lives)) {
    for (const step of steps) {
      add(step[0], `connection #${connection}: client ${stepText(step, "client")}, server ${stepText(step, "server")}`);
    }
  }
  for (const path of store.ways) pathChanges(path, store.tokens, add);
  return [...found].map(([at, text]) => ({ at, text })).sort((a, b) => a.at - b.at);
}

function descriptorChanges(descriptor, add) {
  const { process, fd, connection, role } = descriptor;
  const what = role === "listener" ? " to listen" : connection === null ? "" : ` for connection #${connection}`;
  add(descriptor.opened_at_ns, `${process} opens fd ${fd}${what}`);
  if (descriptor.named_at_ns !== null) {
    add(descriptor.named_at_ns, `${process} registers fd ${fd} as ${descriptor.name}`);
  }
  if (descriptor.forgotten_at_ns !== null) {
    add(descriptor.forgotten_at_ns, `${process} removes ${descriptor.name} from its chat registry`);
  }
  if (descriptor.closed_at_ns !== null) add(descriptor.closed_at_ns, `${process} closes fd ${fd}`);
}

/** A message is sent on one connection and forwarded on another. */
function pathChanges({ said, connections, at_ns: at, tokens }, known, add) {
  const name = (id) => known.get(id)?.process ?? "a process";
  const words = `“${shortened(said, WORDS)}”`;
  add(at[0], `${name(tokens.sender)} sends ${words} on connection #${connections[0]}`);
  add(at[1], `${name(tokens.exit)} forwards ${words} on connection #${connections[1]}`);
}

/** The number of changes up to `at`. */
export function reached(changes, at) {
  let [low, high] = [0, changes.length];
  while (low < high) {
    const half = (low + high) >> 1;
    if (changes[half].at <= at) low = half + 1;
    else high = half;
  }
  return low;
}

/** The changes of a store, computed on demand and cached until it changes. */
export class Steps {
  constructor() {
    this.store = null;
    this.edition = -1;
    this.found = [];
  }

  take(store) {
    this.store = store;
  }

  get changes() {
    if (this.edition !== this.store.edition) {
      Object.assign(this, { edition: this.store.edition, found: changesOf(this.store) });
    }
    return this.found;
  }

  /** The last change before `at`, or the first of all. */
  before(at) {
    return this.changes[Math.max(reached(this.changes, at - 1) - 1, 0)] ?? null;
  }

  /** The first change after `at`; null after the last. */
  after(at) {
    return this.changes[reached(this.changes, at)] ?? null;
  }

  /** The last change up to `at`, as text. */
  textAt(at) {
    const last = this.changes[reached(this.changes, at) - 1];
    if (!last) return "no change yet";
    return at > last.at ? `${duration(at - last.at)} ago: ${last.text}` : last.text;
  }
}
