// What the whole page draws of sample captures, and what every key and button changes, held against recorded texts.
// After a change, `REWRITE_GOLDEN=1 node --test tests/page/drawn/*.test.mjs` records the answers and the texts anew:
// read the difference.

import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { openPage } from "../support/page.mjs";

const KEYS = [
  ..."ArrowDown ArrowDown End PageUp Home PageDown ArrowUp ArrowRight ArrowLeft Enter + Space n Escape Escape"
    .split(" ").map((name) => name.replace("Space", " ")),
];
const OF_A_CLASS = 2; // buttons of a class that are pressed
const SHOWN = 8; // lines of what a key or a button changes

/** An event in an element and in all around it, as in a browser. */
export function happen(element, type, about = {}) {
  let isStopped = false;
  for (let place = element; place && !isStopped; place = place.parentNode) {
    const event = Object.assign(new Event(type, { cancelable: true }), about);
    Object.defineProperty(event, "target", { value: element });
    event.stopPropagation = () => (isStopped = true);
    place.dispatchEvent(event);
  }
}

/**
 * Tests the drawings of a capture.
 *
 * @param {string} capture
 * @param {Record<string, string>} places by name, where in the page
 * @param {Record<string, (page: Element) => void>} [acts] what a user does then, and draws a place once more
 */
export async function drawings(capture, places, acts = {}) {
  const page = await openPage(capture);
  const held = (name, text) => {
    const file = new URL(`${capture}/${name}.txt`, import.meta.url);
    if (!process.env.REWRITE_GOLDEN) {
      return assert.equal(
        text,
        readFileSync(file, "utf8"),
        `${capture}/${name}.txt: if the change is meant, REWRITE_GOLDEN=1`,
      );
    }
    mkdirSync(new URL(`${capture}/`, import.meta.url), { recursive: true });
    writeFileSync(file, text);
  };
  const stage = () => document.getElementById("stage");
  const drawn = () => [`at ${location.hash}`, ...page.drawn("#stage")];
  for (const [name, hash] of Object.entries(places)) {
    await test(`${capture}: ${name}`, async () => {
      await page.show(hash);
      held(name, drawn().join("\n") + "\n");
    });
    await test(`${capture}: keys and buttons of ${name}`, async () => {
      const said = [];
      let before = drawn();
      const press = async (what, act) => {
        await page.act(act);
        const after = drawn();
        said.push(what, ...changes(before, after));
        before = after;
      };
      for (const key of KEYS) {
        const focused = stage().querySelector("[tabindex=0]") ?? stage();
        await press(`key ${key}`, () => happen(focused, "keydown", { key }));
      }
      await page.show(hash);
      before = drawn();
      const count = {};
      const buttons = () => stage().querySelectorAll("button");
      for (let i = 0, button; (button = buttons()[i]); i += 1) {
        if (isHidden(button) || (count[button.className] = (count[button.className] ?? 0) + 1) > OF_A_CLASS) continue;
        await press(`button ${button.className} ${button.textContent}`, () => happen(button, "click"));
        if (location.hash === hash) continue;
        await page.show(hash);
        before = drawn();
      }
      held(`${name}.keys`, said.join("\n") + "\n");
    });
  }
  for (const [name, act] of Object.entries(acts)) {
    await test(`${capture}: ${name}`, async () => {
      const before = drawn();
      await page.act(() => act(stage()));
      held(name, changes(before, drawn()).join("\n") + "\n");
    });
  }
  page.close();
}

const isHidden = (element) => Boolean(element && (element.hidden || isHidden(element.parentNode)));

/** The first lines that went and that came, and how many there are. */
function changes(before, after) {
  const left = new Map();
  for (const line of before) left.set(line, (left.get(line) ?? 0) + 1);
  const come = after.filter((line) => !left.get(line) || !left.set(line, left.get(line) - 1));
  const gone = [...left].flatMap(([line, times]) => Array(times).fill(line));
  const some = (sign, lines) => lines.slice(0, SHOWN / 2).map((line) => `  ${sign} ${line.trim().slice(0, 200)}`);
  return [...some("-", gone), ...some("+", come), `  ${gone.length} lines went, ${come.length} came`];
}
