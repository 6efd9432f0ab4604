import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import "./support/dom.mjs";

const ROOT = new URL("../../web/static/", import.meta.url);
const modules = readdirSync(ROOT, { recursive: true }).filter((name) => name.endsWith(".js")).sort();

globalThis.fetch = () => Promise.reject(new TypeError("no server here"));

for (const name of modules) {
  test(`${name} loads, and all that it imports is there`, async () => {
    await import(new URL(name, ROOT));
  });
}

test("every module is reached from the page's start", () => {
  const reached = new Set(["app.js", "shell/theme.js"]); // the two scripts in index.html
  const visit = (name) => {
    const code = readFileSync(new URL(name, ROOT), "utf8");
    for (const [, from] of code.matchAll(/^(?:import|export)[^"';]*?from "(\.[^"]+)";|^import "(\.[^"]+)";/gm)) {
      const found = new URL(from, new URL(name, ROOT)).href.slice(ROOT.href.length);
      if (reached.has(found)) continue;
      reached.add(found);
      visit(found);
    }
    for (const [, from] of code.matchAll(/import\("(\.[^"]+)"\)/g)) {
      const found = new URL(from, new URL(name, ROOT)).href.slice(ROOT.href.length);
      if (!reached.has(found)) visit(reached.add(found) && found);
    }
  };
  visit("app.js");
  assert.deepEqual(modules.filter((name) => !reached.has(name)), []);
});
