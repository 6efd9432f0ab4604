// What a packet belongs to: its connection, the exchanges and messages with bytes in it, its anomalies and verdicts.

import { get } from "../net/api.js";
import { anomalyItem } from "../widgets/anomaly_item.js";
import { h } from "../widgets/dom.js";
import { packetLinks, placeLink } from "../widgets/place_link.js";
import { explanation } from "../widgets/verdict_explanation.js";
import { count, counted } from "../text/format.js";

/**
 * The links of a packet, in one line; of a packet of no connection, none.
 *
 * @param {import("../state/store.js").Store} store
 * @param {object} answer of /api/packets/N
 */
export function placesOf(store, { packet, within, within_more: more }) {
  const { number, connection: id, at_ns: at } = packet;
  if (id === null) return [];
  const { route, capture } = store.state;
  const isLadder = route.view === "connections";
  return [
    isLadder
      ? placeLink(store, { view: "packets", packet: number }, {}, "packet table")
      : placeLink(store, { view: "connections", id, packet: number }, {}, `connection #${id}`),
    ...within.map((piece) => pieceLink(store, id, piece)),
    more ? h("span", {}, `and ${counted(more, "more message")}`) : null,
    capture.tokens && at !== null
      ? placeLink(
        store,
        { view: "sockets", id, at },
        { title: "Sockets at the time of this packet" },
        "file descriptors",
      )
      : null,
  ].filter(Boolean);
}

function pieceLink(store, connection, { kind, row, text }) {
  return kind === "message"
    ? placeLink(store, { view: "websocket", id: connection, message: row }, { title: text }, `message ${count(row)}`)
    : placeLink(store, { view: "http", id: row }, { title: text }, `${kind} of exchange ${count(row)}`);
}

/** The anomalies of a packet and why it has its verdicts; the latter are fetched. */
export class PacketReasons {
  element = h("div", { class: "packet-why" });
  #number = null;

  /** @param {import("../state/store.js").Store} store */
  constructor(store) {
    this.store = store;
  }

  /** @param {object} answer of /api/packets/N */
  draw({ packet, anomalies, anomalies_more: more }) {
    const { number, verdicts } = packet;
    this.#number = number;
    const found = anomalies.map((anomaly) =>
      anomalyItem(
        anomaly,
        placeLink(
          this.store,
          { view: "packets", packet: number, filter: `is:${anomaly.code}` },
          {},
          "all such packets",
        ),
      )
    );
    if (more) found.push(h("li", {}, `and ${counted(more, "more")}`));
    this.element.replaceChildren(
      ...(found.length ? [h("ul", { class: "anomalies", "aria-label": "Anomalies" }, found)] : []),
    );
    this.element.hidden = !found.length;
    if (verdicts.length) this.explain(number);
  }

  async explain(number) {
    try {
      const { verdicts } = await get(`/api/packets/${number}/why`);
      if (number !== this.#number) return;
      this.element.append(...verdicts.map((one) => explanation(one, packetLinks(this.store))));
      this.element.hidden = false;
    } catch (error) {
      if (number === this.#number) this.store.set({ problem: { message: error.message, what_to_do: error.advice } });
    }
  }
}
