import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";

const ROOT = new URL("../../web/static/", import.meta.url);
const MARKUP = /\.(inner|outer)HTML|insertAdjacentHTML|document\.write|DOMParser|setAttribute\("style|srcdoc/;
const CODE = /\beval\(|new Function|javascript:/;

const scripts = readdirSync(ROOT, { recursive: true }).filter((name) => name.endsWith(".js"));

test("there are scripts to look at", () => assert.ok(scripts.length > 20));

for (const name of scripts) {
  test(`${name} makes no markup and no code out of text`, () => {
    const script = readFileSync(new URL(name, ROOT), "utf8");
    assert.doesNotMatch(script, MARKUP);
    assert.doesNotMatch(script, CODE);
  });
}

test("the page itself holds no script and no style but by reference", () => {
  const page = readFileSync(new URL("../templates/index.html", ROOT), "utf8");
  assert.doesNotMatch(page, /<style|style=|\son\w+=|<script(?![^>]*\ssrc=)/);
});
