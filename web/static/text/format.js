// Numbers, sizes and times as people read them; times in ns. Sizes and durations are as in inspector/units.py.

const THIN = "\u202f";

/** 12431 → "12 431", with narrow no-break spaces between thousands from five digits on. */
export function count(n) {
  const digits = String(Math.trunc(Math.abs(n)));
  const grouped = digits.length < 5 ? digits : digits.replace(/\B(?=(\d{3})+$)/g, THIN);
  return n < 0 ? `−${grouped}` : grouped;
}

/** "1 packet", "2 packets": the plural is the noun with an s unless given. */
export function counted(n, noun, plural = `${noun}s`) {
  return `${count(n)} ${n === 1 ? noun : plural}`;
}

/** The same in at most six characters: "99 999", "123 k", "1.02 M". */
export function shortCount(n) {
  if (n < 100_000) return count(n);
  return n < 999_500 ? `${three(n / 1e3)}${THIN}k` : `${three(n / 1e6)}${THIN}M`;
}

/** @type {[number, string][]} */
const SIZES = [[1e3, "kB"], [1e6, "MB"], [1e9, "GB"]];

/** A size short enough for a table: "78 B", "12.4 kB". Exact below 10 000 bytes. */
export function size(bytes) {
  if (bytes < 10_000) return `${Math.round(bytes)} B`;
  const [unit, name] = unitOf(bytes, SIZES);
  return `${three(bytes / unit)} ${name}`;
}

/** A duration for a table cell: "–" where it is not known, which the cell's title explains. */
export const briefly = (ns) => (ns === null ? "–" : duration(ns));

export const TIMES_GO_BACK = "Duration unknown: timestamps go backwards";

/** @type {[number, string][]} */
const UNITS = [[1, "ns"], [1e3, "µs"], [1e6, "ms"], [1e9, "s"]];
const NOT_KNOWN = "unknown";

/** A duration in three digits: "41 µs", "3.1 ms", "1.2 s", "2 min 04 s". */
export function duration(ns) {
  if (ns === null) return NOT_KNOWN;
  if (ns === 0) return "0 s";
  if (ns < 0) return `−${duration(-ns)}`;
  if (ns < 59.95e9) {
    const [unit, name] = unitOf(ns, UNITS);
    return `${three(ns / unit)} ${name}`;
  }
  const seconds = Math.round(ns / 1e9);
  if (seconds >= 3600) return `${Math.floor(seconds / 3600)} h ${two((seconds % 3600) / 60)} min`;
  return `${Math.floor(seconds / 60)} min ${two(seconds % 60)} s`;
}

/** A time since the start of the capture, to the millisecond: "1.204 s", "2:04.500". */
export function moment(ns) {
  if (ns === null) return NOT_KNOWN;
  if (ns < 0) return `−${moment(-ns)}`;
  const ms = Math.floor(ns / 1e6);
  const [seconds, rest] = [Math.floor(ms / 1000), String(ms % 1000).padStart(3, "0")];
  if (seconds < 60) return `${seconds}.${rest} s`;
  const clock = `${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}.${rest}`;
  return seconds < 3600 ? clock.replace(/^0/, "") : `${Math.floor(seconds / 3600)}:${clock}`;
}

/** A time since the start of the capture, in seconds to the microsecond: "1.204 318". */
export function exact(ns) {
  if (ns === null) return NOT_KNOWN;
  const micros = Math.floor(Math.abs(ns) / 1e3);
  const fraction = String(micros % 1_000_000).padStart(6, "0");
  return `${ns < 0 ? "−" : ""}${count(Math.floor(micros / 1e6))}.${fraction.slice(0, 3)}${THIN}${fraction.slice(3)}`;
}

/** Date and time in UTC, from ns since 1970, to the microsecond: a double holds no more. */
export function wallClock(ns) {
  if (ns === null) return NOT_KNOWN;
  const date = new Date(Math.floor(ns / 1e6));
  if (Number.isNaN(date.getTime())) return `${ns} ns after 1970`;
  const micros = Math.floor(ns / 1e3) % 1_000_000;
  return `${date.toISOString().slice(0, 19).replace("T", " ")}.${String(micros).padStart(6, "0")} UTC`;
}

/** A text cut to `most` characters, the last one then "…". */
export function shortened(text, most) {
  return text.length > most ? `${text.slice(0, most - 1)}…` : text;
}

/** The first unit in which the value has at most three digits before the point; else the last. */
const unitOf = (value, units) => units.find(([unit]) => value < 999.5 * unit) ?? units.at(-1);

/** A number with three significant digits, none of them a zero behind the point. */
function three(value) {
  const parts = value >= 99.95 ? 1 : value >= 9.995 ? 10 : 100;
  return String(Math.round(value * parts) / parts);
}

function two(value) {
  return String(Math.floor(value)).padStart(2, "0");
}

/** A share of all, "1.2 %". */
export const percent = (share) =>
  `${share < 0.0995 ? Number((100 * share).toPrecision(2)) : Math.round(100 * share)} %`;
