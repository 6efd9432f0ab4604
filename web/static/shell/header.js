// The header: source, filter, time range, counters, and the buttons for pause, theme and help.

import { h, icon, setClass, setText } from "../widgets/dom.js";
import { count, duration, moment } from "../text/format.js";
import { go } from "../state/navigation.js";
import { placeLink } from "../widgets/place_link.js";
import { themeIsDark, toggleTheme } from "../state/theme_choice.js";

export function mountHeader(bar, store, { resync, help, sources }) {
  const source = h(
    "span",
    { class: "source", role: "status" },
    h("i", { class: "source-dot" }),
    h("span", { class: "source-text" }),
  );
  const chooseSource = h(
    "button",
    { class: "source-button", "aria-haspopup": "dialog", "aria-label": "Choose a source", onclick: sources },
    source,
    icon("unfold"),
  );
  const filter = mountFilter(store);
  const span = mountSpan(store);
  const counters = mountCounters();
  const pause = h("button", { class: "icon-button", onclick: () => togglePause(store, resync) });
  const clear = h("button", {
    class: "icon-button",
    "aria-label": "Clear",
    title: "Clear: hide everything until now; the recording keeps it",
    onclick: () => go(store, { span: { since: store.state.end + 1 }, id: null, packet: null, message: null }),
  }, icon("clear"));
  const theme = h("button", {
    class: "icon-button",
    onclick: () => {
      toggleTheme();
      drawTheme(theme);
    },
  });
  const helpButton = h("button", {
    class: "icon-button",
    "aria-label": "Help and keys",
    title: "Help and keys (?)",
    onclick: help,
  }, icon("help"));
  bar.append(
    placeLink(
      store,
      { view: "timeline", id: null },
      { class: "brand" },
      h("img", { src: "/static/mark.svg", width: "18", height: "18", alt: "" }),
      h("span", {}, "Wireglass"),
    ),
    chooseSource,
    h("div", { class: "filters" }, filter.element, span.element),
    counters.element,
    h("div", { class: "bar-buttons" }, clear, pause, theme, helpButton),
  );
  drawTheme(theme);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => drawTheme(theme));
  store.subscribe((state) => {
    drawSource(source, state);
    filter.draw(state);
    span.draw(state);
    counters.draw(state);
    drawPause(pause, state);
    clear.hidden = state.capture.state !== "running";
  });
}

const STATES = { running: "live", loading: "reading", paused: "capture paused", ended: "ended" };

/** The source of packets and its state, as text and as a coloured dot. */
function drawSource(element, { feed, capture, behind, problem }) {
  let [kind, text] = [
    "still",
    [STATES[capture.state] ?? capture.state, capture.interface ?? capture.name].filter(Boolean).join(" · "),
  ];
  if (capture.source === "file") text = `${capture.state === "loading" ? "reading" : "saved"} · ${capture.name ?? ""}`;
  if (capture.source === "replay") text = `replay · ${capture.name ?? ""}`;
  if (capture.state === "running") kind = "live";
  if (capture.state === "ended" && capture.troubles?.length) {
    [kind, text] = ["lost", `ended by itself · ${capture.interface}`];
  }
  if (behind !== null) {
    [kind, text] = ["still", behind ? `view paused · ${count(behind)} packets behind` : "view paused"];
  }
  if (feed === "connecting") [kind, text] = ["still", "connecting"];
  if (feed === "lost") [kind, text] = ["lost", "no connection to Wireglass, trying again"];
  setClass(element, `source ${kind}`);
  setText(element.lastChild, text);
  element.title = problem?.message ?? [text, ...(capture.notes ?? [])].join("\n");
}

/** The display filter: the views read it from the route (net/filtered_rows.js, net/filtered_packets.js). */
function mountFilter(store) {
  const input = h("input", {
    id: "filter",
    class: "field",
    type: "search",
    spellcheck: "false",
    autocomplete: "off",
    placeholder: "Filter by text, address or port",
    "aria-label": "Display filter: text, address or port",
    "aria-keyshortcuts": "/",
    oninput: () => go(store, { filter: input.value.trim() }),
    onkeydown: (event) => {
      if (event.key !== "Escape") return;
      if (input.value) go(store, { filter: input.value = "" });
      else input.blur();
    },
  });
  const element = h("div", { class: "filter" }, input, h("kbd", { "aria-hidden": "true" }, "/"));
  return {
    element,
    draw({ route }) {
      if (document.activeElement !== input && input.value !== route.filter) input.value = route.filter;
    },
  };
}

/** The selected time range, as a button that clears it. */
function mountSpan(store) {
  const text = h("span");
  const element = h(
    "button",
    { class: "span-chip", hidden: true, onclick: () => go(store, { span: null }) },
    text,
    icon("close"),
  );
  return {
    element,
    draw({ route: { span } }) {
      element.hidden = !span;
      if (!span) return;
      const words = inWords(span);
      setText(text, words);
      element.title = "Clear the time range";
      element.setAttribute("aria-label", `Time range ${words}: clear`);
    },
  };
}

function inWords({ from, to, last, since }) {
  if (since !== undefined) return `since ${moment(since)}`;
  return last ? `last ${duration(last)}` : `${moment(from)} to ${moment(to)}`;
}

function mountCounters() {
  const number = (name, explanation) => {
    const value = h("b", {}, "0");
    return {
      value,
      element: h("span", { class: `counter ${name}`, title: explanation }, value, " ", h("span", {}, name)),
    };
  };
  const packets = number("packets", "Packets captured");
  const rate = number("per second", "Packets per second, now");
  const dropped = number("dropped", "Packets dropped by the kernel before they could be recorded");
  return {
    element: h("div", { class: "counters" }, packets.element, rate.element, dropped.element),
    draw({ capture, end }) {
      setText(packets.value, count(capture.packets ?? 0));
      setText(rate.value, count(Math.round(capture.rate ?? 0)));
      setText(dropped.value, count(capture.dropped ?? 0));
      rate.element.hidden = capture.state !== "running";
      dropped.element.hidden = capture.dropped === null || capture.dropped === undefined;
      dropped.element.classList.toggle("trouble", capture.dropped > 0);
      packets.element.title = `Packets captured in ${duration(end)}`;
    },
  };
}

function togglePause(store, resync) {
  if (store.state.behind === null) store.pause();
  else {
    store.resume();
    resync();
  }
}

function drawPause(button, { behind, capture }) {
  const isPaused = behind !== null;
  button.hidden = !isPaused && capture.state !== "running" && capture.state !== "loading";
  if (button.getAttribute("aria-pressed") === String(isPaused)) return;
  button.setAttribute("aria-pressed", String(isPaused));
  button.setAttribute("aria-label", "Pause the view");
  button.title = isPaused
    ? "Resume and show the packets captured while paused"
    : "Pause the view; packets are still captured";
  button.replaceChildren(icon(isPaused ? "play" : "pause"));
}

function drawTheme(button) {
  const isDark = themeIsDark();
  button.setAttribute("aria-label", isDark ? "Light theme" : "Dark theme");
  button.title = isDark ? "Light theme" : "Dark theme";
  button.replaceChildren(icon(isDark ? "sun" : "moon"));
}
