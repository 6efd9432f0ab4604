// The demo's buttons: each makes real clients send requests to the demo's real servers.

import { ApiError, post } from "../net/api.js";
import { h, setText } from "../widgets/dom.js";
import { redraw } from "../widgets/redraw.js";
import { overflowHint } from "../widgets/overflow_hint.js";
import { placeLink } from "../widgets/place_link.js";

const GROUPS = [
  {
    kind: "http",
    title: "Plain HTTP",
    about: "short-lived connections",
    names: ["get", "post", "refresh_twice", "keep_alive"],
  },
  {
    kind: "ws",
    title: "WebSocket chat",
    about: "one long-lived connection each",
    names: ["join", "alice_says_hi", "bob_answers", "server_push", "leave"],
  },
];

/** The server's actions in groups, in teaching order; unknown ones come last. */
export function groups(actions) {
  const known = new Set(GROUPS.flatMap(({ names }) => names));
  const others = {
    kind: "other",
    title: "More",
    about: "",
    names: actions.map(({ name }) => name).filter((name) => !known.has(name)),
  };
  const byName = new Map(actions.map((action) => [action.name, action]));
  return [...GROUPS, others]
    .map((group) => ({ ...group, actions: group.names.map((name) => byName.get(name)).filter(Boolean) }))
    .filter((group) => group.actions.length);
}

/** Runs an action, and has the connections view select its connection. */
export async function press(store, action) {
  if (store.state.lab.running) return;
  store.lab({ running: action.name, outcome: null });
  try {
    const { result, clients = [] } = await post(`${action.path ?? "/api/demo"}/${encodeURIComponent(action.name)}`);
    store.lab({ running: null, watch: clients, outcome: { name: action.name, ok: true, text: result, clients } });
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    const text = [error.message, error.advice].filter(Boolean).join(" ");
    store.lab({ running: null, watch: [], outcome: { name: action.name, ok: false, text, clients: [] } });
  }
}

/** The connections of an action so far, by its client sockets; a socket named twice was used twice. */
export function connectionsOf(clients, connections) {
  const rows = new Map(clients.map((client) => [client, []]));
  for (const row of connections) rows.get(row.client)?.push(row);
  const left = new Map(
    [...rows].map(([client, found]) => [client, found.slice(-clients.filter((one) => one === client).length)]),
  );
  return clients.map((client) => left.get(client).shift()).filter(Boolean);
}

/** A button for an action. While one runs, the others look enabled but do nothing, so that nothing flickers. */
export function actionButton(store, action, attributes = {}) {
  return h("button", {
    class: "button",
    "data-action": action.name,
    onclick: () => press(store, action),
    ...attributes,
  }, action.label);
}

/** Marks the running button, in a list of {action, button}. */
export function drawRunning(buttons, { lab }) {
  for (const { action, button } of buttons) {
    const runs = lab.running === action.name;
    button.classList.toggle("running", runs);
    button.setAttribute("aria-disabled", String(lab.running !== null));
    if (runs) button.setAttribute("aria-busy", "true");
    else button.removeAttribute("aria-busy");
  }
}

const INVITATION = "Press a button: real programs exchange real packets, which are captured and shown below.";

/** The demo bar above every view: buttons in groups, and a line with the explanation or the result of an action. */
export function mountDemoBar(bar, store) {
  const text = h("span");
  const links = h("span", { class: "demo-bar-links" });
  const line = h("p", { class: "demo-bar-line", role: "status" }, text, links);
  let [built, buttons, linked] = [null, [], ""];
  let pointed = null; // the action under the pointer or with the focus

  function build(demo) {
    const point = (action) => () => {
      pointed = action;
      draw(store.state);
    };
    buttons = demo.actions.map((action) => ({
      action,
      button: actionButton(store, action, {
        onpointerenter: point(action),
        onfocus: point(action),
        onpointerleave: point(null),
        onblur: point(null),
        "aria-description": action.explanation,
      }),
    }));
    const buttonOf = new Map(buttons.map(({ action, button }) => [action, button]));
    bar.replaceChildren(
      h(
        "div",
        { class: "demo-bar-buttons" },
        groups(demo.actions).map((group) =>
          h(
            "div",
            { class: `demo-bar-group of-${group.kind}`, role: "group", "aria-label": group.title },
            h("span", { class: "demo-bar-title" }, h("b", {}, group.title), h("span", {}, group.about)),
            overflowHint(h("div", { class: "demo-bar-row" }, group.actions.map((action) => buttonOf.get(action)))),
          )
        ),
      ),
      line,
    );
  }

  function draw(state) {
    drawRunning(buttons, state);
    const { outcome, running } = state.lab;
    const isReport = Boolean(outcome) && (!pointed || pointed.name === outcome.name);
    const explained = pointed ?? buttons.find(({ action }) => action.name === running)?.action;
    line.classList.toggle("trouble", isReport && !outcome.ok);
    line.classList.toggle("report", isReport);
    setText(text, isReport ? outcome.text : (explained?.explanation ?? INVITATION));
    text.title = text.textContent;
    drawLinks(isReport ? connectionsOf(outcome.clients, state.tables.connections.sorted()) : []);
  }

  function drawLinks(connections) {
    const key = connections.map(({ id }) => id).join();
    if (key === linked) return;
    linked = key;
    redraw(
      links,
      connections.map(({ id }) => placeLink(store, { view: "connections", id }, {}, `connection #${id}`)),
    );
  }

  store.subscribe((state) => {
    if (!state.demo) return;
    const key = JSON.stringify(state.demo.actions);
    if (built !== key) build(state.demo);
    built = key;
    draw(state);
  });
}
