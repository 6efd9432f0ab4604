// Sockets: who holds which end of which pipe by which number, now or at any moment of the capture.

import { get } from "../net/api.js";
import { closest, h } from "../widgets/dom.js";
import { noTokens } from "../widgets/empty_state.js";
import { go } from "../state/navigation.js";
import { TokenBook } from "./descriptor_store.js";
import { mountBeside } from "./wire_vs_kernel.js";
import { mountFigure } from "./figure.js";
import { mountHistory } from "./history.js";
import { mountLessons } from "./lessons.js";

const PATIENCE = 200; // ms between two fetches while things change, at least, and
const SHARE = 3; // times as long as the last one took: there is other work to do
const STEP_NAMES = { sender: "1", entry: "2", exit: "3", receiver: "4" };

export function mount(root, store) {
  const book = new TokenBook();
  const choose = (id) => go(store, { id: store.state.route.id === id ? null : id });
  const figure = mountFigure({ choose, resized: () => draw(store.state) });
  const beside = mountBeside((id) => go(store, { view: "connections", id }));
  const history = mountHistory({ scrub: (at) => go(store, { at }), stretch: (span) => go(store, { span }) });
  const lessons = mountLessons({
    show: (at, id) => look({ at: Math.max(0, Math.round(at)), id, way: null }),
    follow: (way) =>
      look({ way, at: way === null ? null : book.ways.find(({ push }) => push === way)?.at_ns[1] ?? null }),
    packet: (id, packet) => go(store, { view: "connections", id, packet }),
  });
  const empty = h("div", { class: "empty" });
  const main = h(
    "div",
    { class: "tk-main", tabindex: "0", role: "group", "aria-label": "Processes and pipes" },
    figure.element,
    beside.element,
  );
  const page = h("div", { class: "tk" }, main, lessons.element, history.element);
  root.append(page, empty);
  let [busy, asked, timer, gone, origin, opened] = [false, "", null, false, null, false];

  /** Goes to a moment that is told of beside or below the figure, and turns the eyes to it. */
  function look(changes) {
    go(store, changes);
    for (const scroller of [page, main]) scroller.scrollTop = 0;
  }

  /** Fetches what changed, one request at a time; a capture that begins anew begins the book anew. */
  async function refresh(state) {
    const wanted = `${state.capture.tokens} ${state.capture.packets} ${state.capture.state}`;
    if (busy || wanted === asked || state.behind !== null || state.feed !== "live") return;
    busy = true;
    const begin = performance.now();
    try {
      const { start_ns: start = null, tokens = 0 } = state.capture;
      if (tokens < book.revision || start !== origin) {
        book.clear(); // another capture, or its first packet, from which times count
        opened = false;
      }
      origin = start;
      book.take(await get("/api/sockets", { since: book.revision, packets: book.packets }));
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
    }, Math.max(PATIENCE, SHARE * (performance.now() - begin)));
  }

  /** At the end of a capture that is over everything is given back: it opens where there is most to see. */
  function settle({ capture, route }) {
    opened = true;
    const fullest = capture.state === "ended" && route.at === null && route.way === null ? book.fullest() : null;
    if (fullest !== null) go(store, { at: fullest });
  }

  function draw(state) {
    const { route } = state;
    const isEmpty = book.tokens.size === 0;
    page.hidden = isEmpty;
    empty.hidden = !isEmpty;
    if (isEmpty) {
      const { key, content } = noTokens(state);
      if (empty.dataset.key !== key) empty.replaceChildren(...content());
      empty.dataset.key = key;
      return;
    }
    const end = origin === null ? 0 : Math.max(state.end, latestOf(book));
    const way = book.ways.find(({ push }) => push === route.way) ?? null;
    const wanted = [...(way?.connections ?? []), ...(route.id === null ? [] : [route.id])];
    const picture = book.at(route.at ?? end, { room: figure.room(), wanted });
    const steps = new Map(
      way ? Object.entries(way.tokens).filter(([, id]) => id !== null).map(([name, id]) => [id, STEP_NAMES[name]]) : [],
    );
    figure.draw(picture, book.protocols, { connection: route.id, way, steps, filter: state.capture.filter });
    history.draw({
      book,
      end,
      isLive: state.capture.state === "running",
      at: route.at,
      span: route.span,
      connection: route.id,
    });
    beside.draw(picture, route.id);
    lessons.draw(book, { way, at: route.at });
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

function latestOf(book) {
  let latest = 0;
  for (const { opened_at_ns: opened, closed_at_ns: closed } of book.tokens.values()) {
    latest = Math.max(latest, opened, closed ?? 0);
  }
  for (const { at_ns: at, took_ns: took } of book.kernel.values()) latest = Math.max(latest, at + took);
  return latest;
}
