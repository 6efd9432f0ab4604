// One connection: both ends, tabs with the ladder of its packets, and the selected packet.

import { get } from "../net/api.js";
import { closest, h, icon, setText } from "../widgets/dom.js";
import { counted, duration, moment, size } from "../text/format.js";
import { durationNs } from "../widgets/lifetime_bar.js";
import { ConnectionPackets } from "./connection_packets.js";
import { go } from "../state/navigation.js";
import { addressKind, portRole, splitEndpoint } from "../text/address.js";
import { mountHolders } from "../sockets/connection_holders.js";
import { outcome, protocolName } from "../text/terms.js";
import { LadderView } from "./ladder_view.js";
import { mountPacketPanel } from "../packets/packet_panel.js";
import { redraw } from "../widgets/redraw.js";
import { packetLinks, placeLink } from "../widgets/place_link.js";
import { mountVerdictPopover } from "../widgets/verdict_popover.js";
import { mountTabs } from "./tabs.js";
import { mountPlayback } from "./playback_bar.js";

export function mountConnectionPanel(panel, store) {
  const head = header(store);
  const choose = (packet) => go(store, { packet });
  const ladder = new LadderView({ choose, moved: () => moved() });
  const why = mountVerdictPopover(ladder.element, ladder.list.element, packetLinks(store));
  const playback = mountPlayback(
    ladder,
    get,
    (problem) => store.set({ problem: { message: problem.message, what_to_do: problem.advice } }),
  );
  const packet = mountPacketPanel(store);
  const panes = mountTabs(store, [ladder.element, playback.element]);
  const trouble = h("p", { class: "panel-trouble", role: "alert", hidden: true });
  const places = h("nav", { class: "connection-places", "aria-label": "Contents of the connection" });
  const line = h("div", { class: "tabs-line" }, panes.bar, places);
  const page = h("div", { class: "connection" }, head.element, line, trouble, panes.elements, packet.element);
  panel.append(page);

  const connectionPackets = new ConnectionPackets(get, () => draw(store.state));
  const moved = () => {
    playback.draw();
    const list = ladder.list.element;
    why.explain(document.activeElement === list ? list.querySelector(".step.chosen [data-why]") : null);
  };
  let stamp = null;
  function draw(state) {
    const { id } = state.route;
    page.hidden = id === null;
    const row = id === null ? null : state.tables.connections.get(id);
    const next = `${row ? row.packets : ""} ${row ? row.protocol : ""}`;
    const isKnown = connectionPackets.id === id;
    connectionPackets.choose(id, state.route.packet);
    if (isKnown && next !== stamp && state.behind === null) connectionPackets.refresh();
    stamp = next;
    if (id === null) {
      ladder.leave();
      return;
    }
    trouble.hidden = !connectionPackets.error;
    setText(
      trouble,
      connectionPackets.error ? `${connectionPackets.error.message} ${connectionPackets.error.advice ?? ""}` : "",
    );
    const known = connectionPackets.connection;
    const connection = row ?? (known && { ...known, until_ns: known.at_ns + known.duration_ns });
    head.draw(connection, state);
    if (connection) redraw(places, placesOf(connection).map(({ text, place }) => placeLink(store, place, {}, text)));
    packet.draw(state.route.packet); // first, since it takes room from the ladder
    panes.draw(state, connection);
    if (state.route.packet === null) delete ladder.list.element.dataset.arrowKeys;
    else ladder.list.element.dataset.arrowKeys = "";
    if (known) ladder.draw(connectionPackets, state.route.packet);
    playback.draw();
  }
  const unsubscribe = store.subscribe(draw);
  const onKey = (event) => {
    if (
      event.key !== "Escape" || store.state.route.id === null || closest(event, "input:not([type=range]), dialog")
    ) return;
    go(store, store.state.route.packet === null ? { id: null } : { packet: null });
  };
  document.addEventListener("keydown", onKey);
  return {
    focus: () => ladder.focus(),
    follow: () => ladder.follow(),
    unmount() {
      unsubscribe();
      connectionPackets.clear();
      packet.unmount();
      playback.unmount();
      panes.close();
      document.removeEventListener("keydown", onKey);
    },
  };
}

function header(store) {
  const title = h("h2", { class: "connection-title" });
  const facts = h("p", { class: "connection-facts" });
  const holders = mountHolders(store);
  const sockets = {
    client: socketPlate("client", holders.elements.client),
    server: socketPlate("server", holders.elements.server),
  };
  const close = h("button", {
    class: "icon-button",
    "aria-label": "Close this connection",
    title: "Close (Escape)",
    onclick: () => go(store, { id: null }),
  }, icon("close"));
  const element = h(
    "header",
    { class: "connection-head" },
    h("div", { class: "connection-line" }, title, facts, close),
    h(
      "div",
      { class: "sockets" },
      h(
        "div",
        { class: "sockets-pair" },
        sockets.client.element,
        h("i", { class: "sockets-line" }),
        sockets.server.element,
      ),
      h(
        "p",
        { class: "sockets-hint" },
        "Each end is named by an IP address and a port; the connection is the pipe between them.",
      ),
    ),
  );
  return {
    element,
    draw(connection, state) {
      if (!connection) return;
      holders.draw(state);
      const { long, kind } = outcome(connection);
      setText(title, `#${connection.id} ${protocolName(connection.protocol)}`);
      title.dataset.protocol = connection.protocol;
      const lived = connection.duration_ns === null ? "an unknown time" : duration(durationNs(connection, state.end));
      const lasted = kind === "open" ? `${long} for ${lived}` : `${long} after ${lived}`;
      const [packets, bytes] = [connection.packets, connection.bytes].map(([a, b]) => a + b);
      const said = [
        lasted,
        connection.network,
        `first packet at ${moment(connection.at_ns)}`,
        counted(packets, "packet"),
        `${size(bytes)} of payload`,
      ];
      setText(facts, said.filter(Boolean).join(" · "));
      for (const side of ["client", "server"]) sockets[side].draw(connection);
    },
  };
}

/** Where the contents of a connection are listed, by protocol: {text, place}, a change of the route. */
function placesOf({ id, protocol, inside }) {
  const spoken = [protocol, inside];
  const isChat = spoken.includes("websocket"); // opened by an HTTP exchange
  const filter = `#${id}`;
  return [
    { text: "exchanges", place: { view: "http", filter }, isThere: isChat || spoken.includes("http") },
    { text: "messages", place: { view: "websocket", id }, isThere: isChat },
    { text: "packets", place: { view: "packets", filter }, isThere: true },
  ].filter(({ isThere }) => isThere);
}

/** A socket: its address and port, each with its kind. */
function socketPlate(side, holder) {
  const [address, port, where, role] = [h("b"), h("b"), h("span"), h("span")];
  const element = h(
    "div",
    { class: `socket ${side}` },
    h("span", { class: "socket-name" }, side === "client" ? "Client socket" : "Server socket", holder),
    h("span", { class: "socket-part address" }, address, h("small", {}, "address", where)),
    h("span", { class: "socket-colon" }, ":"),
    h("span", { class: "socket-part port" }, port, h("small", {}, "port", role)),
  );
  return {
    element,
    draw(connection) {
      const endpoint = connection[side];
      const parts = splitEndpoint(endpoint);
      setText(role, `: ${portRole(side, connection)}`);
      setText(address, parts.address);
      setText(port, String(parts.port));
      setText(where, `: ${addressKind(parts.address)}`);
      element.title = endpoint;
    },
  };
}
