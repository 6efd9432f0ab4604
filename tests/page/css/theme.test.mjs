import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";

const ROOT = new URL("../../../web/static/css/", import.meta.url);
const theme = readFileSync(new URL("theme.css", ROOT), "utf8");

/** Tokens as [light, dark]. */
const tokens = Object.fromEntries(
  [...theme.matchAll(/--([\w-]+): light-dark\((#\w{6}), (#\w{6})\)/g)].map(([, name, ...values]) => [name, values]),
);

/** From the Okabe–Ito set: the meaning of a colour may not change without this table. */
const MEANINGS = {
  client: ["#0072b2", "#56b4e9"],
  server: ["#a35f00", "#e69f00"],
  http: ["#00735a", "#2fbf9b"],
  ws: ["#a3467f", "#d98cb8"],
  trouble: ["#c2410c", "#ff7a45"],
};

const THEMES = [["light", 0], ["dark", 1]];

/** Relative luminance and contrast (WCAG 2.2). */
const luminance = (colour) => {
  const parts = [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16) / 255);
  const [r, g, b] = parts.map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const contrast = (a, b) => {
  const [dark, bright] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (bright + 0.05) / (dark + 0.05);
};

for (const [name, values] of Object.entries(MEANINGS)) {
  test(`--${name} keeps its colour`, () => assert.deepEqual(tokens[name], values));
}

for (const [name, i] of THEMES) {
  test(`${name}: text in every colour can be read on both grounds`, () => {
    for (const token of [...Object.keys(MEANINGS), "ink", "ink-2"]) {
      for (const ground of ["ground", "ground-2"]) {
        const found = contrast(tokens[token][i], tokens[ground][i]);
        assert.ok(found >= 4.5, `--${token} on --${ground}: ${found.toFixed(2)}`);
      }
    }
  });
  test(`${name}: colours of different meaning differ`, () => {
    const colours = Object.keys(MEANINGS).map((token) => tokens[token][i]);
    assert.equal(new Set(colours).size, colours.length);
  });
  test(`${name}: the ground is ${name}`, () => assert.equal(luminance(tokens.ground[i]) > 0.5, i === 0));
}

test("colours of the page are tokens", () => {
  for (const file of readdirSync(ROOT).filter((one) => one !== "theme.css" && one !== "plotly_figure.css")) {
    const css = readFileSync(new URL(file, ROOT), "utf8").replaceAll(/\/\*.*?\*\//gs, "");
    const found = [...css.matchAll(/#[0-9a-f]{3,8}\b/gi)].map(([colour]) => colour);
    assert.deepEqual(found.filter((colour) => colour !== "#000"), [], `${file}; masks are #000`);
  }
});

test("every token that is used is defined", () => {
  const css = readdirSync(ROOT).map((file) => readFileSync(new URL(file, ROOT), "utf8")).join("\n");
  const names = ["client", "server", "http", "ws", "trouble", "ink", "ink-2", "ground", "ground-2", "line", "line-2"];
  for (const name of names) assert.ok(tokens[name], name);
  const used = new Set([...css.matchAll(/var\(--((?:ground|line|ink)[\w-]*)\)/g)].map(([, name]) => name));
  assert.deepEqual([...used].filter((name) => !tokens[name]), []);
});

/** How a selector names a meaning. */
const NAMES = [
  ["client", /\.(from-)?client\b|="send"/],
  ["server", /\.(from-)?server\b|="receive"/],
  ["http", /data-(protocol|kind)="http"|\.(of-)?http\b|="wait"/],
  ["ws", /data-(protocol|kind)="websocket"|\.(of-ws|websocket)\b|\.on-path\b/],
  ["trouble", /\.(is-|means-)?trouble\b|="trouble"|\.(reset|lost|differs)\b|data-class="[45]"|="unanswered"/],
];

test("a rule for one meaning uses no other's colour", () => {
  let found = 0;
  for (const file of readdirSync(ROOT)) {
    const css = readFileSync(new URL(file, ROOT), "utf8").replaceAll(/\/\*.*?\*\//gs, "");
    for (const [, selector, body] of css.matchAll(/([^{}]+)\{([^{}]*)\}/g)) {
      const meanings = NAMES.filter(([, names]) => names.test(selector)).map(([meaning]) => meaning);
      const used = [...body.matchAll(/var\(--(client|server|http|ws|trouble)\)/g)].map(([, token]) => token);
      if (meanings.length !== 1 || !used.length) continue;
      found += 1;
      assert.deepEqual([...new Set(used)], meanings, `${file}: ${selector.trim()}`);
    }
  }
  assert.ok(found > 60, `${found} rules`);
});
