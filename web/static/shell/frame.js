// The frame around every view: source and counters above, views at the left, the demo's buttons between.

import { closest, h, icon } from "../widgets/dom.js";
import { mountBar } from "./header.js";
import { mountHelp } from "./help_dialog.js";
import { mountSources } from "./source_dialog.js";
import { go } from "../state/navigation.js";
import { mountStrip } from "../lab/demo_buttons.js";
import { mountRail } from "./nav_rail.js";
import * as timeline from "../timeline/timeline_view.js";
import * as overview from "../overview/overview_view.js";
import * as connections from "../connection/connections_view.js";
import * as packets from "../packets/packets_view.js";
import * as http from "../http/http_view.js";
import * as websocket from "../websocket/websocket_view.js";
import * as sockets from "../sockets/sockets_view.js";
import * as compare from "../compare/compare_view.js";
import * as lab from "../lab/lab_view.js";

const VIEWS = [
  { name: "timeline", label: "Timeline", mount: timeline.mount },
  { name: "overview", label: "Overview", mount: overview.mount },
  { name: "connections", label: "Connections", counts: "connections", mount: connections.mount },
  { name: "packets", label: "Packets", counts: "packets", mount: packets.mount },
  { name: "http", label: "HTTP", counts: "exchanges", mount: http.mount },
  { name: "websocket", label: "WebSocket", counts: "messages", mount: websocket.mount },
  { name: "sockets", label: "Sockets", mount: sockets.mount },
  { name: "compare", label: "Compare", mount: compare.mount },
  { name: "lab", label: "Lab", mount: lab.mount, onlyDemo: true },
];

export const VIEW_NAMES = VIEWS.map((view) => view.name);

/** @param {{resync: () => void}} actions what the frame can ask of the feed */
export function mountFrame(root, store, actions) {
  const help = mountHelp();
  const sources = mountSources(store);
  const stage = h("main", { class: "stage", id: "stage", tabindex: "-1" });
  const bar = h("header", { class: "bar" });
  const strip = h("section", { class: "strip", "aria-label": "Demo" });
  const problem = h("div", { class: "problem", role: "alert", hidden: true });
  const rail = mountRail(store, VIEWS);
  root.append(
    h("a", {
      class: "skip",
      href: "#stage",
      onclick: (event) => {
        event.preventDefault();
        stage.focus();
      },
    }, "Skip to the view"),
    bar,
    rail.element,
    h("div", { class: "body" }, strip, problem, stage),
    help.element,
    sources.element,
  );
  mountBar(bar, store, { ...actions, help: help.open, sources: sources.open });
  mountStrip(strip, store);

  let [mounted, unmount] = [null, () => {}];
  store.subscribe((state) => {
    rail.draw(state);
    drawProblem(problem, store, state);
    strip.hidden = !state.demo || state.route.view === "lab";
    if (mounted === state.route.view) return;
    unmount();
    mounted = state.route.view;
    const view = VIEWS.find(({ name }) => name === mounted);
    stage.replaceChildren(h("h1", { class: "unseen" }, view.label));
    stage.dataset.view = mounted;
    document.title = `${view.label} · Wireglass`;
    unmount = view.mount(stage, store);
  });
  document.addEventListener("keydown", (event) => shortcut(event, store, help));
}

/** What went wrong, with what to do, or else what there is to know about the capture; stays until it is put away. */
function drawProblem(element, store, { problem, capture, notesSeen }) {
  const notes = (capture.notes ?? []).slice(notesSeen);
  const [what, then] = problem ? [problem.message, problem.what_to_do ?? ""] : [notes.join(" "), ""];
  element.hidden = !what;
  element.classList.toggle("note", !problem && !capture.troubles?.length);
  const key = `${what} ${then}`;
  if (element.dataset.key === key) return;
  element.dataset.key = key;
  const putAway = () => store.set(problem ? { problem: null } : { notesSeen: capture.notes.length });
  element.replaceChildren(
    h("b", {}, what),
    h("span", {}, then),
    h("button", { class: "icon-button", "aria-label": "Put away", title: "Put away", onclick: putAway }, icon("close")),
  );
}

function shortcut(event, store, help) {
  if (event.ctrlKey || event.metaKey || event.altKey || closest(event, "input, textarea, select")) return;
  const number = Number(event.key);
  if (event.key === "?") help.open();
  else if (event.key === "/") document.getElementById("filter").focus();
  else if (number >= 1 && number <= VIEWS.length && (!VIEWS[number - 1].onlyDemo || store.state.demo)) {
    go(store, { view: VIEWS[number - 1].name });
  } else return;
  event.preventDefault();
}
