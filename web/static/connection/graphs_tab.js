// The graphs tab: figures of the connection made by the server; a click on a point opens its packet.

import { Poller } from "../net/poller.js";
import { onTheme } from "../widgets/canvas_colours.js";
import { h, setText } from "../widgets/dom.js";
import { draw as drawFigure, release } from "../widgets/plotly_figure.js";
import { themeIsDark } from "../state/theme_choice.js";

const REST = 2000; // ms between two requests while the connection grows

export const GRAPHS = [
  [
    "stevens",
    "Sequence",
    "Each point is a segment with its sequence number: the steeper, the faster. " +
    "A lower sequence number than before means a retransmission or an out-of-order segment.",
  ],
  [
    "tcptrace",
    "Sequence, ACKs and window",
    "Segments as bars between the receiver’s last ACK and the end of its window.",
  ],
  [
    "round-trips",
    "Round-trip times",
    "From each segment to its ACK, as seen where the capture was made.",
  ],
  [
    "throughput",
    "Throughput",
    "Throughput (all bits on the wire) and goodput (bits of the stream, without headers and retransmissions).",
  ],
  ["window", "Window", "The receive window, and the bytes in flight: sent but not yet acknowledged."],
];

/**
 * @param {import("../net/api.js").Get} get
 * @param {(packet: number) => void} choose
 * @param {(name: string) => void} turn selects one of GRAPHS
 */
export function mountGraphs(get, choose, turn) {
  const names = GRAPHS.map(([name, title]) =>
    h("button", { class: "toggle", "data-graph": name, onclick: () => turn(name) }, title)
  );
  const sides = ["client", "server"].map((side, i) =>
    h("button", { class: `toggle ${side}`, onclick: () => look(i) }, side)
  );
  const says = h("p", { class: "graphs-hint" });
  const trouble = h("p", { class: "panel-trouble", role: "alert", hidden: true });
  const plot = h("div", { class: "graphs-plot", role: "img" });
  const element = h(
    "div",
    { class: "graphs" },
    h(
      "div",
      { class: "graphs-bar" },
      h("div", { class: "graphs-names", role: "group", "aria-label": "Graph" }, names),
      h(
        "div",
        { class: "graphs-sides", role: "group", "aria-label": "Sender" },
        h("span", {}, "Data from"),
        sides,
      ),
    ),
    says,
    trouble,
    plot,
  );
  let [id, name, side, stamp, poller, drawn, isListening] = [null, null, null, "", null, null, false];

  function look(wanted) {
    side = wanted;
    ask();
  }

  function ask() {
    for (const [i, button] of sides.entries()) button.setAttribute("aria-pressed", String(i === side));
    poller.want({ theme: themeIsDark() ? "dark" : "light", side }, stamp);
  }

  async function show() {
    const { answer, error } = poller;
    trouble.hidden = !error;
    if (error) setText(trouble, `${error.message} ${error.advice ?? ""}`);
    if (!answer || answer === drawn || element.hidden) return;
    drawn = answer;
    let figure;
    try {
      figure = await drawFigure(plot, answer);
    } catch (failure) {
      trouble.hidden = false;
      setText(trouble, failure.message);
      return;
    }
    if (isListening) return;
    isListening = true;
    figure.on("plotly_click", ({ points }) => Number.isInteger(points[0]?.customdata) && choose(points[0].customdata));
  }

  const stopTheme = onTheme(() => {
    if (!poller) return;
    ask();
    poller.hurry();
  });
  return {
    element,
    draw(wanted, newStamp, wantedName, bytes) {
      if (wanted !== id) side = bytes[1] > bytes[0] ? 1 : 0; // the end that sent more
      if (wanted !== id || wantedName !== name) {
        poller?.close();
        [id, name, drawn] = [wanted, wantedName, null];
        poller = new Poller(get, `/api/connections/${id}/figures/${name}`, show, REST);
      }
      stamp = newStamp;
      const [, title, words] = GRAPHS.find(([one]) => one === name);
      setText(says, words);
      plot.setAttribute("aria-label", `${title}. ${words}`);
      for (const button of names) button.setAttribute("aria-pressed", String(button.dataset.graph === name));
      ask();
      show();
    },
    close() {
      stopTheme();
      poller?.close();
      release(plot);
    },
  };
}
