// The demo's first screen, before anything was captured: what this is, one thing to press, and what to look at then.

import { h } from "../widgets/dom.js";
import { actionButton } from "./demo_buttons.js";

/**
 * @param {import("../state/store.js").Store} store
 * @returns {{key: string, content: () => Node[]} | null} as noRows(); null without a demo or its first action
 */
export function firstSteps(store) {
  const { demo, lengths } = store.state;
  const action = demo?.actions.find(({ name }) => name === "get");
  if (!action || lengths.connections) return null;
  return {
    key: "first steps",
    content: () => [
      h("h2", {}, "See what programs send each other"),
      h(
        "p",
        {},
        "A web server, a chat server and their clients run on this computer. Wireglass captures each packet between " +
          "them and draws every connection as a lane over time.",
      ),
      h("p", {}, actionButton(store, action, { class: "button first" })),
      h(
        "p",
        {},
        "A lane appears: the connection opens, the client’s request and the server’s response are the green block, " +
          "and it closes. Click the lane to see each packet with an explanation.",
      ),
    ],
  };
}
