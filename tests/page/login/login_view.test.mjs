import assert from "node:assert/strict";
import { test } from "node:test";
import { keyOf } from "../../../web/static/login/login_view.js";

test("the key is taken out of a pasted link", () =>
  assert.equal(keyOf("Dashboard: http://127.0.0.1:5000/#t=aB_-9\n"), "aB_-9"));
test("a pasted key is taken as it is", () => assert.equal(keyOf("  aB_-9 "), "aB_-9"));
