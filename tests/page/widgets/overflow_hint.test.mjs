import assert from "node:assert/strict";
import { test } from "node:test";

import { beyond } from "../../../web/static/widgets/overflow_hint.js";

const CASES = [
  ["all of it shows", { scrollLeft: 0, clientWidth: 300, scrollWidth: 300 }, [false, false]],
  ["a part of a pixel does not count", { scrollLeft: 0.5, clientWidth: 300, scrollWidth: 301 }, [false, false]],
  ["it goes on to the right", { scrollLeft: 0, clientWidth: 300, scrollWidth: 500 }, [false, true]],
  ["it goes on to both sides", { scrollLeft: 100, clientWidth: 300, scrollWidth: 500 }, [true, true]],
  ["its end shows", { scrollLeft: 200, clientWidth: 300, scrollWidth: 500 }, [true, false]],
];

for (const [name, scroller, [left, right]] of CASES) {
  test(name, () => assert.deepEqual(beyond(scroller), { left, right }));
}
