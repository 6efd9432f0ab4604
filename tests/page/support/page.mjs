// The whole page without a browser, on a capture's recorded answers, and what it draws as lines of text.

import { spawn } from "node:child_process";
import { request } from "node:http";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import "./dom.mjs";

const ANSWERS = new URL("../drawn/answers/", import.meta.url);
const ROOT = new URL("../../../", import.meta.url);
const PAGE = new URL("web/static/", ROOT);
const [WIDTH, HEIGHT] = [1000, 400]; // of every element: nothing is laid out here
const STEP = 50; // ms of the page's clock between two looks at what is asked for
const STEPS = 25;

let now = 0; // ms of the page's clock, which only a test moves
let lastTimer = 0;
const timers = new Map();
const start = (call, ms, every) => timers.set(lastTimer += 1, { call, at: now + Math.max(ms, 1), every }) && lastTimer;
globalThis.setTimeout = (call, ms = 0) => start(call, ms, null);
globalThis.setInterval = (call, ms) => start(call, ms, ms);
globalThis.clearTimeout = globalThis.clearInterval = globalThis.cancelAnimationFrame = (timer) => timers.delete(timer);
performance.now = () => now;

/** Moves the clock, and calls what is due by then in order. */
function tick(ms) {
  const end = now + ms;
  for (;;) {
    const [timer, due] = [...timers].reduce((first, one) => (one[1].at < first[1].at ? one : first), [0, {
      at: end + 1,
    }]);
    if (due.at > end) break;
    now = due.at;
    if (due.every === null) timers.delete(timer);
    else due.at += due.every;
    due.call();
  }
  now = end;
}

const listeners = new EventTarget();
globalThis.addEventListener = (...given) => listeners.addEventListener(...given);
globalThis.removeEventListener = (...given) => listeners.removeEventListener(...given);
globalThis.history.pushState = globalThis.history.replaceState = (_state, _title, hash) => {
  if (hash.startsWith("#")) location.hash = hash;
};
globalThis.ResizeObserver = class {
  constructor(changed) {
    this.changed = changed;
  }
  observe(target) {
    setTimeout(() => this.changed?.([{ target, contentRect: target.getBoundingClientRect() }], this));
  }
  unobserve() {}
  disconnect() {
    this.changed = null;
  }
};
globalThis.getComputedStyle = ({ style }) => ({
  ...style,
  color: style.color?.replace(/^var\(--(.*)\)$/, "$1"), // each token is the colour of its name
  font: "11px sans-serif",
  fontFamily: "sans-serif",
  getPropertyValue: (name) => name.slice(2),
});
for (const name of ["createElement", "createElementNS"]) {
  const create = document[name].bind(document);
  const size = { clientWidth: WIDTH, clientHeight: HEIGHT, offsetWidth: WIDTH, offsetHeight: HEIGHT };
  document[name] = (...given) => Object.assign(create(...given), size);
}

/**
 * The page of a capture, at `hash` (as in the address).
 *
 * @returns {Promise<{show: (hash: string) => Promise<void>, act: (act: (page: Element) => void) => Promise<void>,
 *   drawn: (selector: string) => string[], close: () => void}>} `act` does what a user would; both wait
 */
export async function openPage(capture) {
  const source = process.env.REWRITE_GOLDEN ? await recorder(capture) : recorded(capture);
  let open = 0;
  globalThis.fetch = async (address) => {
    open += 1;
    try {
      const { status, body } = await source.answer(address);
      return { ok: status < 400, status, json: () => Promise.resolve(body) };
    } finally {
      open -= 1;
    }
  };
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  const settle = async () => {
    for (let step = 0; step <= STEPS; step += 1) {
      do for (let turns = 0; turns < 3; turns += 1) await turn(); while (open);
      if (step < STEPS) tick(STEP);
    }
  };
  // So that what the page imports later is there at once.
  for (const name of readdirSync(PAGE, { recursive: true })) {
    if (name.endsWith(".js") && name !== "app.js") await import(new URL(name, PAGE));
  }
  const { mountAppShell, VIEW_NAMES } = await import("../../../web/static/shell/app_shell.js");
  const { followAddress } = await import("../../../web/static/state/navigation.js");
  const { createStore } = await import("../../../web/static/state/store.js");
  const root = document.getElementById("app");
  const store = createStore();
  followAddress(store, VIEW_NAMES);
  mountAppShell(root, store, { resync: () => {} });
  store.snapshot((await source.answer("/api/snapshot")).body);
  store.set({ feed: "live", problem: null });
  await settle();
  return {
    async show(hash) {
      location.hash = hash;
      listeners.dispatchEvent(new Event("hashchange"));
      await settle();
    },
    async act(act) {
      act(root);
      await settle();
    },
    drawn: (selector) => lines(document.documentElement.querySelector(selector)),
    close: () => source.close(),
  };
}

/** The answers that were recorded. */
function recorded(capture) {
  const lines = readFileSync(new URL(`${capture}.jsonl`, ANSWERS), "utf8").trim().split("\n");
  const answers = Object.fromEntries(lines.map((line) => JSON.parse(line)));
  const missing = { status: 404, body: { error: { message: "This was not recorded.", what_to_do: "" } } };
  return { answer: (address) => Promise.resolve(answers[address] ?? missing), close: () => {} };
}

/** The answers of a running dashboard, which are recorded. */
async function recorder(capture) {
  const program = spawn(".venv/bin/wireglass", ["open", `captures/${capture}.pcapng`, "--no-browser"], {
    cwd: ROOT,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const url = await new Promise((resolve) => {
    let said = "";
    program.stdout.on("data", (piece) => {
      said += piece;
      const found = said.match(/Dashboard: (\S+)/);
      if (found) resolve(new URL(found[1]));
    });
  });
  const headers = { Authorization: `Bearer ${new URLSearchParams(url.hash.slice(1)).get("t")}` };
  const answers = {};
  const answer = async (address) => {
    answers[address] = await new Promise((resolve, reject) => {
      request(new URL(address, url.origin), { headers, agent: false }, (response) => {
        const pieces = [];
        response.on("data", (piece) => pieces.push(piece));
        const isJson = response.headers["content-type"] === "application/json";
        response.on("end", () => {
          const body = isJson ? JSON.parse(Buffer.concat(pieces)) : null;
          resolve({ status: response.statusCode, body });
        });
      }).on("error", reject).end();
    });
    return answers[address];
  };
  while ((await answer("/api/snapshot")).body.capture.state !== "ended") {
    await new Promise((resolve) => setImmediate(resolve));
  }
  return {
    answer,
    close() {
      program.kill();
      const inOrder = Object.entries(answers).sort(([a], [b]) => (a < b ? -1 : 1));
      writeFileSync(
        new URL(`${capture}.jsonl`, ANSWERS),
        inOrder.map((found) => JSON.stringify(found) + "\n").join(""),
      );
    },
  };
}

/** An element and what is in it, a line each; of hidden elements only the first line, of a canvas what it paints. */
function lines(node, indent = "") {
  if (!node.tagName) return [`${indent}${JSON.stringify(node.textContent)}`];
  const name = [node.tagName.toLowerCase(), ...node.className.split(" ").filter(Boolean)].join(".");
  const attributes = node.attributes.filter(({ name, value }) =>
    name !== "class" && !(name === "d" && value.length > 80)
  );
  const style = Object.entries(node.style).filter(([, value]) => value !== "");
  const about = [
    ...attributes.map(({ name, value }) => `${name}=${JSON.stringify(value)}`),
    ...style.map(([name, value]) => `${name}: ${value};`),
    ...(node.value === "" ? [] : [`value: ${node.value}`]),
    ...(node.checked ? ["checked"] : []),
    ...(node.scrollTop ? [`scrolled: ${node.scrollTop}`] : []),
  ];
  const head = `${indent}${[name, ...about].join(" ")}`;
  if (node.hidden) return [head];
  const inner = `${indent}  `;
  const painted = node.tagName === "CANVAS" ? node.getContext().list.map((one) => inner + JSON.stringify(one)) : [];
  const [only] = node.childNodes;
  if (node.childNodes.length === 1 && !only.tagName) return [`${head} ${JSON.stringify(only.textContent)}`];
  return [head, ...painted, ...node.childNodes.flatMap((child) => lines(child, inner))];
}
