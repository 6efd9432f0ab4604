// Packets vs. kernel: both ends of each connection, their state in the packets and in the kernel, and a remark.

import { h, setText } from "../widgets/dom.js";
import { count, counted, duration, size } from "../text/format.js";
import { redraw } from "../widgets/redraw.js";
import { isWaiting } from "./descriptor.js";

const WHAT_FIGURES =
  "TCP_INFO, the kernel’s values for this end: measured round-trip time, congestion window in segments, " +
  "retransmissions, and pacing rate, which delays packets only where pacing is on (fq, or a congestion control such " +
  "as BBR).";
const COLUMNS = ["Conn.", "End", "Process, fd", "Packets", "Kernel", "TCP_INFO", ""];
const ROWS = 24; // ends listed, of the newest connections first

/** @param {(connection: number) => HTMLElement} connectionLink */
export function mountKernelTable(connectionLink) {
  const body = h("tbody", { role: "rowgroup" });
  const head = COLUMNS.map((title) =>
    h("th", { scope: "col", role: "columnheader" }, title || h("span", { class: "unseen" }, "Remark"))
  );
  // Explicit roles: on a narrow screen the rows are laid out as cards, which hides the table from screen readers.
  const table = h(
    "table",
    { class: "fd-table", role: "table" },
    h("thead", { role: "rowgroup" }, h("tr", { role: "row" }, head)),
    body,
  );
  const none = h("p", { class: "fd-none" });
  const element = h(
    "section",
    { class: "fd-kernel-states", "aria-label": "Packets and kernel" },
    h("h2", {}, "Packets vs. kernel"),
    h(
      "p",
      { class: "fd-about" },
      "The TCP state of each end in the packets, and the kernel’s socket state. What no packet of that end has shown " +
        "is assumed.",
    ),
    none,
    table,
  );
  let drawn = "";
  return {
    element,
    draw({ ends, at }, connection) {
      const alive = new Set(
        [...ends.values()].filter((end) => end.isThere || end.descriptor).map((end) => end.connection),
      );
      const all = [...ends.values()].filter((end) =>
        alive.has(end.connection) && (end.isThere || end.descriptor || end.kernel)
      );
      const first = (end) => (end.connection === connection ? 1 : 0);
      const shown = all.sort((a, b) =>
        first(b) - first(a) || b.connection - a.connection || (a.side === "client" ? -1 : 1)
      ).slice(0, ROWS);
      const key = JSON.stringify([shown, all.length, connection]);
      if (key === drawn) return;
      drawn = key;
      setText(
        none,
        !all.length
          ? "No open connection is known at this time."
          : all.length > ROWS
          ? `Shown: the newest ${ROWS} of ${count(all.length)} connection ends.`
          : "",
      );
      none.hidden = !none.textContent;
      table.hidden = !shown.length;
      redraw(body, shown.map((end) => row(end, at, connection, connectionLink)));
    },
  };
}

function row(end, at, connection, connectionLink) {
  const { kernel, descriptor } = end;
  const says = !kernel ? "not known yet" : end.isStale ? `${state(kernel)} (before)` : state(kernel);
  const cell = (attributes, ...content) => h("td", { role: "cell", ...attributes }, ...content);
  return h(
    "tr",
    {
      role: "row",
      class: `${end.differs ? "differs" : ""}${end.connection === connection ? " chosen" : ""}`,
      "data-key": `${end.connection} ${end.side}`,
    },
    cell(
      { class: "fd-of" },
      connectionLink(end.connection),
    ),
    cell({ class: end.side }, end.side),
    cell(
      { class: "fd-holder" },
      descriptor
        ? h("span", {}, descriptor.process, " ", h("b", { class: "fd-chip" }, String(descriptor.fd)))
        : end.isThere
        ? h("i", {}, "none")
        : "–",
    ),
    cell({ class: "mono fd-wire" }, end.wireText),
    cell(
      { class: "mono fd-kernel", title: kernel ? `reported ${duration(at - kernel.at_ns)} before this time` : "" },
      end.differs ? h("b", { class: "fd-mark", title: "They differ" }, "≠ ") : null,
      says,
    ),
    cell({ class: "fd-figures", title: kernel?.rtt_us == null ? "" : WHAT_FIGURES }, figures(kernel)),
    cell({ class: "fd-why" }, (end.differs ? kernel.why : remark(end)) ?? ""),
  );
}

const state = (kernel) => (kernel.listed ? kernel.state : "gone");

/** A remark on an end without a descriptor, or with unread bytes. */
export function remark(end) {
  const { descriptor, kernel, isStale, wire, isThere } = end;
  if (!descriptor && !isThere) return "This end is closed.";
  if (descriptor) {
    return kernel && !isStale && kernel.unread ? `${counted(kernel.unread, "byte")} not read yet` : null;
  }
  if (isWaiting(end)) {
    return wire === "ESTABLISHED"
      ? "Not accepted yet: the server has no descriptor for it."
      : "Handshake in progress: nothing to accept yet.";
  }
  if (kernel && !isStale && kernel.remark) return kernel.remark;
  if (wire === "TIME-WAIT") return "TIME-WAIT has no owning process.";
  return "No process holds it; the kernel completes the close.";
}

function figures(kernel) {
  if (!kernel || kernel.rtt_us === null) return "";
  const parts = kernel.rtt_us
    ? [`rtt ${duration(kernel.rtt_us * 1000)} ± ${duration(kernel.rtt_variation_us * 1000)}`]
    : [];
  parts.push(`cwnd ${kernel.congestion_window}`);
  if (kernel.retransmissions) parts.push(`${kernel.retransmissions} retransmitted`);
  if (kernel.pacing_rate !== null) parts.push(`pacing rate ${size(kernel.pacing_rate)}/s`);
  return parts.join(" · ");
}
