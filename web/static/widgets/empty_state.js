// Texts of empty lists: why there are no rows, and what to do.

import { h } from "./dom.js";
import { fixedSpan } from "../text/time_range.js";
import { captureFilterText } from "../text/terms.js";

const NOUNS = {
  packets: "packets",
  connections: "connections",
  exchanges: "HTTP exchanges",
  messages: "WebSocket messages",
};

const HINTS = {
  packets: "Press one of the buttons above; its packets appear here.",
  connections: "Press one of the buttons above and watch a connection being established.",
  exchanges: "Press “Get a page” above; its request and response appear here.",
  messages: "Press “Alice and Bob join” above, then send a message.",
};

/** Shown until the server has searched. */
export const SEARCHING = emptyText("Searching…", "The whole capture is being searched, including packet contents.");

/** Why a table is empty: {key, content()} as DataGrid.draw() takes it. */
export function noRows(state, table) {
  const { filter } = state.route;
  const noun = NOUNS[table];
  if (filter && state.lengths[table]) {
    return emptyText("No match", `No ${noun} match “${filter}”. Clear the filter to see all of them.`);
  }
  if (fixedSpan(state.route.span) && state.lengths[table]) {
    return emptyText(
      `No ${noun} in this time range`,
      "Choose another range on the timeline, or clear it at the top to see all of them.",
    );
  }
  if (state.feed === "connecting" || state.capture.state === "loading") {
    return emptyText("Reading…", "Results appear as the file is read.");
  }
  if (state.demo) return emptyText(`No ${noun} yet`, HINTS[table]);
  if (state.capture.state === "running") {
    return emptyText(
      `No ${noun} yet`,
      `Capturing on ${state.capture.interface ?? "the network"}; ${noun} appear here as they are captured.`,
    );
  }
  return emptyText(`No ${noun}`, `This capture contains no ${noun}.`);
}

/** Why there are no file descriptors to show. */
export function noDescriptors(state) {
  if (state.feed === "connecting" || state.capture.state === "loading") {
    return emptyText("Reading…", "Results appear as the file is read.");
  }
  if (state.demo) {
    return emptyText(
      "No file descriptors yet",
      "Press one of the buttons above; the demo’s programs report every descriptor they open and close.",
    );
  }
  if (state.capture.state === "running" && state.capture.source === "live") {
    return emptyText(
      "No file descriptors yet",
      `Wireglass asks the kernel which process holds which socket; sockets of captured connections appear here.${
        state.capture.filter ? ` ${captureFilterText(state.capture.filter)}` : ""
      }`,
    );
  }
  return emptyText(
    "No file descriptors in this capture",
    "Only captures recorded by Wireglass contain them: run wireglass demo or wireglass live.",
  );
}

function emptyText(title, text) {
  return { key: `${title} ${text}`, content: () => [h("h2", {}, title), h("p", {}, text)] };
}
