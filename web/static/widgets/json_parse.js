// A JSON parser that keeps what was sent: every digit of numbers, and repeated names.

/**
 * `text` of strings, numbers and words (true, false, null); `entries` of objects and arrays, whose names are null.
 *
 * @typedef {{kind: "object" | "array" | "string" | "number" | "word", text?: string, entries?: [string | null,
 *   Json][]}} Json
 */

const DEEPEST = 100; // levels of nesting
const MOST = 50_000; // values

/**
 * @param {string} text
 * @returns {Json | null} null where it is not JSON, or too large to show
 */
export function parseJson(text) {
  const reader = { text, at: 0, left: MOST };
  try {
    const value = readValue(reader, 0);
    skipSpace(reader);
    return reader.at === text.length ? value : null;
  } catch (error) {
    if (error instanceof NoJson) return null;
    throw error;
  }
}

class NoJson extends Error {}

/** @returns {Json} */
function readValue(reader, depth) {
  skipSpace(reader);
  if (depth > DEEPEST || (reader.left -= 1) < 0) throw new NoJson();
  const letter = reader.text[reader.at];
  if (letter === "{") return readMany(reader, depth, "object", "}", readEntry);
  if (letter === "[") return readMany(reader, depth, "array", "]", (at, deeper) => [null, readValue(at, deeper)]);
  if (letter === '"') return { kind: "string", text: readString(reader) };
  return readPlain(reader);
}

/** @returns {Json} */
function readMany(reader, depth, kind, end, readOne) {
  const entries = [];
  reader.at += 1;
  skipSpace(reader);
  if (reader.text[reader.at] === end) {
    reader.at += 1;
    return { kind, entries };
  }
  for (;;) {
    entries.push(readOne(reader, depth + 1));
    skipSpace(reader);
    const letter = reader.text[reader.at];
    reader.at += 1;
    if (letter === end) return { kind, entries };
    if (letter !== ",") throw new NoJson();
  }
}

function readEntry(reader, depth) {
  skipSpace(reader);
  const name = readString(reader);
  skipSpace(reader);
  if (reader.text[reader.at] !== ":") throw new NoJson();
  reader.at += 1;
  return [name, readValue(reader, depth)];
}

const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const PLAIN = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;

function readString(reader) {
  return JSON.parse(matched(reader, STRING));
}

/** @returns {Json} */
function readPlain(reader) {
  const text = matched(reader, PLAIN);
  return { kind: /^[-\d]/.test(text) ? "number" : "word", text };
}

function matched(reader, pattern) {
  pattern.lastIndex = reader.at;
  const found = pattern.exec(reader.text);
  if (!found) throw new NoJson();
  reader.at = pattern.lastIndex;
  return found[0];
}

function skipSpace(reader) {
  while (" \t\r\n".includes(reader.text[reader.at]) && reader.at < reader.text.length) reader.at += 1;
}

/** A value on one line, for a collapsed branch: {name: "Alice", …}. */
export function inLine(value, room = 60) {
  const text = short(value, room);
  return text.length > room ? `${text.slice(0, room - 1)}…` : text;
}

function short(value, room) {
  if (value.kind === "string") return JSON.stringify(value.text.slice(0, room));
  if (!value.entries) return value.text;
  const [open, close] = value.kind === "object" ? "{}" : "[]";
  const parts = [];
  for (const [name, inner] of value.entries) {
    if (parts.join(", ").length > room) break;
    parts.push(`${name === null ? "" : `${name}: `}${inner.entries ? folded(inner) : short(inner, room)}`);
  }
  return `${open}${parts.join(", ")}${parts.length < value.entries.length ? ", …" : ""}${close}`;
}

function folded({ kind, entries }) {
  if (kind === "object") return entries.length ? "{…}" : "{}";
  return entries.length ? `[${entries.length}]` : "[]";
}
