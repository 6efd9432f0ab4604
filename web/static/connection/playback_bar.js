// The playback bar below the ladder: step, play, scrub, and the spacing of packets.

import { onTheme, readColours } from "../widgets/canvas_colours.js";
import { h, icon, setText } from "../widgets/dom.js";
import { count, duration } from "../text/format.js";
import { Player } from "./player.js";

const BUCKETS = 300; // of the activity chart above the slider

/**
 * @param {import("./ladder_view.js").LadderView} ladder
 * @param {import("../net/api.js").Get} get
 * @param {(problem: import("../net/api.js").ApiError) => void} fail
 */
export function mountPlayback(ladder, get, fail) {
  const connectionPackets = () => ladder.connectionPackets;
  const last = () => (connectionPackets()?.total ?? 0) - 1;
  const player = new Player({
    at: () => ladder.cursor ?? -1,
    last,
    show: (index) => ladder.point(index),
    gap: (index) => gapAt(connectionPackets(), index),
  }, (hasEnded) => (hasEnded ? settle() : draw()));

  const button = (name, label, action) =>
    h("button", { class: "icon-button", "aria-label": label, title: label, onclick: action }, icon(name));
  const step = (index) => {
    player.pause();
    ladder.go(Math.min(Math.max(index, 0), last()));
  };
  const play = h("button", {
    class: "icon-button",
    onclick: () => (player.isPlaying ? player.pause() : player.play()),
  });
  const speed = h("button", { class: "playback-speed", title: "Playback speed", onclick: () => player.faster() });
  const slider = h("input", {
    class: "playback-slider",
    type: "range",
    min: "0",
    value: "0",
    "aria-label": "Packet of the connection",
  });
  const chart = h("canvas", { class: "playback-activity", "aria-hidden": "true" });
  const place = h("output", { class: "playback-place" });
  const even = toggle("Even", "Packets evenly spaced", () => scaleTo(false));
  const scaled = toggle("To scale", "Time to scale", () => scaleTo(true));
  const zoom = h(
    "span",
    { class: "playback-zoom", hidden: true },
    h("button", {
      class: "link",
      "aria-label": "Zoom in",
      title: "Zoom in",
      onclick: () => zoomBy(1),
    }, "+"),
    h("button", {
      class: "link",
      "aria-label": "Zoom out",
      title: "Zoom out",
      onclick: () => zoomBy(-1),
    }, "−"),
    h("span", { class: "playback-scale" }),
  );
  const element = h(
    "div",
    { class: "playback", role: "group", "aria-label": "Playback" },
    h(
      "div",
      { class: "playback-keys" },
      button("first", "First packet (Home)", () => step(0)),
      button("previous", "Previous packet (↑)", () => step((ladder.cursor ?? 0) - 1)),
      play,
      button("next", "Next packet (↓)", () => step((ladder.cursor ?? -1) + 1)),
      button("last", "Last packet (End)", () => step(last())),
      speed,
    ),
    h("div", { class: "playback-track" }, chart, slider),
    place,
    h("div", { class: "playback-spacing", role: "group", "aria-label": "Spacing" }, even, scaled, zoom),
  );

  slider.addEventListener("input", () => {
    player.pause();
    ladder.point(Number(slider.value));
  });
  slider.addEventListener("change", () => ladder.go(Number(slider.value)));
  let [drawnKey, activity] = ["", null];
  const redraw = () => activity && drawActivity(chart, activity);
  new ResizeObserver(redraw).observe(chart);
  const stopTheme = onTheme(redraw);

  async function scaleTo(wanted) {
    if (wanted === (ladder.scale !== null)) return;
    const { id } = ladder;
    try {
      const gaps = wanted ? (await get(`/api/connections/${id}/gaps`)).gaps_ns : null;
      if (id === ladder.id) ladder.toScale(gaps);
    } catch (error) {
      fail(error);
    }
    draw();
  }

  function zoomBy(by) {
    ladder.zoom(by);
    draw();
  }

  /** Playback has ended: selects the packet under the cursor. */
  function settle() {
    draw();
    if (ladder.cursor !== null) ladder.go(ladder.cursor);
  }

  async function fetchActivity(id) {
    try {
      const found = await get(`/api/connections/${id}/strip`, { buckets: BUCKETS });
      if (id !== ladder.id) return;
      activity = found;
      drawActivity(chart, found);
    } catch (error) {
      if (id === ladder.id) fail(error);
    }
  }

  function draw() {
    const { total = 0 } = connectionPackets() ?? {};
    const at = ladder.cursor;
    slider.max = String(Math.max(total - 1, 0));
    slider.value = String(at ?? 0);
    const packet = at === null ? null : connectionPackets().packetAt(at);
    const words = placeWords(at, total, packet);
    setText(place, words);
    slider.setAttribute("aria-valuetext", words);
    const [name, label] = player.isPlaying ? ["pause", "Pause"] : ["play", "Play"];
    if (play.dataset.name !== name) {
      play.dataset.name = name;
      play.setAttribute("aria-label", label);
      play.title = label;
      play.replaceChildren(icon(name));
    }
    setText(speed, `${player.speed}×`);
    const isScaled = ladder.scale !== null;
    even.setAttribute("aria-pressed", String(!isScaled));
    scaled.setAttribute("aria-pressed", String(isScaled));
    zoom.hidden = !isScaled;
    if (isScaled) setText(zoom.lastChild, `${duration(Math.round(100 * ladder.scale))} per 100 px`);
    const key = `${ladder.id} ${total}`;
    if (key !== drawnKey && total) {
      drawnKey = key;
      fetchActivity(ladder.id);
    }
  }

  function unmount() {
    player.pause();
    stopTheme();
  }

  return { element, draw, unmount };
}

function toggle(text, title, action) {
  return h("button", { class: "toggle", title, "aria-pressed": "false", onclick: action }, text);
}

function gapAt(connectionPackets, index) {
  const [here, next] = [connectionPackets.packetAt(index), connectionPackets.packetAt(index + 1)];
  return here && next ? (next.quiet_ns ?? 0) : 0;
}

function placeWords(at, total, packet) {
  if (at === null) return total === 1 ? "1 packet" : `${count(total)} packets`;
  const when = packet ? ` · ${duration(packet.elapsed_ns)}` : "";
  return `packet ${count(at + 1)} of ${count(total)}${when}`;
}

function drawActivity(canvas, activity) {
  const ratio = globalThis.devicePixelRatio || 1;
  const [width, height] = [canvas.clientWidth, canvas.clientHeight];
  if (!width) return;
  Object.assign(canvas, { width: width * ratio, height: height * ratio });
  const context = canvas.getContext("2d");
  context.scale(ratio, ratio);
  paintActivity(context, activity, { width, height, colours: readColours(canvas.parentElement) });
}

/** Draws bytes of the client upwards, of the server downwards, and marks trouble. */
export function paintActivity(context, { client, server, trouble }, { width, height, colours }) {
  const [middle, cell] = [height / 2, width / client.length];
  const most = Math.max(...client, ...server, 1);
  const bar = (i, bytes, up) => {
    const tall = bytes ? Math.max((bytes / most) * (middle - 1), 1) : 0;
    context.fillRect(i * cell, up ? middle - tall : middle, Math.max(cell, 1), tall);
  };
  for (const [values, side, up] of [[client, "client", true], [server, "server", false]]) {
    context.fillStyle = colours[side];
    values.forEach((bytes, i) => bar(i, bytes, up));
  }
  context.fillStyle = colours.trouble;
  trouble.forEach((count, i) => count && context.fillRect(i * cell + cell / 2 - 0.75, 0, 1.5, height));
}
