// A hex dump in lines of 16 bytes, as hex and text. A range can be highlighted; pointing at a byte calls back.

import { closest, h } from "./dom.js";
import { counted } from "../text/format.js";

const SHOWN = 4096; // bytes; the rest is counted
export const BYTES_PER_LINE = 16;

/**
 * @param {string} hex two digits a byte
 * @param {object} [actions]
 * @param {(byte: number | null) => void} [actions.point] called with the byte under the pointer
 * @param {(byte: number) => void} [actions.choose] called with a clicked byte
 * @returns {{element: HTMLElement, light(start: number, stop: number): void, reveal(byte: number): void}}
 */
export function hexDump(hex, { point = () => {}, choose = () => {} } = {}) {
  const total = Math.min(hex.length / 2, SHOWN);
  const cells = [];
  const element = h("div", { class: "hex" });
  for (let at = 0; at < total; at += BYTES_PER_LINE) element.append(line(hex, at, total, cells));
  if (hex.length / 2 > SHOWN) {
    element.append(h("p", { class: "hex-more" }, `and ${counted(hex.length / 2 - SHOWN, "more byte")}`));
  }
  const byteAt = (event) => closest(event, "[data-byte]")?.dataset.byte ?? null;
  element.addEventListener("pointerover", (event) => point(byteAt(event) === null ? null : Number(byteAt(event))));
  element.addEventListener("pointerleave", () => point(null));
  element.addEventListener("click", (event) => byteAt(event) !== null && choose(Number(byteAt(event))));
  let [from, to] = [0, 0];
  return {
    element,
    light(start, stop) {
      for (const pair of cells.slice(from, to)) for (const part of pair) part.classList.remove("lit");
      [from, to] = [start, Math.min(stop, cells.length)];
      for (const pair of cells.slice(from, to)) for (const part of pair) part.classList.add("lit");
    },
    reveal: (byte) => cells[byte]?.[0].scrollIntoView({ block: "nearest" }),
  };
}

function line(hex, at, total, cells) {
  const element = h("div", { class: "hex-line" }, h("span", { class: "hex-at" }, at.toString(16).padStart(4, "0")));
  const text = h("span", { class: "hex-text" });
  for (let byte = at; byte < at + BYTES_PER_LINE; byte += 1) {
    const isThere = byte < total;
    const pair = hex.slice(2 * byte, 2 * byte + 2);
    const cell = h("span", { class: "hex-byte", "data-byte": isThere ? byte : null }, isThere ? pair : "  ");
    const letter = h(
      "span",
      { class: "hex-letter", "data-byte": isThere ? byte : null },
      isThere ? readable(Number.parseInt(pair, 16)) : " ",
    );
    element.append(cell);
    text.append(letter);
    if (isThere) cells.push([cell, letter]);
  }
  element.append(text);
  return element;
}

const readable = (value) => (value >= 32 && value < 127 ? String.fromCharCode(value) : "·");
