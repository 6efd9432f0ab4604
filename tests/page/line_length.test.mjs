import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";

const LONGEST = 120; // what the formatter keeps, but for comments and texts
const GENERATED = "deno-fmt-ignore-file";

const ROOT = new URL("../../", import.meta.url);
const FOLDERS = ["web/static/", "inspector/lab/demo/pages/", "tests/page/"];

const files = FOLDERS.flatMap((folder) =>
  readdirSync(new URL(folder, ROOT), { recursive: true })
    .filter((name) => /\.(m?js|ts|css)$/.test(name))
    .map((name) => `${folder}${name}`)
);

test(`no line is longer than ${LONGEST} characters`, () => {
  const long = files.flatMap((name) => {
    const text = readFileSync(new URL(name, ROOT), "utf8");
    if (text.includes(GENERATED) && !name.includes("line_length")) return [];
    return text.split("\n").flatMap((line, i) => ([...line].length > LONGEST ? [`${name}:${i + 1}`] : []));
  });
  assert.ok(files.length > 100);
  assert.deepEqual(long, []);
});
