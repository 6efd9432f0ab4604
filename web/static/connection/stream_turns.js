// Both streams interleaved: consecutive pieces from one side joined, as text or hex dump. No DOM.

import { BYTES_PER_LINE } from "../widgets/hexdump.js";

/**
 * Consecutive data from one side; `cut` counts bytes of it that are not in `bytes`.
 *
 * @typedef {object} Turn
 * @property {string} side
 * @property {number} packet
 * @property {number} at_ns
 * @property {number} offset in the stream
 * @property {Uint8Array} bytes
 * @property {number} cut
 * @property {string | null} remark
 */

const STRANGE = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** base64 → bytes */
export function unpack(text) {
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
}

/**
 * Joins consecutive pieces from the same side; a gap, FIN or RST is a turn of its own, with a remark.
 *
 * @param {object[]} pieces rows of /api/connections/N/pieces
 * @returns {Turn[]}
 */
export function turns(pieces) {
  const found = [];
  for (const piece of pieces) {
    const { side, kind, packet, at_ns, offset } = piece;
    const last = found.at(-1);
    if (kind !== "data") {
      found.push({ side, packet, at_ns, offset, bytes: new Uint8Array(), cut: 0, remark: remark(piece) });
      continue;
    }
    const bytes = unpack(piece.data);
    const cut = piece.bytes - bytes.length;
    if (last && last.side === side && last.remark === null && !last.cut) {
      last.bytes = joined(last.bytes, bytes);
      last.cut = cut;
    } else {
      found.push({ side, packet, at_ns, offset, bytes, cut, remark: null });
    }
  }
  return found;
}

function joined(a, b) {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}

function remark({ kind, side, bytes }) {
  if (kind === "gap") return `${bytes} ${bytes === 1 ? "byte" : "bytes"} from the ${side} not captured`;
  return kind === "end" ? `the ${side} sent FIN` : `the ${side} sent RST`;
}

/** Bytes as UTF-8; control characters other than line ends and tabs are escaped. */
export function textOf(bytes) {
  const text = new TextDecoder("utf-8").decode(bytes).replaceAll("\r\n", "\n");
  return text.replace(STRANGE, (letter) => `\\x${letter.codePointAt(0).toString(16).padStart(2, "0")}`);
}

/** Whether bytes are mostly text: few are control characters or invalid UTF-8. */
export function isText(bytes) {
  const text = new TextDecoder("utf-8").decode(bytes);
  const odd = (text.match(STRANGE) ?? []).filter((letter) => letter !== "\r").length +
    (text.match(/\ufffd/g) ?? []).length;
  return odd * 20 <= text.length;
}

/** A hex dump in lines: offset in the stream, bytes, ASCII. */
export function dump(bytes, offset) {
  const lines = [];
  for (let at = 0; at < bytes.length; at += BYTES_PER_LINE) {
    const row = bytes.subarray(at, at + BYTES_PER_LINE);
    const hex = Array.from(row, (byte) => byte.toString(16).padStart(2, "0")).join(" ").padEnd(3 * BYTES_PER_LINE - 1);
    const letters = Array.from(row, (byte) => (byte >= 32 && byte < 127 ? String.fromCharCode(byte) : "·")).join("");
    lines.push(`${(offset + at).toString(16).padStart(8, "0")}  ${hex}  ${letters}`);
  }
  return lines.join("\n");
}
