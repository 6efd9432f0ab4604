import assert from "node:assert/strict";
import { test } from "node:test";
import "../support/dom.mjs";
import { mountTimeSlider } from "../../../web/static/sockets/time_slider.js";

test("each time is at its place on the axis, and the last has room for its text", () => {
  const slider = mountTimeSlider({ choose() {}, key() {} });
  slider.element.clientWidth = 500;
  slider.draw({ from: 1e9, to: 6e9 });
  const ticks = slider.element.querySelectorAll("span").map(({ textContent, style }) => [
    textContent,
    Number(style.getPropertyValue("--part")),
  ]);
  assert.deepEqual(ticks, [["1 s", 0], ["2 s", 0.2], ["3 s", 0.4], ["4 s", 0.6], ["5 s", 0.8]]);
});

test("the thumb is at the time shown, and screen readers hear it", () => {
  const chosen = [];
  const slider = mountTimeSlider({ choose: (part) => chosen.push(part), key() {} });
  slider.set(0.25, "1.000 s, Alice opens fd 5");
  const input = slider.element.querySelector("input");
  assert.deepEqual([input.value, input.getAttribute("aria-valuetext")], ["0.25", "1.000 s, Alice opens fd 5"]);
  input.value = "0.5";
  input.dispatchEvent(new Event("input"));
  assert.deepEqual(chosen, [0.5]);
});
