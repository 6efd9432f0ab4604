// Beside the figure: five things that tokens do, each with the moment that shows it, and the way of a message.

import { h } from "../widgets/dom.js";
import { duration, moment, shortened } from "../text/format.js";
import { stepsOf } from "./descriptor_store.js";
import { keepingFocus } from "./keep_focus.js";

const TITLES = {
  before_accept: "Before accept, the server’s end has no token",
  lowest_free: "The lowest free number is handed out",
  gone_while_closing: "The token goes first, the connection later",
  time_wait: "TIME-WAIT belongs to nobody",
  used_again: "A number that came back is handed out again",
};

const ABSENT = {
  before_accept: "Not seen yet: some program must accept a connection.",
  lowest_free: "Not seen yet: let one of two guests leave and another come.",
  gone_while_closing: "Not seen yet: some program must give its token back while its connection still closes.",
  time_wait: "Not seen yet: a connection must have been closed.",
  used_again: "Not seen yet: a number must be given back and handed out again.",
};

const WHAT =
  "A token is the number by which a process holds an open socket: a file descriptor. Here it stands on blue at the end that asked for a pipe, on orange at the end that was asked, on grey at a door where a process listens.";
const WORDS = 40; // characters of a message
const MOST = 50; // places of a kind that are told

/** @param {{show: (at: number, connection: number | null) => void, follow: (push: number | null) => void, packet: (connection: number, packet: number) => void}} actions */
export function mountLessons(actions) {
  const facts = h("ol", { class: "tk-facts" });
  const ways = h("div", { class: "tk-ways" });
  const element = h(
    "aside",
    { class: "tk-side", "aria-label": "What tokens do" },
    h("section", {}, h("h2", {}, "Five facts about tokens"), h("p", { class: "tk-absent" }, WHAT), facts),
    h("section", {}, h("h2", {}, "A message’s way"), ways),
  );
  let [drawn, followed] = ["", null];
  return {
    element,
    draw(book, { way, at }) {
      const key = JSON.stringify([
        book.facts.length,
        book.facts.at(-1),
        book.ways.map(({ push }) => push),
        way?.push,
        at,
        book.revision,
      ]);
      if (key === drawn) return;
      drawn = key;
      keepingFocus(element, () => {
        facts.replaceChildren(
          ...book.kinds.map((kind) => factItem(kind, book.facts.filter((fact) => fact.kind === kind), actions, at)),
        );
        ways.replaceChildren(...wayContent(book, way, actions));
      });
      if (way && way.push !== followed) element.scrollTop = ways.parentElement.offsetTop - element.offsetTop; // of the column alone: beside the figure it scrolls, below it it does not
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
  const label = isShown ? "The one before" : "Show it";
  return h(
    "li",
    { class: told ? "" : "absent", "data-kind": kind },
    h("b", {}, TITLES[kind] ?? kind),
    h("p", {}, told ? told.sentence : (ABSENT[kind] ?? "")),
    told
      ? h(
        "p",
        { class: "tk-fact-foot" },
        next
          ? h(
            "button",
            { class: "link", "data-focus": kind, onclick: () => show(next.at_ns, next.connection) },
            `${label}, ${moment(next.at_ns)}`,
          )
          : h("span", {}, "Shown"),
        h("span", {}, places),
      )
      : null,
  );
}

/** Of the places where a fact shows the one that is told of, the last up to the moment shown; and the one that a press leads to. */
export function placeOf(found, at) {
  const last = at === null ? -1 : found.findLastIndex((fact) => Math.round(fact.at_ns) <= at);
  const index = last < 0 ? found.length - 1 : last;
  const told = found[index] ?? null;
  const isShown = Boolean(told) && Math.round(told.at_ns) === at;
  return { told, isShown, next: (isShown ? found[index - 1] : told) ?? null };
}

function wayContent(book, way, actions) {
  if (!book.ways.length) {
    return [
      h(
        "p",
        { class: "tk-absent" },
        "When one guest says something to another, its way through the server is listed here: token, pipe, token, diary (the server’s dictionary of names and tokens), token, pipe, token.",
      ),
    ];
  }
  const name = (id) => book.tokens.get(id)?.process ?? "?";
  const list = h(
    "ul",
    { class: "tk-way-list" },
    book.ways.slice(-5).map((one) =>
      h(
        "li",
        {},
        h(
          "button",
          {
            class: "tk-way-button",
            "data-focus": `way ${one.push}`,
            "aria-pressed": String(one.push === way?.push),
            onclick: () => actions.follow(one.push === way?.push ? null : one.push),
          },
          h("span", {}, `${name(one.tokens.sender)} → ${name(one.tokens.receiver)}`),
          h("q", {}, shortened(one.said, WORDS)),
        ),
      )
    ),
  );
  if (!way) return [list, h("p", { class: "tk-absent" }, "Choose one to follow it.")];
  const took = duration(way.at_ns[1] - way.at_ns[0]);
  return [
    list,
    h(
      "ol",
      { class: "tk-steps" },
      stepsOf(way, book.tokens).map((step) => h("li", { class: step.kind }, stepText(step, actions))),
    ),
    h(
      "p",
      { class: "tk-absent" },
      `From pipe to pipe: ${took}. The packets show the pipes; the tokens are inferred from who held each end, for no read or write was watched.`,
    ),
  ];
}

function stepText(step, { packet }) {
  const chip = (token) => h("b", { class: "tk-chip" }, String(token.fd));
  switch (step.kind) {
    case "writes":
      return [`out of ${step.token.process}’s token `, chip(step.token)];
    case "reads":
      return [`into ${step.token.process}’s token `, chip(step.token)];
    case "diary":
      return ["the diary: ", chip(step.from), ` is ${step.from.name}; ${step.to.name} is `, chip(step.to)];
    default:
      return [
        `through pipe #${step.connection}, `,
        h("button", { class: "link", onclick: () => packet(step.connection, step.packet) }, `packet ${step.packet}`),
      ];
  }
}
