// Lab view: the demo's actions with explanations, links to its servers, and the scenarios.

import { h, setText } from "../widgets/dom.js";
import { actionButton, drawRunning, groups } from "./demo_buttons.js";
import { drawLinks, groupLink, mountScenarios, scrollToGroup } from "./scenario_list.js";

const ABOUT = {
  http: "A client sends a request and the server responds. Each visit opens a new connection, with a new port on the " +
    "client’s side; with keep-alive several requests share one connection.",
  ws:
    "Alice and Bob each keep one connection open. Either end can send at any time; the server forwards what one says " +
    "to the other.",
  other: "",
};

export function mount(root, store) {
  const page = h("div", { class: "lab", tabindex: "0", role: "region", "aria-label": "Lab", "data-arrow-keys": "" });
  root.append(page);
  let [built, entries, turned] = [null, [], store.state.route.id];
  const last = new Map(); // action name → its last result
  return store.subscribe((state) => {
    if (!state.demo) {
      built = null;
      page.replaceChildren(
        h(
          "div",
          { class: "empty" },
          h("h2", {}, "No lab"),
          h("p", {}, "The lab is part of the demo. Start it in a terminal: wireglass demo"),
        ),
      );
      return;
    }
    const key = JSON.stringify(state.demo);
    if (key !== built) {
      built = key;
      entries = build(page, store, state.demo);
    }
    if (state.route.id !== turned) scrollToGroup(turned = state.route.id);
    drawRunning(entries, state);
    const { outcome } = state.lab;
    if (outcome) last.set(outcome.name, outcome);
    for (const entry of entries) drawOutcome(entry, store, last.get(entry.action.name));
  });
}

function drawOutcome({ outcome, links }, store, came) {
  setText(outcome, came?.text ?? "");
  outcome.classList.toggle("trouble", Boolean(came) && !came.ok);
  if (links && came) drawLinks(links, store, came);
}

/** Builds the page; scenarios are added to the entries {action, button, outcome, links?} once they are loaded. */
function build(page, store, demo) {
  const entries = [];
  const scenarios = h("div", { class: "lab-scenarios" });
  const primer = h("dl", { class: "lab-words" });
  const sections = groups(demo.actions).map((group) =>
    h(
      "section",
      { class: `lab-group of-${group.kind}` },
      h("h3", {}, group.title),
      h("p", { class: "lab-about" }, ABOUT[group.kind]),
      h(
        "ul",
        {},
        group.actions.map((action) => {
          const button = actionButton(store, action);
          const outcome = h("p", { class: "lab-outcome", role: "status" });
          entries.push({ action, button, outcome });
          return h("li", {}, button, h("div", {}, h("p", {}, action.explanation), outcome));
        }),
      ),
    )
  );
  page.replaceChildren(
    h(
      "header",
      {},
      h("h2", {}, "Lab"),
      h(
        "p",
        {},
        "Real servers and clients on this machine, using the kernel’s TCP; all other views show their captured " +
          "packets. In the scenarios, the link that delays or drops packets is simulated, and the SYN flood is " +
          "crafted.",
        " ",
        groupLink(store, 1, "Go to the scenarios"),
      ),
    ),
    h("details", {}, h("summary", {}, "New to this? Socket, connection, packet and file descriptor explained"), primer),
    ...sections,
    tryYourself(demo),
    scenarios,
  );
  mountScenarios(scenarios, primer, store, entries);
  return entries;
}

/** Links to the demo's own servers; their addresses come from the program, never from traffic. */
function tryYourself({ addresses, remark }) {
  const link = (address) => h("a", { href: address, target: "_blank", rel: "noopener noreferrer" }, address);
  const lines = [];
  if (addresses.chat_page) {
    lines.push(
      h(
        "p",
        {},
        "Open ",
        link(addresses.chat_page),
        " in two tabs and be Alice and Bob yourself: each tab is a client with a connection of its own.",
      ),
    );
  }
  if (addresses.http) {
    lines.push(h("p", {}, "Visit ", link(addresses.http), " with this browser and see the requests it sends."));
  }
  if (remark) lines.push(h("p", { class: "lab-remark" }, remark));
  return lines.length ? h("section", { class: "lab-group" }, h("h3", {}, "Try it yourself"), ...lines) : "";
}
