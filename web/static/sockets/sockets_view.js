// Sockets view: which process holds which end of which connection by which descriptor, at any time of the capture.

import { get } from "../net/api.js";
import { closest, h } from "../widgets/dom.js";
import { noDescriptors } from "../widgets/empty_state.js";
import { go } from "../state/navigation.js";
import { placeLink } from "../widgets/place_link.js";
import { DescriptorStore } from "./descriptor_store.js";
import { mountKernelTable } from "./packets_vs_kernel.js";
import { mountDescriptorFigure } from "./descriptor_figure.js";
import { mountDescriptorHistory } from "./descriptor_history.js";
import { mountLessons } from "./lessons.js";

const REFRESH = 200; // ms between two requests at least
const SHARE = 3; // the pause after a request, as a multiple of how long it took
const STEP_NAMES = { sender: "1", entry: "2", exit: "3", receiver: "4" };

export function mount(root, store) {
  const descriptors = new DescriptorStore();
  const choose = (id) => go(store, { id: store.state.route.id === id ? null : id });
  const figure = mountDescriptorFigure({ choose, resized: () => draw(store.state) });
  const kernelTable = mountKernelTable((id) => placeLink(store, { view: "connections", id }, {}, `#${id}`));
  const history = mountDescriptorHistory({ scrub: (at) => go(store, { at }), stretch: (span) => go(store, { span }) });
  const lessons = mountLessons({
    show: (at, id) => look({ at: Math.max(0, Math.round(at)), id, way: null }),
    follow: (way) =>
      look({ way, at: way === null ? null : descriptors.ways.find(({ push }) => push === way)?.at_ns[1] ?? null }),
    link: (place, text) => placeLink(store, { view: "connections", ...place }, {}, text),
  });
  const empty = h("div", { class: "empty" });
  const main = h(
    "div",
    {
      class: "fd-main",
      tabindex: "0",
      "data-arrow-keys": "",
      role: "group",
      "aria-label": "Processes and connections",
    },
    figure.element,
    kernelTable.element,
  );
  const page = h("div", { class: "fd-page" }, main, lessons.element, history.element);
  root.append(page, empty);
  let [busy, asked, timer, gone, origin, opened] = [false, "", null, false, null, false];

  /** Shows another time in the figure, and scrolls to it. */
  function look(changes) {
    go(store, changes);
    for (const scroller of [page, main]) scroller.scrollTop = 0;
  }

  /** Fetches what has changed, one request at a time; another capture clears the store. */
  async function refresh(state) {
    const wanted = `${state.capture.tokens} ${state.capture.packets} ${state.capture.state}`;
    if (busy || wanted === asked || state.behind !== null || state.feed !== "live") return;
    busy = true;
    const begin = performance.now();
    try {
      const { start_ns: start = null, tokens = 0 } = state.capture;
      if (tokens < descriptors.revision || start !== origin) {
        descriptors.clear(); // another capture, or its first packet, from which times are counted
        opened = false;
      }
      origin = start;
      descriptors.take(await get("/api/sockets", { since: descriptors.revision, packets: descriptors.packets }));
      asked = wanted;
    } catch (error) {
      asked = wanted;
      store.set({ problem: { message: error.message, what_to_do: error.advice } });
    }
    if (gone) return;
    if (!opened && state.capture.state !== "loading") settle(state);
    draw(store.state);
    timer = setTimeout(() => {
      busy = false;
      refresh(store.state);
    }, Math.max(REFRESH, SHARE * (performance.now() - begin)));
  }

  /** A finished capture opens at its busiest time, since at its end all descriptors are closed. */
  function settle({ capture, route }) {
    opened = true;
    const fullest = capture.state === "ended" && route.at === null && route.way === null ? descriptors.fullest() : null;
    if (fullest !== null) go(store, { at: fullest });
  }

  function draw(state) {
    const { route } = state;
    const isEmpty = descriptors.tokens.size === 0;
    page.hidden = isEmpty;
    empty.hidden = !isEmpty;
    if (isEmpty) {
      const { key, content } = noDescriptors(state);
      if (empty.dataset.key !== key) empty.replaceChildren(...content());
      empty.dataset.key = key;
      return;
    }
    const end = origin === null ? 0 : Math.max(state.end, latestOf(descriptors));
    const way = descriptors.ways.find(({ push }) => push === route.way) ?? null;
    const wanted = [...(way?.connections ?? []), ...(route.id === null ? [] : [route.id])];
    const picture = descriptors.at(route.at ?? end, { room: figure.room(), wanted });
    const steps = new Map(
      way ? Object.entries(way.tokens).filter(([, id]) => id !== null).map(([name, id]) => [id, STEP_NAMES[name]]) : [],
    );
    figure.draw(picture, descriptors.protocols, {
      connection: route.id,
      path: way,
      steps,
      filter: state.capture.filter,
    });
    history.draw({
      store: descriptors,
      end,
      isLive: state.capture.state === "running",
      at: route.at,
      span: route.span,
      connection: route.id,
    });
    kernelTable.draw(picture, route.id);
    lessons.draw(descriptors, { way, at: route.at });
  }

  const onKey = (event) => {
    if (closest(event, "input:not([type=range]), dialog") || page.hidden || history.key(event)) return;
    if (event.key !== "Escape") return;
    const { at, id, way, span } = store.state.route;
    if (way !== null) go(store, { way: null });
    else if (id !== null) go(store, { id: null });
    else if (at !== null) go(store, { at: null });
    else if (span !== null) go(store, { span: null });
  };
  document.addEventListener("keydown", onKey);
  const unsubscribe = store.subscribe((state) => {
    refresh(state);
    draw(state);
  });
  return () => {
    gone = true;
    clearTimeout(timer);
    unsubscribe();
    document.removeEventListener("keydown", onKey);
  };
}

function latestOf(descriptors) {
  let latest = 0;
  for (const { opened_at_ns: opened, closed_at_ns: closed } of descriptors.tokens.values()) {
    latest = Math.max(latest, opened, closed ?? 0);
  }
  for (const { at_ns: at, took_ns: took } of descriptors.kernel.values()) latest = Math.max(latest, at + took);
  return latest;
}
