// "Run the same news through all five": the button above the comparison, and what came of it.

import { h, setText } from "../widgets/dom.js";
import { actionButton, drawRunning } from "../lab/demo_buttons.js";

const NEWS = { name: "news", label: "Run the same news through all five", path: "/api/lab" };
const WHAT =
  "An editor tells a server four pieces of news, and five readers get them, each in its own way. It takes about two seconds, and the answers below are measured again.";
const COMMAND = "wireglass compare --run";

/** The button where the demo runs, elsewhere the command; `draw(state)` keeps it up to date. */
export function mountFiveWays(store) {
  const button = actionButton(store, NEWS, { class: "button strong" });
  const outcome = h("span", { role: "status" }, WHAT);
  const live = h("p", { class: "compare-run" }, button, outcome);
  const still = h(
    "p",
    { class: "compare-run" },
    h("span", {}, "To run the same news through all five ways here and now: ", h("code", {}, COMMAND)),
  );
  const element = h("div", {}, live, still);
  return {
    element,
    draw(state) {
      live.hidden = !state.demo;
      still.hidden = Boolean(state.demo);
      drawRunning([{ action: NEWS, button }], state);
      const { running, outcome: came } = state.lab;
      const isOurs = came?.name === NEWS.name;
      setText(outcome, running === NEWS.name ? "The readers are at it …" : isOurs ? came.text : WHAT);
      outcome.classList.toggle("trouble", isOurs && !came.ok);
    },
  };
}
