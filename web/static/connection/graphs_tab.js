// The graphs tab: figures of the connection, made by the server, each point leading to its packet.

import { Asker } from "../net/poller.js";
import { onTheme } from "../timeline/colours.js";
import { h, setText } from "../widgets/dom.js";
import { draw as drawFigure, release } from "../widgets/plotly_figure.js";
import { themeIsDark } from "../state/theme_choice.js";

const REST = 2000; // ms between two figures while the connection grows

export const GRAPHS = [
  [
    "stevens",
    "Sequence",
    "A point for each segment: how far its sender had come. The steeper, the faster; a step back is a retransmission, or a segment that was overtaken.",
  ],
  [
    "tcptrace",
    "Sequence, ACKs and window",
    "Segments as bars, between what the receiver had acknowledged and how far its window reached.",
  ],
  [
    "round-trips",
    "Round trips",
    "How long it took until what each end sent was seen acknowledged, where the capture was made.",
  ],
  [
    "throughput",
    "Throughput",
    "All bits that were sent, with headers and repeats, and those of the stream as they became readable.",
  ],
  ["window", "Window", "How many bytes the receiver had room for, and how many were not yet acknowledged."],
];

/**
 * @param {(packet: number) => void} choose
 * @param {(name: string) => void} turn goes to one of GRAPHS
 */
export function mountGraphs(get, choose, turn) {
  const names = GRAPHS.map(([name, title]) =>
    h("button", { class: "toggle", "data-graph": name, onclick: () => turn(name) }, title)
  );
  const sides = ["client", "server"].map((side, i) =>
    h("button", { class: `toggle ${side}`, onclick: () => look(i) }, side)
  );
  const says = h("p", { class: "graphs-says" });
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
        { class: "graphs-sides", role: "group", "aria-label": "Whose bytes" },
        h("span", {}, "bytes of the"),
        sides,
      ),
    ),
    says,
    trouble,
    plot,
  );
  let [id, name, side, stamp, asker, drawn, isListening] = [null, null, null, "", null, null, false];

  function look(wanted) {
    side = wanted;
    ask();
  }

  function ask() {
    for (const [i, button] of sides.entries()) button.setAttribute("aria-pressed", String(i === side));
    asker.want({ theme: themeIsDark() ? "dark" : "light", side }, stamp);
  }

  async function show() {
    const { answer, error } = asker;
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
    if (!asker) return;
    ask();
    asker.hurry();
  });
  return {
    element,
    draw(wanted, newStamp, wantedName, bytes) {
      if (wanted !== id) side = bytes[1] > bytes[0] ? 1 : 0; // whoever said more
      if (wanted !== id || wantedName !== name) {
        asker?.close();
        [id, name, drawn] = [wanted, wantedName, null];
        asker = new Asker(get, `/api/connections/${id}/figures/${name}`, show, REST);
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
      asker?.close();
      release(plot);
    },
  };
}
