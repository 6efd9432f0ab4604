// The lab's scenarios: each with a button that runs it, and its result.

import * as api from "../net/api.js";
import { h } from "../widgets/dom.js";
import { actionButton, connectionsOf } from "./demo_buttons.js";
import { aim, placeLink } from "../widgets/place_link.js";

const MOST_LINKS = 12;
const MARGIN = 0.15; // of a connection's duration, before and after it
const LEAST_MARGIN = 2e6; // ns
const FOLLOW_UPS = { news: { view: "compare", label: "Compare the five" } };

/**
 * Fetches the scenarios and fills `place` with them, `primer` with the terms they use; adds each row to `entries`.
 */
export async function mountScenarios(place, primer, store, entries) {
  place.replaceChildren(h("p", { class: "lab-about" }, "Loading scenarios…"));
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
      h("h2", {}, "Scenarios"),
      h(
        "p",
        {},
        "TCP situations produced on purpose. Each runs in its own network, whose link may be slow, narrow or lossy; " +
          "its packets become part of this recording.",
      ),
    ),
    h(
      "nav",
      { class: "lab-index", "aria-label": "Scenarios" },
      groups.map((group, number) => groupLink(store, number + 1, group.title)),
    ),
    ...sections,
  );
  scrollToGroup(store.state.route.id);
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

/** A link to a group by its number, from 1. */
export function groupLink(store, number, title) {
  const link = placeLink(store, { view: "lab", id: number }, {}, title);
  link.addEventListener("click", (event) => event.defaultPrevented && scrollToGroup(number)); // also the second time
  return link;
}

/** Scrolls a group into view; the URL names it by number, "#/lab/3". */
export function scrollToGroup(number) {
  const section = number === null ? null : document.getElementById(`scenarios-${number}`);
  section?.scrollIntoView({ block: "start" });
  section?.focus({ preventScroll: true });
}

/** A connection's time range with a margin: what the history of descriptors shows of it. */
export function around({ at_ns: at, until_ns: until }) {
  const margin = Math.max((until - at) * MARGIN, LEAST_MARGIN);
  return { from: Math.max(0, Math.round(at - margin)), to: Math.round(until + margin) };
}

/** A link to the sockets view at the start of a connection; its end is taken from the newest row. */
function descriptorLink(store, row) {
  const place = () => ({
    view: "sockets",
    id: row.id,
    at: row.at_ns,
    span: around(store.state.tables.connections.get(row.id) ?? row),
  });
  const link = placeLink(store, place(), {}, "Its file descriptors, step by step");
  for (const event of ["pointerenter", "focus"]) link.addEventListener(event, () => aim(link, store, place()));
  return link;
}

/**
 * Links a scenario's result to its connections, and to the descriptors of the first. They stay when rows are dropped.
 */
export function drawLinks(element, store, outcome) {
  if (element.outcome === outcome && element.isWhole) return;
  const found = outcome.ok ? connectionsOf(outcome.clients, store.state.tables.connections.sorted()) : [];
  const on = outcome.ok ? FOLLOW_UPS[outcome.name] : undefined;
  const key = [...found.map(({ id }) => id), on?.view].join();
  if (element.dataset.key === key) return;
  element.dataset.key = key;
  Object.assign(element, { outcome, isWhole: found.length === outcome.clients.length });
  element.replaceChildren(
    ...found.slice(0, MOST_LINKS).map(({ id }) =>
      placeLink(store, { view: "connections", id }, {}, `Connection ${id}`)
    ),
    ...found.slice(0, 1).map((row) => descriptorLink(store, row)),
    ...(on ? [placeLink(store, { view: on.view }, {}, on.label)] : []),
  );
}
