// Slots: a process's descriptor numbers, filled while one is an open socket; and connection ends without a descriptor.

import { h } from "../widgets/dom.js";
import { count, duration } from "../text/format.js";
import { splitEndpoint } from "../text/address.js";
import { isWaiting } from "./descriptor.js";

export function slotItem({ fd, descriptor, waiting }, picture, view, choose) {
  const end = descriptor && picture.ends.get(`${descriptor.connection} ${descriptor.direction}`);
  const isChosen = descriptor && descriptor.connection !== null && descriptor.connection === view.connection;
  const step = descriptor ? view.steps.get(descriptor.id) : null;
  const classes = [
    "fd-slot",
    descriptor ? `lit ${descriptor.role ?? ""}` : "free",
    isChosen ? "chosen" : "",
    step ? "on-path" : "",
    end?.differs ? "differs" : "",
  ];
  const text = h(
    "span",
    { class: "fd-slot-text" },
    h("b", {}, descriptor ? title(descriptor) : "free"),
    h("small", {}, descriptor ? state(descriptor, end, waiting) : ""),
  );
  const pipe = descriptor && descriptor.connection !== null
    ? h("small", { class: "fd-slot-connection" }, `#${descriptor.connection}`)
    : null; // since not every connection is drawn
  const content = [
    h("span", { class: `fd-number${fd > 999 ? " long" : ""}` }, String(fd)),
    text,
    pipe,
    step ? h("span", { class: "fd-step", title: "Step of the message’s path" }, step) : null,
  ];
  const attributes = {
    class: classes.filter(Boolean).join(" "),
    "data-end": descriptor && descriptor.connection !== null
      ? `${descriptor.connection} ${descriptor.direction}`
      : null,
  };
  if (!descriptor || descriptor.connection === null) return h("li", {}, h("div", attributes, content));
  return h(
    "li",
    { class: "held", "data-key": attributes["data-end"] },
    h("button", {
      ...attributes,
      "data-key": attributes["data-end"],
      "aria-pressed": String(isChosen),
      onclick: () => choose(descriptor.connection),
    }, content),
  );
}

function title(descriptor) {
  if (descriptor.role === "listener") return `listen :${splitEndpoint(descriptor.local).port}`;
  if (!descriptor.remote) return "new socket";
  if (descriptor.name !== null) return `${descriptor.name}’s connection`;
  const { port } = splitEndpoint(descriptor.remote);
  return descriptor.role === "server" ? `from :${port}` : `to :${port}`;
}

function state(descriptor, end, waiting) {
  if (waiting) return `${count(waiting)} not accepted yet`;
  if (!end) return descriptor.role === "listener" ? "no connection" : "";
  return stateOf(end);
}

/** The state in the packets, and the kernel's where it is another. */
const stateOf = (end) => (end.differs ? `${end.wireText} ≠ ${kernelState(end.kernel)}` : end.wireText);

const kernelState = (kernel) => (kernel.listed ? kernel.state : "gone");

export function looseEnd(end, picture, view, choose) {
  const key = `${end.connection} ${end.side}`;
  const isResting = end.wire === "TIME-WAIT" || (end.differs && end.kernel.state === "TIME-WAIT");
  const why = isResting ? "no owning process" : isWaiting(end) ? "not accepted yet" : "held by no process";
  return h(
    "button",
    {
      class: `fd-loose${view.connection === end.connection ? " chosen" : ""}`,
      "data-end": key,
      "data-key": key,
      "aria-pressed": String(view.connection === end.connection),
      title: end.kernel ? `Kernel state from ${duration(picture.at - end.kernel.at_ns)} before` : "No kernel state yet",
      onclick: () => choose(end.connection),
    },
    h("span", { class: "fd-number" }, "–"),
    h(
      "span",
      { class: "fd-slot-text" },
      h("b", {}, `#${end.connection} ${end.side} end`),
      h("small", {}, `${stateOf(end)}, ${why}`),
    ),
  );
}
