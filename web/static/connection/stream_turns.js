// What was said, from the pieces of both streams: turns of one speaker, as text or as a hex dump. Pure data.

const ROW = 16; // bytes a line of a dump
const STRANGE = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** base64 → bytes */
export function unpack(text) {
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
}

/**
 * Joins pieces that follow each other from the same side; what is no data stands as a turn of its own, with a remark.
 *
 * @param {object[]} pieces rows of /api/connections/N/pieces
 * @returns {{side: string, packet: number, at_ns: number, offset: number, bytes: Uint8Array, cut: number, remark: string | null}[]}
 *   `cut`: bytes that were said there and are not in `bytes`
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
  if (kind === "gap") return `${bytes} ${bytes === 1 ? "byte" : "bytes"} of the ${side} are not in the capture`;
  return kind === "end" ? `the ${side} sent FIN` : `the ${side} sent RST`;
}

/** Bytes as UTF-8; line ends and tabs stay, every other control character is written out. */
export function textOf(bytes) {
  const text = new TextDecoder("utf-8").decode(bytes).replaceAll("\r\n", "\n");
  return text.replace(STRANGE, (letter) => `\\x${letter.codePointAt(0).toString(16).padStart(2, "0")}`);
}

/** True when bytes read as text: no more than a few of them are control characters or no UTF-8. */
export function isText(bytes) {
  const text = new TextDecoder("utf-8").decode(bytes);
  const odd = (text.match(STRANGE) ?? []).filter((letter) => letter !== "\r").length +
    (text.match(/\ufffd/g) ?? []).length;
  return odd * 20 <= text.length;
}

/** A dump in lines: offset in the stream, sixteen bytes, and what of them is ASCII. */
export function dump(bytes, offset) {
  const lines = [];
  for (let at = 0; at < bytes.length; at += ROW) {
    const row = bytes.subarray(at, at + ROW);
    const hex = Array.from(row, (byte) => byte.toString(16).padStart(2, "0")).join(" ").padEnd(3 * ROW - 1);
    const letters = Array.from(row, (byte) => (byte >= 32 && byte < 127 ? String.fromCharCode(byte) : "·")).join("");
    lines.push(`${(offset + at).toString(16).padStart(8, "0")}  ${hex}  ${letters}`);
  }
  return lines.join("\n");
}
