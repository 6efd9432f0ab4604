// The tabs of a connection: ladder, stream, graphs and statistics. The URL holds the selected one.

import { get } from "../net/api.js";
import { h } from "../widgets/dom.js";
import { go } from "../state/navigation.js";
import { packetLinks } from "../widgets/place_link.js";
import { mountStatistics } from "./stats_tab.js";
import { GRAPHS, mountGraphs } from "./graphs_tab.js";
import { FORMATS, mountStream } from "./streams_tab.js";

const TABS = [["ladder", "Ladder"], ["streams", "Stream"], ["graphs", "Graphs"], ["facts", "Statistics"]];

/**
 * "graphs-window" → {tab: "graphs", part: "window"}; an unknown tab becomes the ladder, an unknown part the first one.
 */
export function readTab(text) {
  const [name, ...rest] = (text ?? "").split("-");
  const tab = TABS.some(([one]) => one === name) ? name : "ladder";
  const parts = ({ streams: FORMATS, graphs: GRAPHS }[tab] ?? []).map(([part]) => part);
  const part = rest.join("-");
  return { tab, part: parts.includes(part) ? part : (parts[0] ?? "") };
}

/**
 * @param {HTMLElement[]} ladder content of the ladder's tab
 * @returns {{bar: HTMLElement, elements: HTMLElement[], draw: Function, close: Function}}
 */
export function mountTabs(store, ladder) {
  const choose = (packet) => go(store, { packet });
  const packetLink = packetLinks(store);
  const turn = (tab) => go(store, { tab });
  const made = {};
  const makers = {
    streams: () => mountStream(get, packetLink, (way) => turn(`streams-${way}`)),
    graphs: () => mountGraphs(get, choose, (graph) => turn(`graphs-${graph}`)),
    facts: () => mountStatistics(get, packetLink),
  };
  const panes = { ladder: h("div", { class: "pane pane-ladder" }, ladder) };
  for (const name of Object.keys(makers)) panes[name] = h("div", { class: `pane pane-${name}`, hidden: true });
  const tabs = TABS.map(([name, title]) =>
    h("button", {
      class: "tab",
      role: "tab",
      id: `tab-${name}`,
      "aria-controls": `pane-${name}`,
      onclick: () => turn(name === "ladder" ? "" : name),
    }, title)
  );
  for (const [name] of TABS) {
    Object.entries({ role: "tabpanel", id: `pane-${name}`, "aria-labelledby": `tab-${name}` }).forEach(([key, value]) =>
      panes[name].setAttribute(key, value)
    );
  }
  const bar = h(
    "div",
    { class: "tabs", role: "tablist", "aria-label": "Parts of the connection", onkeydown: keyed },
    tabs,
  );

  function keyed(event) {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!by) return;
    event.preventDefault();
    const next = tabs[(tabs.findIndex((tab) => tab === document.activeElement) + by + tabs.length) % tabs.length];
    next.click();
    next.focus();
  }

  function show(name) {
    for (const [i, [one]] of TABS.entries()) {
      const isShown = one === name;
      panes[one].hidden = !isShown;
      tabs[i].setAttribute("aria-selected", String(isShown));
      tabs[i].setAttribute("tabindex", isShown ? "0" : "-1");
    }
    if (name !== "ladder" && !made[name]) {
      made[name] = makers[name]();
      panes[name].append(made[name].element);
    }
  }

  return {
    bar,
    elements: Object.values(panes),
    /** Draws the selected tab; `connection` is its newest row. */
    draw({ route }, connection) {
      const { tab, part } = readTab(route.tab);
      show(tab);
      if (tab === "ladder" || !connection) return;
      const stamp = `${connection.packets} ${connection.conn_state}`;
      if (tab === "streams") made.streams.draw(route.id, stamp, part, route.packet);
      else if (tab === "graphs") made.graphs.draw(route.id, stamp, part, connection.bytes);
      else made.facts.draw(route.id, stamp);
    },
    close() {
      for (const { close } of Object.values(made)) close();
    },
  };
}
