// WebSocket view: messages as a chat, clients at the left, servers at the right; beside it the selected message.

import { get } from "../net/api.js";
import { PushesAndFrames } from "./pushes_and_frames.js";
import { AROUND, createBubble, heightOf, isQuiet, LINE } from "./chat_bubble.js";
import { closest, h, icon } from "../widgets/dom.js";
import { noRows, SEARCHING } from "../widgets/empty_state.js";
import { go } from "../state/navigation.js";
import { EvenOffsets, Offsets } from "../widgets/row_offsets.js";
import { mountConversationList } from "./conversation_list.js";
import { FilteredRows } from "../net/filtered_rows.js";
import { storedCheckbox } from "../widgets/stored_controls.js";
import { VirtualList } from "../widgets/virtual_list.js";
import { lineCount, measureIn } from "../widgets/line_wrap.js";
import { mountConversationHeader } from "./conversation_header.js";
import { mountMessagePanel } from "./message_panel.js";

const MEASURED = 20_000; // messages: in longer lists each shows only one line of text
const BUBBLE = 420; // pixels at most
const PANE = 820; // pixels that the chat is wide at most, as in css/websocket.css
const NARROW = matchMedia("(max-width: 719px)");

export function mount(root, store) {
  const failed = (error) => store.set({ problem: { message: error.message, what_to_do: error.advice } });
  const list = new FilteredRows({ table: "messages", store, get, changed: () => draw(store.state), failed });
  const details = new PushesAndFrames({ get, changed: () => layout() });
  const quiet = storedCheckbox("ws.control", "Pings and pongs", () => measureAgain(), "Control frames, RFC 6455 §5.5");
  const frames = storedCheckbox(
    "ws.frames",
    "Frames",
    () => measureAgain(),
    "Frames of fragmented messages, RFC 6455 §5.4",
  );
  const conversations = mountConversationList(store);
  const conversation = mountConversationHeader(get);
  const empty = h("div", { class: "empty" });
  const chat = new VirtualList({
    create: () => createBubble((id) => choose(id)),
    update: (element, index) =>
      element.draw(list.row(index), {
        quiet: quiet.isOn,
        frames: frames.isOn,
        details,
        chosen: store.state.route.message,
        isOne: store.state.route.id !== null,
      }),
    shown: (first, stop) => shown(first, stop),
    follows: true,
    attributes: {
      class: "virtual chat",
      role: "log",
      tabindex: "0",
      "data-arrow-keys": "",
      "aria-label": "Messages",
      onkeydown: (event) => key(event),
    },
  });
  const newer = h(
    "button",
    { class: "newer", hidden: true, onclick: () => chat.toEnd() },
    icon("down"),
    h("span", {}, "New messages"),
  );
  const sides = h(
    "p",
    { class: "chat-head" },
    h("span", { class: "client" }, "From clients"),
    h("span", { class: "server" }, "From the server"),
  );
  const panel = h("section", { class: "panel message", "aria-label": "Selected message" });
  const message = mountMessagePanel(panel, store);
  root.append(
    h(
      "div",
      { class: "conversation" },
      conversations.element,
      h(
        "div",
        { class: "chat-pane" },
        h(
          "div",
          { class: "tools" },
          conversation.element,
          h("span", { class: "tools-room" }),
          quiet.element,
          frames.element,
        ),
        sides,
        chat.element,
        empty,
        newer,
      ),
      panel,
    ),
  );
  new ResizeObserver(() => measureAgain()).observe(chat.element);

  let [measure, heights, drawn, revealed] = [null, new WeakMap(), null, null];

  function draw(state) {
    list.turnTo(state, { connection: state.route.id });
    conversations.draw(state);
    conversation.draw(state);
    message.show(state.route.message, state);
    root.classList.toggle("has-detail", state.route.message !== null);
    const stamp =
      `${list.key} ${list.total} ${state.tables.messages.revision} ${state.route.message} ${list.pages?.revision}`;
    if (stamp === drawn) return;
    // another conversation: show its end
    if (drawn !== null && !drawn.startsWith(`${list.key} `)) chat.following = true;
    drawn = stamp;
    const { total } = list;
    empty.hidden = total > 0;
    chat.element.hidden = sides.hidden = total === 0;
    if (!total) empty.replaceChildren(...(list.isPending ? SEARCHING : noRows(state, "messages")).content());
    layout();
    reveal(state.route.message);
  }

  function reveal(id) {
    const index = list.indexOf(id);
    if (`${list.key} ${id}` === revealed || index === null || index >= list.total) return;
    revealed = `${list.key} ${id}`;
    chat.reveal(index);
  }

  /** Lays out the rows and keeps the visible ones in place when heights change. */
  function layout() {
    measure ??= measureIn(`14px ${getComputedStyle(root).fontFamily}`);
    const { offsets, following } = chat;
    const top = chat.element.scrollTop;
    const anchor = offsets.length ? offsets.at(top) : -1;
    const inside = anchor < 0 ? 0 : top - offsets.top(anchor);
    const { total } = list;
    chat.layout(
      total > MEASURED
        ? new EvenOffsets(total, LINE + AROUND)
        : new Offsets(Array.from({ length: total }, (_, index) => height(list.row(index)))),
    );
    if (!following && anchor >= 0 && anchor < total) {
      const wanted = chat.offsets.top(anchor) + inside;
      if (chat.scale === 1 && Math.abs(wanted - chat.element.scrollTop) > 1) chat.element.scrollTop = wanted;
    }
    newer.hidden = chat.following || chat.atEnd || !total;
  }

  function height(row) {
    const cut = frames.isOn && row ? (details.frames.get(row.id) ?? null) : null;
    const known = row && heights.get(row);
    if (known && known.cut === cut) return known.pixels;
    const width = Math.min(
      BUBBLE,
      Math.min(chat.element.clientWidth - (NARROW.matches ? 24 : 48), PANE) * (NARROW.matches ? 0.82 : 0.7),
    ) - 24;
    const pixels = heightOf(row, {
      lines: (text) => lineCount(text, width, measure),
      showsQuiet: quiet.isOn,
      frames: cut,
    });
    if (row) heights.set(row, { pixels, cut });
    return pixels;
  }

  function measureAgain() {
    heights = new WeakMap();
    layout();
  }

  function shown(first, stop) {
    list.want(first, stop);
    newer.hidden = chat.following || chat.atEnd || !list.total;
    const ids = [];
    for (let index = first; index < stop; index += 1) if (list.row(index)) ids.push(list.row(index).id);
    details.want(ids, store.state.lengths.messages ?? 0);
  }

  const choose = (id) => go(store, { message: id });

  function key(event) {
    const at = list.indexOf(store.state.route.message) ?? -1;
    const moves = {
      ArrowDown: [at + 1, 1],
      ArrowUp: [at < 0 ? list.total - 1 : at - 1, -1],
      Home: [0, 1],
      End: [list.total - 1, -1],
    };
    if (!(event.key in moves) || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    let [index, by] = moves[event.key];
    while (list.row(index) && isQuiet(list.row(index)) && !quiet.isOn) index += by;
    if (list.row(index)) choose(list.row(index).id);
  }

  const unsubscribe = store.subscribe(draw);
  const onKey = (event) =>
    event.key === "Escape" && !closest(event, "input, dialog") && store.state.route.message !== null &&
    choose(null);
  document.addEventListener("keydown", onKey);
  return () => {
    unsubscribe();
    list.close();
    conversations.close();
    message.unmount();
    conversation.unmount();
    document.removeEventListener("keydown", onKey);
    root.classList.remove("has-detail");
  };
}
