// The lab's scenarios: each situation of a TCP life with a button that brings it about, and what came of it.

import * as api from "../net/api.js";
import { h } from "../widgets/dom.js";
import { actionButton, connectionsOf } from "./demo_buttons.js";
import { go } from "../state/navigation.js";

const MOST_LINKS = 12;
const MARGIN = 0.15; // of a life, on either side of it
const LEAST_MARGIN = 2e6; // ns
const LEADS_ON = { news: { view: "compare", label: "Compare the five" } };

/**
 * Fills `place` with the scenarios once the server has named them, and `primer` with the words they are told in;
 * `entries` is given what each row is made of.
 */
export async function mountScenarios(place, primer, store, entries) {
  place.replaceChildren(h("p", { class: "lab-about" }, "Fetching the scenarios …"));
  try {
    const { words, groups } = await api.get("/api/lab");
    if (!place.isConnected) return;
    primer.replaceChildren(...words.flatMap(({ word, meaning }) => [h("dt", {}, word), h("dd", {}, meaning)]));
    fill(place, store, groups, entries);
  } catch (error) {
    if (!(error instanceof api.ApiError)) throw error;
    place.replaceChildren(h("p", { class: "lab-outcome trouble", role: "alert" }, error.message, " ", error.advice));
  }
}

function fill(place, store, groups, entries) {
  const sections = groups.map((group, number) =>
    h(
      "section",
      { class: "lab-group scenarios", id: `scenarios-${number + 1}`, tabindex: "-1" },
      h("h3", {}, group.title),
      h("p", { class: "lab-about" }, group.about),
      h("ul", {}, group.scenarios.map((scenario) => row(store, scenario, entries))),
    )
  );
  place.replaceChildren(
    h(
      "header",
      {},
      h("h2", {}, "Situations"),
      h(
        "p",
        {},
        "What can become of a connection, brought about on purpose. Each runs in a network of its own, where a link may be slow, narrow or broken, and its packets join this recording.",
      ),
    ),
    h(
      "nav",
      { class: "lab-index", "aria-label": "Situations" },
      groups.map((group, number) =>
        h("button", { class: "link", onclick: () => show(store, number + 1) }, group.title)
      ),
    ),
    ...sections,
  );
  turnTo(store.state.route.id);
}

function row(store, scenario, entries) {
  const action = { ...scenario, path: "/api/lab" };
  const button = actionButton(store, action);
  const outcome = h("p", { class: "lab-outcome", role: "status" });
  const links = h("p", { class: "lab-links" });
  entries.push({ action, button, outcome, links });
  return h(
    "li",
    {},
    h("div", {}, button, h("code", { class: "lab-name" }, scenario.name)),
    h("div", {}, h("p", {}, scenario.explanation), outcome, links),
  );
}

/** Goes to a group by its number, from 1. */
export function show(store, number) {
  go(store, { view: "lab", id: number });
  turnTo(number);
}

/** Brings a group into sight: the address names it by number, "#/lab/3". */
export function turnTo(number) {
  const section = number === null ? null : document.getElementById(`scenarios-${number}`);
  section?.scrollIntoView({ block: "start" });
  section?.focus({ preventScroll: true });
}

/** A connection's life with some time on either side: what the history of the tokens is to show of it. */
export function around({ at_ns: at, until_ns: until }) {
  const margin = Math.max((until - at) * MARGIN, LEAST_MARGIN);
  return { from: Math.max(0, Math.round(at - margin)), to: Math.round(until + margin) };
}

/** Turns to the beginning of a connection among the tokens; of its end the page may know more by now than when the link was made. */
function toTokens(store, row) {
  const now = store.state.tables.connections.sorted().find(({ id }) => id === row.id) ?? row;
  go(store, { view: "sockets", id: row.id, at: row.at_ns, span: around(now) });
}

/** Links from what came of a scenario to the connections that it made, and to the tokens of the first; they stay when the page no longer has their rows. */
export function drawLinks(element, store, outcome) {
  if (element.outcome === outcome && element.isWhole) return;
  const found = outcome.ok ? connectionsOf(outcome.clients, store.state.tables.connections.sorted()) : [];
  const on = outcome.ok ? LEADS_ON[outcome.name] : undefined;
  const key = [...found.map(({ id }) => id), on?.view].join();
  if (element.dataset.key === key) return;
  element.dataset.key = key;
  Object.assign(element, { outcome, isWhole: found.length === outcome.clients.length });
  element.replaceChildren(
    ...found.slice(0, MOST_LINKS).map(({ id }) =>
      h("button", { class: "link", onclick: () => go(store, { view: "connections", id }) }, `Connection ${id}`)
    ),
    ...found.slice(0, 1).map((row) =>
      h("button", { class: "link", onclick: () => toTokens(store, row) }, "Its tokens, step by step")
    ),
    ...(on ? [h("button", { class: "link", onclick: () => go(store, { view: on.view }) }, on.label)] : []),
  );
}
