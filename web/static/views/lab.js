// The lab: every button of the demo with what it lets one see, and where to be Alice and Bob in person.

import { h, setText } from "../dom.js";
import { actionButton, drawRunning, groups } from "../lab.js";

const ABOUT = {
  http: "A visitor asks, the server answers, the pipe is taken down. Each visit builds a new one, with a new port number on the visitor’s side.",
  ws: "Alice and Bob each keep one pipe open. Either end may speak at any time; the server passes on what one says to the other.",
  other: "",
};

export function mount(root, store) {
  const page = h("div", { class: "lab" });
  root.append(page);
  let [built, buttons, outcomes] = [null, [], new Map()];
  const last = new Map(); // action name → what came of it last
  const unsubscribe = store.subscribe((state) => {
    if (!state.demo) {
      built = null;
      page.replaceChildren(h("div", { class: "empty" }, h("h2", {}, "No lab here"), h("p", {}, "The lab belongs to the demo. Start it in a terminal: wireglass demo")));
      return;
    }
    const key = JSON.stringify(state.demo);
    if (key !== built) {
      built = key;
      ({ buttons, outcomes } = build(page, store, state.demo));
    }
    drawRunning(buttons, state);
    const { outcome } = state.lab;
    if (outcome) last.set(outcome.name, outcome);
    for (const [name, element] of outcomes) {
      setText(element, last.get(name)?.text ?? "");
      element.classList.toggle("trouble", last.has(name) && !last.get(name).ok);
    }
  });
  return unsubscribe;
}

function build(page, store, demo) {
  const [buttons, outcomes] = [[], new Map()];
  const sections = groups(demo.actions).map((group) => h("section", { class: `lab-group ${group.kind}` },
    h("h3", {}, group.title), h("p", { class: "lab-about" }, ABOUT[group.kind]),
    h("ul", {}, group.actions.map((action) => {
      const button = actionButton(store, action);
      const outcome = h("p", { class: "lab-outcome", role: "status" });
      buttons.push({ action, button });
      outcomes.set(action.name, outcome);
      return h("li", {}, button, h("div", {}, h("p", {}, action.explanation), outcome));
    }))));
  page.replaceChildren(
    h("header", {}, h("h2", {}, "The lab"),
      h("p", {}, "Real servers and real clients on this machine. Nothing here is simulated: what the other views show was captured on the wire.")),
    ...sections, inPerson(demo.addresses));
  return { buttons, outcomes };
}

/** Links to the demo's own servers: their addresses come from the program, never from traffic. */
function inPerson(addresses) {
  const link = (address) => h("a", { href: address, target: "_blank", rel: "noopener noreferrer" }, address);
  const lines = [];
  if (addresses.chat_page) lines.push(h("p", {}, "Open ", link(addresses.chat_page), " in two tabs and be Alice and Bob yourself: each tab is a client with a pipe of its own."));
  if (addresses.http) lines.push(h("p", {}, "Visit ", link(addresses.http), " with this browser, and see what a browser really sends."));
  return lines.length ? h("section", { class: "lab-group" }, h("h3", {}, "In person"), ...lines) : "";
}
