// What a list says when it has nothing to list: why, and what to do.

import { h } from "./dom.js";
import { filtering } from "../text/time_range.js";
import { filterText } from "../text/omitted_text.js";

const NOUNS = {
  packets: "packets",
  connections: "connections",
  exchanges: "HTTP exchanges",
  messages: "WebSocket messages",
};

const HINTS = {
  packets: "Press one of the buttons above: every packet that it sets off will stand here.",
  connections: "Press one of the buttons above, and watch a pipe being built.",
  exchanges: "Press “Get a page” above: a question and its answer will stand here.",
  messages: "Press “Alice and Bob join” above, then let them talk.",
};

/** What stands there until the server has looked. */
export const SEARCHING = say("Searching…", "All of the capture is looked at, its bytes as well.");

/** {key, content()} for Grid.draw and its likes. */
export function noRows(state, table) {
  const { filter } = state.route;
  const noun = NOUNS[table];
  if (filter && state.lengths[table]) {
    return say(`No match`, `“${filter}” finds none of the ${noun}. Clear the filter to see all of them.`);
  }
  if (filtering(state.route.span) && state.lengths[table]) {
    return say(
      `No ${noun} in this stretch of time`,
      "Choose another on the timeline, or press the cross beside it above to see all of them.",
    );
  }
  if (state.feed === "connecting" || state.capture.state === "loading") {
    return say("Reading…", "What is found appears here as it is read.");
  }
  if (state.demo) return say(`No ${noun} yet`, HINTS[table]);
  if (state.capture.state === "running") {
    return say(
      `No ${noun} yet`,
      `Listening on ${state.capture.interface ?? "the network"}: what is captured there appears here.`,
    );
  }
  return say(`No ${noun}`, "There are none in this capture.");
}

/** Why there are no tokens to show. */
export function noTokens(state) {
  if (state.feed === "connecting" || state.capture.state === "loading") {
    return say("Reading…", "What is found appears here as it is read.");
  }
  if (state.demo) {
    return say(
      "No tokens yet",
      "Press one of the buttons above: the programs report every number that they are handed.",
    );
  }
  if (state.capture.state === "running" && state.capture.source === "live") {
    return say(
      "No tokens yet",
      `The kernel is asked who holds which socket; what it says of pipes that are captured appears here.${
        state.capture.filter ? ` ${filterText(state.capture.filter)}` : ""
      }`,
    );
  }
  return say(
    "No tokens in this capture",
    "Only a recording that Wireglass made on the machine itself tells who held which socket: start wireglass demo, or wireglass live.",
  );
}

function say(title, text) {
  return { key: `${title} ${text}`, content: () => [h("h2", {}, title), h("p", {}, text)] };
}
