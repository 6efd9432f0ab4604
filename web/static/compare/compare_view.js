// Compare view: HTTP and WebSocket, measured on the capture. Rows are questions, columns kinds of connection; each
// answer links to the packets that prove it. The URL holds the open cell: #/compare/74 is row 7, column 4.

import { get } from "../net/api.js";
import { cellId, fetchDelay, share } from "./compare_text.js";
import { h } from "../widgets/dom.js";
import { redraw } from "../widgets/redraw.js";
import { mountRunButton } from "./run_five_button.js";
import { drawLives, drawTrips, priceBar } from "./compare_charts.js";
import { go } from "../state/navigation.js";
import { placeLink } from "../widgets/place_link.js";
import { storedChoice } from "../widgets/stored_controls.js";

const EVERY_MS = 3000; // while packets come in

export function mount(root, store) {
  const page = h("div", { class: "compare-answers" });
  const fiveWays = mountRunButton(store);
  const of = storedChoice("compare-of", "Data to compare", [
    ["run", "The latest run"],
    [
      "capture",
      "The whole capture",
    ],
  ], () => ask(store.state.lengths.packets ?? 0));
  of.element.hidden = true;
  const about = { class: "compare", tabindex: "0", role: "region", "aria-label": "Comparison", "data-arrow-keys": "" };
  root.append(h("div", about, heading(), fiveWays.element, of.element, page));
  let [told, drawn, asking, asked, stopped] = [null, "", false, { packets: -1, at: -Infinity }, false];
  let timer = null;

  async function ask(packets) {
    asking = true;
    asked = { packets, at: performance.now() };
    try {
      const wanted = of.value;
      const answer = await get(wanted === "run" ? "/api/compare" : "/api/compare?of=capture");
      if (!stopped && wanted === of.value) told = answer;
    } catch (error) {
      if (!stopped) store.set({ problem: { message: error.message, what_to_do: error.advice } });
    } finally {
      asking = false;
      if (!stopped) draw(store.state);
    }
  }

  function draw(state) {
    const packets = state.lengths.packets ?? 0;
    const wait = fetchDelay({
      asking,
      asked,
      packets,
      state: state.capture.state,
      every: EVERY_MS,
      now: performance.now(),
    });
    clearTimeout(timer);
    if (wait === 0) ask(packets);
    else if (wait !== null) timer = setTimeout(() => draw(store.state), wait);
    fiveWays.draw(state);
    if (!told) return;
    of.element.hidden = !told.has_run;
    const { rev: _rev, ...comparison } = told;
    const key = JSON.stringify([comparison, state.route.id, Boolean(state.demo)]);
    if (key === drawn) return;
    drawn = key;
    redraw(page, comparison.kinds.length ? whole(store, comparison, state) : [nothing(state)]);
  }

  const unsubscribe = store.subscribe(draw);
  return () => {
    stopped = true;
    clearTimeout(timer);
    unsubscribe();
  };
}

function heading() {
  return h(
    "header",
    {},
    h("h2", {}, "HTTP and WebSocket compared"),
    h(
      "p",
      {},
      "Measured from the packets of this capture. Select a value to see how it was computed, and the packets that " +
        "prove it.",
    ),
  );
}

function nothing(state) {
  const hint = state.demo
    ? "Press the button above, or use the demo: get a page, start a chat."
    : "This capture contains no HTTP or WebSocket traffic to compare.";
  return h("div", { class: "empty" }, h("h2", {}, "Nothing to compare yet"), h("p", {}, hint));
}

function whole(store, comparison, state) {
  return [table(store, comparison, state.route.id), claims(store, comparison.truths), absent(comparison)].filter(
    Boolean,
  );
}

function table(store, comparison, chosen) {
  const { kinds, facts } = comparison;
  const head = h(
    "tr",
    {},
    h("th", { scope: "col" }, h("span", { class: "unseen" }, "Question")),
    kinds.map((kind) =>
      h("th", { scope: "col", class: family(kind) }, kind.title, h("span", { class: "compare-rule" }, kind.rule))
    ),
  );
  const rows = facts.flatMap((fact, number) => {
    const open = kinds.find((kind) => cellId(number, kind.name) === chosen);
    return [row(store, comparison, fact, number, chosen), open && proofRow(store, fact, open, kinds.length)];
  });
  return h(
    "div",
    { class: "compare-scroll", "data-key": "scroll" },
    h(
      "table",
      { class: "compare-table", "data-key": "table" },
      h("caption", { class: "unseen" }, "Questions by kind of connection"),
      h("thead", {}, head),
      h("tbody", { "data-key": "rows" }, rows.filter(Boolean)),
    ),
  );
}

const family = (kind) => (kind.name === "websocket" ? "of-ws" : "of-http");

function row(store, comparison, fact, number, chosen) {
  const { kinds } = comparison;
  return h(
    "tr",
    { "data-key": fact.name },
    h("th", { scope: "row" }, fact.question, fact.name === "message" && legend()),
    kinds.map((kind) => {
      const cell = fact.cells[kind.name];
      const id = cellId(number, kind.name);
      const isOpen = id === chosen;
      return h(
        "td",
        { class: `${family(kind)}${isOpen ? " open" : ""}`, "data-kind": kind.title, "data-key": kind.name },
        h(
          "button",
          {
            class: "compare-cell",
            "data-key": id,
            "aria-expanded": String(isOpen),
            onclick: ({ currentTarget }) => go(store, { id: currentTarget.ariaExpanded === "true" ? null : id }),
          },
          h("b", {}, cell.text),
          picture(comparison, fact, kind),
          h("span", {}, cell.detail),
        ),
      );
    }),
  );
}

function picture(comparison, fact, kind) {
  const { values } = fact.cells[kind.name];
  if (fact.name === "life") return drawLives(kind.lives, comparison.duration_ns);
  if (fact.name === "message" && values.wire_bytes_each) {
    return priceBar(values, Math.max(...figures(fact, "wire_bytes_each")));
  }
  if (fact.name === "round_trips" && values.round_trips) return drawTrips(2 * values.round_trips);
  const figure = METERS[fact.name];
  if (!figure || values[figure] === undefined) return null;
  return h("i", { class: "compare-meter", vars: { share: share(values[figure], figures(fact, figure)) } });
}

const METERS = { overhead: "wire_bytes_per_useful_byte", delivery: "median_ns" };

const figures = (fact, name) => Object.values(fact.cells).map(({ values }) => values[name] ?? 0);

/** Parts of a message's bytes, by their names in the API. */
const COST = [["building", "opening"], ["talking", "data"], ["closing", "closing"]];

const legend = () =>
  h(
    "span",
    { class: "compare-legend" },
    COST.map(([part, label]) => h("span", {}, h("i", { class: part }), label)),
  );

function proofRow(store, fact, kind, columns) {
  const cell = fact.cells[kind.name];
  const more = cell.proofs - cell.proof.length;
  return h(
    "tr",
    { class: "compare-proof" },
    h(
      "td",
      { colspan: String(columns + 1) },
      h("p", {}, h("b", {}, "How it was computed. "), fact.how),
      cell.proof.length > 0 &&
        h(
          "ul",
          { "aria-label": `${kind.title}: packets that prove it` },
          cell.proof.map((one) => h("li", {}, proofLink(store, one))),
        ),
      more > 0 && h("p", { class: "compare-more" }, `and ${more} more`),
    ),
  );
}

function proofLink(store, { packet, connection, what }) {
  return placeLink(
    store,
    { view: "connections", id: connection, packet },
    {},
    h("span", { class: "compare-number" }, `packet ${packet}`),
    ` in connection #${connection}: ${what}`,
  );
}

function claims(store, found) {
  if (!found.length) return null;
  return h(
    "section",
    { class: "compare-claims" },
    h("h3", {}, "Common claims and what was measured"),
    h(
      "dl",
      {},
      found.flatMap(({ claim, truth, proof }) => [
        h("dt", {}, `“${claim}”`),
        h("dd", {}, truth, proof.length > 0 && [" ", proofLinks(store, proof)]),
      ]),
    ),
  );
}

const proofLinks = (store, proof) =>
  h(
    "span",
    { class: "compare-see" },
    "See ",
    proof.slice(0, 3).flatMap(({ packet, connection }, i) => [
      i > 0 && ", ",
      placeLink(store, { view: "connections", id: connection, packet }, {}, `packet ${packet}`),
    ]),
    ".",
  );

function absent({ missing, left_out: leftOut }) {
  const others = Object.entries(leftOut).map(([name, n]) => `${n} ${name === "tls" ? "TLS" : name}`);
  return h(
    "section",
    { class: "compare-absent" },
    missing.length > 0 && h("h3", {}, "Not in this capture"),
    missing.length > 0 && h("dl", {}, missing.flatMap(({ title, rule }) => [h("dt", {}, title), h("dd", {}, rule)])),
    others.length > 0 && h("p", {}, `Other connections, not compared: ${others.join(", ")}.`),
  );
}
