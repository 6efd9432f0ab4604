// The button above the comparison that sends the same news over all five kinds of connection, and its result.

import { h, setText } from "../widgets/dom.js";
import { actionButton, drawRunning } from "../lab/demo_buttons.js";

const NEWS = { name: "news", label: "Send the same news in all five ways", path: "/api/lab" };
const WHAT =
  "An editor publishes four news items on a server, and five readers receive them, each over a different kind of " +
  "connection. It takes about two seconds; then the values below are measured again.";
const COMMAND = "wireglass compare --run";

/** The button in the demo, elsewhere the command. */
export function mountRunButton(store) {
  const button = actionButton(store, NEWS, { class: "button strong" });
  const outcome = h("span", { role: "status" }, WHAT);
  const live = h("p", { class: "compare-run" }, button, outcome);
  const still = h(
    "p",
    { class: "compare-run" },
    h("span", {}, "To run this comparison yourself: ", h("code", {}, COMMAND)),
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
      setText(outcome, running === NEWS.name ? "Running…" : isOurs ? came.text : WHAT);
      outcome.classList.toggle("trouble", isOurs && !came.ok);
    },
  };
}
