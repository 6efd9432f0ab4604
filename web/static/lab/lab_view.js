// The lab: every button of the demo with what it lets one see, where to be Alice and Bob in person, and the scenarios.

import { h, setText } from "../widgets/dom.js";
import { actionButton, drawRunning, groups } from "./demo_buttons.js";
import { drawLinks, mountScenarios, show, turnTo } from "./scenario_list.js";

const ABOUT = {
  http:
    "A visitor asks and the server answers. One visit after the other builds a pipe of its own, with a new port number on the visitor’s side; with keep-alive several questions go over one.",
  ws:
    "Alice and Bob each keep one pipe open. Either end may speak at any time; the server passes on what one says to the other.",
  other: "",
};

export function mount(root, store) {
  const page = h("div", { class: "lab" });
  root.append(page);
  let [built, entries, turned] = [null, [], store.state.route.id];
  const last = new Map(); // action name → what came of it last
  return store.subscribe((state) => {
    if (!state.demo) {
      built = null;
      page.replaceChildren(
        h(
          "div",
          { class: "empty" },
          h("h2", {}, "No lab here"),
          h("p", {}, "The lab belongs to the demo. Start it in a terminal: wireglass demo"),
        ),
      );
      return;
    }
    const key = JSON.stringify(state.demo);
    if (key !== built) {
      built = key;
      entries = build(page, store, state.demo);
    }
    if (state.route.id !== turned) turnTo(turned = state.route.id);
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

/** Builds the page; the entries {action, button, outcome, links?} that it returns grow once the scenarios have come. */
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
      h("h2", {}, "The lab"),
      h(
        "p",
        {},
        "Real servers and real clients on this machine, with the kernel's own TCP; what the other views show was captured on the wire. In the scenarios the link that delays or loses packets is a program, and the flood of SYNs is written by hand.",
        " ",
        h("button", { class: "link", onclick: () => show(store, 1) }, "On to the situations"),
      ),
    ),
    h("details", {}, h("summary", {}, "New to this? Socket, pipe, packet and token in five short paragraphs"), primer),
    ...sections,
    inPerson(demo),
    scenarios,
  );
  mountScenarios(scenarios, primer, store, entries);
  return entries;
}

/** Links to the demo's own servers: their addresses come from the program, never from traffic. */
function inPerson({ addresses, remark }) {
  const link = (address) => h("a", { href: address, target: "_blank", rel: "noopener noreferrer" }, address);
  const lines = [];
  if (addresses.chat_page) {
    lines.push(
      h(
        "p",
        {},
        "Open ",
        link(addresses.chat_page),
        " in two tabs and be Alice and Bob yourself: each tab is a client with a pipe of its own.",
      ),
    );
  }
  if (addresses.http) {
    lines.push(h("p", {}, "Visit ", link(addresses.http), " with this browser, and see what a browser really sends."));
  }
  if (remark) lines.push(h("p", { class: "lab-remark" }, remark));
  return lines.length ? h("section", { class: "lab-group" }, h("h3", {}, "In person"), ...lines) : "";
}
