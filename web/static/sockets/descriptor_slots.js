// Slots: a number of a process, lit while it is a socket's; and an end that the kernel holds without one.

import { h } from "../widgets/dom.js";
import { counted, duration } from "../text/format.js";
import { takeApart } from "../text/address.js";
import { isWaiting } from "./descriptor.js";

export function slotItem({ fd, token, waiting }, picture, view, choose) {
  const end = token && picture.ends.get(`${token.connection} ${token.direction}`);
  const isChosen = token && token.connection !== null && token.connection === view.connection;
  const step = token ? view.steps.get(token.id) : null;
  const classes = [
    "tk-slot",
    token ? `lit ${token.role ?? ""}` : "free",
    isChosen ? "chosen" : "",
    step ? "way" : "",
    end?.differs ? "differs" : "",
  ];
  const text = h(
    "span",
    { class: "tk-slot-text" },
    h("b", {}, token ? title(token) : "free"),
    h("small", {}, token ? state(token, end, waiting) : ""),
  );
  const pipe = token && token.connection !== null
    ? h("small", { class: "tk-slot-pipe" }, `#${token.connection}`)
    : null; // where not every pipe is drawn
  const content = [
    h("span", { class: `tk-number${fd > 999 ? " long" : ""}` }, String(fd)),
    text,
    pipe,
    step ? h("span", { class: "tk-step", title: "Step of the message’s way" }, step) : null,
  ];
  const attributes = {
    class: classes.filter(Boolean).join(" "),
    "data-end": token && token.connection !== null ? `${token.connection} ${token.direction}` : null,
  };
  if (!token || token.connection === null) return h("li", {}, h("div", attributes, content));
  return h(
    "li",
    { class: "held" },
    h("button", {
      ...attributes,
      "data-focus": attributes["data-end"],
      "aria-pressed": String(isChosen),
      onclick: () => choose(token.connection),
    }, content),
  );
}

function title(token) {
  if (token.role === "listener") return `listens :${takeApart(token.local).port}`;
  if (!token.remote) return "a new socket";
  if (token.name !== null) return `${token.name}’s pipe`;
  const { port } = takeApart(token.remote);
  return token.role === "server" ? `from :${port}` : `to :${port}`;
}

function state(token, end, waiting) {
  if (waiting) return `${counted(waiting, "pipe")} not accepted yet`;
  if (!end) return token.role === "listener" ? "no pipe: a door" : "";
  return stateOf(end);
}

/** The wire's state, and the kernel's where it says another. */
const stateOf = (end) => (end.differs ? `${end.wireText} ≠ ${said(end.kernel)}` : end.wireText);

const said = (kernel) => (kernel.listed ? kernel.state : "gone");

export function looseEnd(end, picture, view, choose) {
  const key = `${end.connection} ${end.side}`;
  const isResting = end.wire === "TIME-WAIT" || (end.differs && end.kernel.state === "TIME-WAIT");
  const why = isResting ? "belongs to nobody" : isWaiting(end) ? "not accepted yet" : "held by nobody";
  return h(
    "button",
    {
      class: `tk-loose${view.connection === end.connection ? " chosen" : ""}`,
      "data-end": key,
      "data-focus": key,
      "aria-pressed": String(view.connection === end.connection),
      title: end.kernel
        ? `The kernel was asked ${duration(picture.at - end.kernel.at_ns)} before`
        : "The kernel has not been asked since",
      onclick: () => choose(end.connection),
    },
    h("span", { class: "tk-number" }, "–"),
    h(
      "span",
      { class: "tk-slot-text" },
      h("b", {}, `#${end.connection} ${end.side}’s end`),
      h("small", {}, `${stateOf(end)}, ${why}`),
    ),
  );
}
