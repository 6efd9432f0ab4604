// Wire beside kernel: both ends of each pipe, the state that packets show or lead one to assume, the state that the kernel reports, and what to say of it.

import { h, setText } from "../widgets/dom.js";
import { count, counted, duration, size } from "../text/format.js";
import { keepingFocus } from "./keep_focus.js";
import { isWaiting } from "./descriptor.js";

const WHAT_FIGURES =
  "TCP_INFO, what the kernel steers this end by: the round trip time as it measures it, how many segments may be on the way (congestion window), how many it sent again, and the rate that pacing would use: it holds packets back only where pacing is on (fq, or a congestion control that paces, such as BBR).";
const COLUMNS = ["pipe", "end", "held by", "wire", "kernel", "kernel’s figures", ""];
const ROWS = 24; // ends listed; the newest pipes first

export function mountBeside(choose) {
  const body = h("tbody", { role: "rowgroup" });
  const head = COLUMNS.map((title) =>
    h("th", { scope: "col", role: "columnheader" }, title || h("span", { class: "unseen" }, "remark"))
  );
  // Roles, because on a narrow screen the rows are cards, and a table that is laid out so is none to a screen reader.
  const table = h(
    "table",
    { class: "tk-table", role: "table" },
    h("thead", { role: "rowgroup" }, h("tr", { role: "row" }, head)),
    body,
  );
  const none = h("p", { class: "tk-none" });
  const element = h(
    "section",
    { class: "tk-beside", "aria-label": "Wire and kernel" },
    h("h2", {}, "Wire beside kernel"),
    h(
      "p",
      { class: "tk-about" },
      "The state of each end as the packets show it, and as the kernel gives it when it is asked. What no packet of that end has shown yet is assumed.",
    ),
    none,
    table,
  );
  let drawn = "";
  return {
    element,
    draw({ ends, at }, connection) {
      const alive = new Set([...ends.values()].filter((end) => end.isThere || end.token).map((end) => end.connection));
      const all = [...ends.values()].filter((end) =>
        alive.has(end.connection) && (end.isThere || end.token || end.kernel)
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
          ? "No pipe is known to be open at this moment."
          : all.length > ROWS
          ? `The newest ${ROWS} of ${count(all.length)} ends.`
          : "",
      );
      none.hidden = !none.textContent;
      table.hidden = !shown.length;
      keepingFocus(body, () => body.replaceChildren(...shown.map((end) => row(end, at, connection, choose))));
    },
  };
}

function row(end, at, connection, choose) {
  const { kernel, token } = end;
  const says = !kernel ? "not asked yet" : end.isStale ? `${state(kernel)} (before)` : state(kernel);
  const cell = (attributes, ...content) => h("td", { role: "cell", ...attributes }, ...content);
  return h(
    "tr",
    { role: "row", class: `${end.differs ? "differs" : ""}${end.connection === connection ? " chosen" : ""}` },
    cell(
      { class: "tk-of" },
      h("button", {
        class: "link",
        "data-focus": `${end.connection} ${end.side}`,
        onclick: () => choose(end.connection),
      }, `#${end.connection}`),
    ),
    cell({ class: end.side }, end.side),
    cell(
      { class: "tk-holder" },
      token
        ? h("span", {}, token.process, " ", h("b", { class: "tk-chip" }, String(token.fd)))
        : end.isThere
        ? h("i", {}, "nobody")
        : "–",
    ),
    cell({ class: "mono tk-wire" }, end.wireText),
    cell(
      { class: "mono tk-kernel", title: kernel ? `asked ${duration(at - kernel.at_ns)} before this moment` : "" },
      end.differs ? h("b", { class: "tk-mark", title: "They differ" }, "≠ ") : null,
      says,
    ),
    cell({ class: "tk-figures", title: kernel?.rtt_us == null ? "" : WHAT_FIGURES }, figures(kernel)),
    cell({ class: "tk-why" }, (end.differs ? kernel.why : remark(end)) ?? ""),
  );
}

const state = (kernel) => (kernel.listed ? kernel.state : "gone");

/** What the kernel's row says of who holds the end; what the reports tell where the kernel was not asked in time. */
export function remark(end) {
  const { token, kernel, isStale, wire, isThere } = end;
  if (!token && !isThere) return "This end is over.";
  if (token) {
    return kernel && !isStale && kernel.unread
      ? `${counted(kernel.unread, "byte")} ${kernel.unread === 1 ? "waits" : "wait"} to be read`
      : null;
  }
  if (isWaiting(end)) {
    return wire === "ESTABLISHED"
      ? "Nobody has accepted it yet: the server’s end has no token."
      : "It is being built: there is nothing to accept yet.";
  }
  if (kernel && !isStale && kernel.remark) return kernel.remark;
  if (wire === "TIME-WAIT") return "TIME-WAIT belongs to nobody.";
  return "No process holds it: the kernel closes alone.";
}

function figures(kernel) {
  if (!kernel || kernel.rtt_us === null) return "";
  const parts = kernel.rtt_us
    ? [`rtt ${duration(kernel.rtt_us * 1000)} ± ${duration(kernel.rtt_variation_us * 1000)}`]
    : [];
  parts.push(`cwnd ${kernel.congestion_window}`);
  if (kernel.retransmissions) parts.push(`${kernel.retransmissions} sent again`);
  if (kernel.pacing_rate !== null) parts.push(`pacing rate ${size(kernel.pacing_rate)}/s`);
  return parts.join(" · ");
}
