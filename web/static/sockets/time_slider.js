// The time axis above the lanes, and the slider whose thumb is on the line through the lanes.

import { marks } from "../timeline/time_axis.js";
import { h, setVars } from "../widgets/dom.js";

const TICKS = 84; // pixels between two marks of the axis, at least
const TEXT = 40; // pixels that the text of one needs

/** @param {{choose: (part: number) => void, key: (event: KeyboardEvent) => void}} calls `part` is from 0 to 1 */
export function mountTimeSlider({ choose, key }) {
  const ticks = h("div", { class: "fd-ticks", "aria-hidden": "true" });
  const slider = h("input", {
    type: "range",
    min: "0",
    max: "1",
    step: "any",
    class: "fd-slider",
    "aria-label": "Time",
    oninput: () => choose(Number(slider.value)),
    onkeydown: key,
  });
  const element = h("div", { class: "fd-rail" }, ticks, slider);
  let axis = { from: 0, to: 1 };
  new ResizeObserver(drawTicks).observe(element);

  function drawTicks() {
    const { from, to } = axis;
    const width = Math.max(element.clientWidth, 1);
    const fits = ({ ns }) => ns < to - (to - from) * (TEXT / width);
    ticks.replaceChildren(
      ...marks(axis, width, TICKS).filter(fits).map(({ ns, text }) => {
        const tick = h("span", {}, text);
        setVars(tick, { part: ((ns - from) / (to - from)).toFixed(5) });
        return tick;
      }),
    );
  }

  return {
    element,
    draw(span) {
      axis = span;
      drawTicks();
    },
    /** Sets the thumb's position, and its text for screen readers. */
    set(part, text) {
      slider.value = String(part);
      slider.setAttribute("aria-valuetext", text);
    },
  };
}
