// Lessons beside the figure: five facts about file descriptors, each with a place that shows it, and the path of a
// message.

import { h } from "../widgets/dom.js";
import { duration, moment, shortened } from "../text/format.js";
import { stepsOf } from "./descriptor_store.js";
import { redraw } from "../widgets/redraw.js";

const TITLES = {
  before_accept: "Before accept(), no process has a descriptor for the connection",
  lowest_free: "A new descriptor gets the lowest free number",
  gone_while_closing: "The descriptor closes before the connection does",
  time_wait: "A TIME-WAIT socket has no owning process",
  used_again: "Descriptor numbers are reused immediately",
};

const ABSENT = {
  before_accept: "Not seen yet: a program must accept a connection.",
  lowest_free: "Not seen yet: let one of two clients leave and another join.",
  gone_while_closing: "Not seen yet: a program must close its descriptor while its connection is still closing.",
  time_wait: "Not seen yet: close a connection to see this.",
  used_again: "Not seen yet: a descriptor must be closed and its number used again.",
};

const WHAT =
  "A file descriptor is the number by which a process refers to an open socket, like the token that a coffee shop " +
  "hands out for an order. Blue: the client’s end of a connection; orange: the server’s; grey: a listening socket.";
const WORDS = 40; // characters of a message
const MOST = 50; // places of a kind that the server sends

/**
 * @param {object} actions
 * @param {(at: number, connection: number | null) => void} actions.show
 * @param {(push: number | null) => void} actions.follow
 * @param {(place: {id: number, packet?: number}, text: string) => HTMLElement} actions.link to a connection
 */
export function mountLessons(actions) {
  const facts = h("ol", { class: "fd-facts" });
  const ways = h("div", { class: "fd-paths" });
  const element = h(
    "aside",
    { class: "fd-side", "aria-label": "About file descriptors" },
    h("section", {}, h("h2", {}, "Five facts about file descriptors"), h("p", { class: "fd-absent" }, WHAT), facts),
    h("section", {}, h("h2", {}, "The path of a message"), ways),
  );
  let [drawn, followed] = ["", null];
  return {
    element,
    draw(store, { way, at }) {
      const key = JSON.stringify([
        store.facts.length,
        store.facts.at(-1),
        store.ways.map(({ push }) => push),
        way?.push,
        at,
        store.revision,
      ]);
      if (key === drawn) return;
      drawn = key;
      redraw(
        facts,
        store.kinds.map((kind) => factItem(kind, store.facts.filter((fact) => fact.kind === kind), actions, at)),
      );
      redraw(ways, wayContent(store, way, actions));
      // Beside the figure the column scrolls by itself; below it it does not.
      if (way && way.push !== followed) element.scrollTop = ways.parentElement.offsetTop - element.offsetTop;
      followed = way?.push ?? null;
    },
  };
}

function factItem(kind, found, { show }, at) {
  const { told, isShown, next } = placeOf(found, at);
  const places = found.length >= MOST
    ? `${MOST} times or more`
    : found.length > 1
    ? `${found.length} times in this capture`
    : "";
  const label = isShown ? "Previous" : "Show";
  return h(
    "li",
    { class: told ? "" : "absent", "data-kind": kind, "data-key": kind },
    h("b", {}, TITLES[kind] ?? kind),
    h("p", {}, told ? told.sentence : (ABSENT[kind] ?? "")),
    told
      ? h(
        "p",
        { class: "fd-fact-foot", "data-key": "foot" },
        next ? placeButton(next, `${label}, ${moment(next.at_ns)}`, show) : h("span", {}, "Shown"),
        h("span", {}, places),
      )
      : null,
  );
}

/** A button to a place; when pressed it leads to the one that it has then. */
function placeButton({ at_ns: at, connection }, label, show) {
  const press = ({ currentTarget: { dataset } }) => show(Number(dataset.at), JSON.parse(dataset.connection));
  return h(
    "button",
    { class: "link", "data-key": "show", "data-at": at, "data-connection": JSON.stringify(connection), onclick: press },
    label,
  );
}

/** Of the places that show a fact: the last one up to the time shown, and the one that the button leads to. */
export function placeOf(found, at) {
  const last = at === null ? -1 : found.findLastIndex((fact) => Math.round(fact.at_ns) <= at);
  const index = last < 0 ? found.length - 1 : last;
  const told = found[index] ?? null;
  const isShown = Boolean(told) && Math.round(told.at_ns) === at;
  return { told, isShown, next: (isShown ? found[index - 1] : told) ?? null };
}

function wayContent(store, way, actions) {
  if (!store.ways.length) {
    return [
      h(
        "p",
        { class: "fd-absent" },
        "When one client sends a message to another, its path through the server is listed here: from the sender’s " +
          "descriptor over its connection to the server, which looks up the recipient in its registry (names and " +
          "descriptors, like a diary) and forwards the message on the recipient’s connection.",
      ),
    ];
  }
  const name = (id) => store.tokens.get(id)?.process ?? "?";
  const list = h(
    "ul",
    { class: "fd-path-list", "data-key": "paths" },
    store.ways.slice(-5).map((one) =>
      h(
        "li",
        { "data-key": one.push },
        h(
          "button",
          {
            class: "fd-path-button",
            "data-key": one.push,
            "aria-pressed": String(one.push === way?.push),
            onclick: ({ currentTarget }) => actions.follow(currentTarget.ariaPressed === "true" ? null : one.push),
          },
          h("span", {}, `${name(one.tokens.sender)} → ${name(one.tokens.receiver)}`),
          h("q", {}, shortened(one.said, WORDS)),
        ),
      )
    ),
  );
  if (!way) return [list, h("p", { class: "fd-absent" }, "Select one to follow it.")];
  const took = duration(way.at_ns[1] - way.at_ns[0]);
  return [
    list,
    h(
      "ol",
      { class: "fd-steps", "data-key": "steps" },
      stepsOf(way, store.tokens).map((step) => h("li", { class: `of-${step.kind}` }, stepText(step, actions))),
    ),
    h(
      "p",
      { class: "fd-absent" },
      `Forwarded after ${took}. Packets show the connections; the descriptors are inferred from which process held ` +
        `each ` +
        "end, since reads and writes are not recorded.",
    ),
  ];
}

function stepText(step, { link }) {
  const chip = (descriptor) => h("b", { class: "fd-chip" }, String(descriptor.fd));
  switch (step.kind) {
    case "writes":
      return [`${step.descriptor.process} writes to fd `, chip(step.descriptor)];
    case "reads":
      return [`${step.descriptor.process} reads from fd `, chip(step.descriptor)];
    case "registry":
      return ["registry: fd ", chip(step.from), ` is ${step.from.name}; ${step.to.name} is fd `, chip(step.to)];
    default:
      return [
        link({ id: step.connection }, `connection #${step.connection}`),
        ", ",
        link({ id: step.connection, packet: step.packet }, `packet ${step.packet}`),
      ];
  }
}
