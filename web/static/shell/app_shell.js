// The app shell, around every view: header, navigation, the demo bar and messages.

import { closest, h, icon } from "../widgets/dom.js";
import { mountHeader } from "./header.js";
import { mountFocus } from "./focus.js";
import { mountHelpDialog } from "./help_dialog.js";
import { mountSourceDialog } from "./source_dialog.js";
import { go } from "../state/navigation.js";
import { mountDemoBar } from "../lab/demo_buttons.js";
import { mountNavigation } from "./nav_rail.js";
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

/** @param {{resync: () => void}} actions of the feed */
export function mountAppShell(root, store, actions) {
  const help = mountHelpDialog();
  const sources = mountSourceDialog(store);
  const stage = h("main", { class: "stage", id: "stage", tabindex: "-1" });
  const bar = h("header", { class: "bar" });
  const demoBar = h("section", { class: "demo-bar", "aria-label": "Demo" });
  const problem = h("div", { class: "problem", role: "alert", hidden: true });
  const rail = mountNavigation(store, VIEWS);
  root.append(
    h("a", {
      class: "skip",
      href: "#stage",
      onclick: (event) => {
        event.preventDefault();
        stage.focus();
      },
    }, "Skip to content"),
    bar,
    rail.element,
    h("div", { class: "body" }, demoBar, problem, stage),
    help.element,
    sources.element,
  );
  mountHeader(bar, store, { ...actions, help: help.open, sources: sources.open });
  mountDemoBar(demoBar, store);

  const focus = mountFocus(stage);
  let [mounted, unmount, opened] = [null, () => {}, false];
  function draw(state) {
    rail.draw(state);
    drawProblem(problem, store, state);
    demoBar.hidden = !state.demo || state.route.view === "lab";
    const isOpen = [state.route.id, state.route.packet, state.route.message].some((chosen) => chosen !== null);
    if (opened && !isOpen) focus.restore(); // what was closed may have had it
    opened = isOpen;
    if (mounted === state.route.view) return;
    const isFirst = mounted === null;
    unmount();
    mounted = state.route.view;
    const view = VIEWS.find(({ name }) => name === mounted);
    stage.replaceChildren(h("h1", { class: "unseen" }, view.label));
    stage.dataset.view = mounted;
    document.title = `${view.label} · Wireglass`;
    unmount = view.mount(stage, store);
    if (isFirst || document.activeElement?.closest("input, textarea, dialog")) return;
    focus.enter();
  }
  store.subscribe(draw);
  document.addEventListener("keydown", (event) => shortcut(event, store, { help, draw, focus }));
}

/** The last problem and what to do about it, or else notes on the capture, until dismissed. */
function drawProblem(element, store, { problem, capture, notesSeen }) {
  const notes = (capture.notes ?? []).slice(notesSeen);
  const [what, then] = problem ? [problem.message, problem.what_to_do ?? ""] : [notes.join(" "), ""];
  element.hidden = !what;
  element.classList.toggle("note", !problem && !capture.troubles?.length);
  const key = `${what} ${then}`;
  if (element.dataset.key === key) return;
  element.dataset.key = key;
  const dismiss = () => store.set(problem ? { problem: null } : { notesSeen: capture.notes.length });
  element.replaceChildren(
    h("b", {}, what),
    h("span", {}, then),
    h("button", { class: "icon-button", "aria-label": "Dismiss", title: "Dismiss", onclick: dismiss }, icon("close")),
  );
}

function shortcut(event, store, { help, draw, focus }) {
  if (event.ctrlKey || event.metaKey || event.altKey || closest(event, "input, textarea, select")) return;
  const number = Number(event.key);
  if (event.key === "?") help.open();
  else if (event.key === "/") document.getElementById("filter").focus();
  else if (number >= 1 && number <= VIEWS.length && (!VIEWS[number - 1].onlyDemo || store.state.demo)) {
    go(store, { view: VIEWS[number - 1].name });
    draw(store.state); // now, so that the next key goes to it
    focus.enter(); // also if it was open already
  } else return;
  event.preventDefault();
}
