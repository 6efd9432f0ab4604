// The dialog to choose a source: an interface, a file, a sample, or the original source.

import { get, post } from "../net/api.js";
import { h, icon, setText } from "../widgets/dom.js";
import { count, size } from "../text/format.js";
import { upload } from "../net/upload.js";

export function mountSourceDialog(store) {
  const outcome = h("p", { class: "sources-outcome", role: "status" });
  const body = h("div", { class: "sources-body" });
  const close = h(
    "button",
    { class: "icon-button", "aria-label": "Close", onclick: () => element.close() },
    icon("close"),
  );
  const element = h(
    "dialog",
    { class: "sheet sources", "aria-labelledby": "sources-title" },
    h("div", { class: "sheet-head" }, h("h2", { id: "sources-title" }, "Choose a source"), close),
    outcome,
    body,
  );
  element.addEventListener("click", (event) => event.target === element && element.close());
  let sending = null; // the current upload, aborted when the dialog is closed
  element.addEventListener("close", () => sending?.abort());

  /** Runs one action at a time; shows its progress text, then an error if it fails. */
  async function attempt(progress, act) {
    if (body.inert) return;
    body.inert = true;
    say(progress);
    try {
      await act();
      say("");
      element.close(); // the page reloads as soon as the feed reports the new capture
    } catch (error) {
      if (error.name !== "AbortError") say([error.message, error.advice].filter(Boolean).join(" "), true);
    } finally {
      body.inert = false;
    }
  }

  function say(text, isTrouble = false) {
    setText(outcome, text);
    outcome.classList.toggle("trouble", isTrouble);
  }

  async function open() {
    say("");
    element.showModal();
    try {
      const offer = await get("/api/sources");
      body.replaceChildren(...sections(store.state, offer, attempt, send).filter(Boolean));
    } catch (error) {
      say(error.message, true);
    }
  }

  function send(file, bar) {
    sending = new AbortController();
    const { signal } = sending;
    const tell = ({ sent, bytes, packets, isWhole }) => {
      bar.hidden = false;
      bar.max = bytes;
      bar.value = sent;
      say(
        isWhole
          ? `Reading the file${packets ? `: ${count(packets)} packets so far` : ""}.`
          : `${size(sent)} of ${size(bytes)} uploaded.`,
      );
    };
    attempt(`Uploading ${file.name}…`, () => upload(file, tell, signal)).finally(() => {
      bar.hidden = true;
      sending = null;
    });
  }

  return { element, open };
}

function sections(state, offer, attempt, send) {
  return [now(state, offer, attempt), live(offer, attempt), file(offer, send), samples(offer, attempt)];
}

/** What happens to packets while all pages are paused, by source. */
export const PAUSED = {
  replay: "The replay stops.",
  live: "Packets are still recorded, as long as the capture runs and the disk has room.",
  demo: "Packets are still recorded, as long as the capture runs and the disk has room.",
  file: "Packets that are added to the file are read afterwards.",
};

function now({ capture }, offer, attempt) {
  const act = (label, doing, path, title = null) =>
    h("button", { class: "button", title, onclick: () => attempt(doing, () => post(path)) }, label);
  const buttons = [
    capture.state === "running" &&
    act("Pause", "Pausing…", "/api/capture/pause", `Pauses all pages. ${PAUSED[capture.source]}`),
    capture.state === "paused" &&
    act(
      "Resume",
      "Resuming…",
      "/api/capture/resume",
      `Continues where it was paused${
        capture.source === "replay" ? "" : ", with the packets captured in the meantime"
      }`,
    ),
    capture.can_stop &&
    act("Stop capture", "Stopping…", "/api/capture/stop", "The captured packets stay here and in the recording"),
    !offer.at_home && act("Back to the original source", "Going back…", "/api/sources/home"),
  ].filter(Boolean);
  return buttons.length > 0 &&
    h(
      "section",
      { class: "sources-now" },
      h("p", {}, `Current source: ${capture.name}${capture.state === "paused" ? ", paused" : ""}.`),
      buttons,
    );
}

function live(offer, attempt) {
  if (!offer.may_capture) {
    return h("section", {}, h("h3", {}, "Live capture"), h("p", { class: "sources-about" }, offer.why_not));
  }
  const interfaces = h(
    "select",
    { class: "field", id: "sources-interface" },
    offer.interfaces.map((name) => h("option", { value: name }, name)),
  );
  const filter = h("input", {
    class: "field",
    id: "sources-filter",
    maxlength: "1000",
    placeholder: "tcp port 80",
    spellcheck: "false",
    autocomplete: "off",
  });
  return h(
    "section",
    {},
    h("h3", {}, "Live capture"),
    h(
      "form",
      {
        class: "sources-row",
        onsubmit: (event) => {
          event.preventDefault();
          attempt(
            `Starting on ${interfaces.value}…`,
            () => post("/api/sources/live", { interface: interfaces.value, filter: filter.value.trim() }),
          );
        },
      },
      h("label", { for: "sources-interface" }, "Interface"),
      interfaces,
      h("label", { for: "sources-filter" }, "Capture filter"),
      filter,
      h("button", { class: "button strong" }, "Start capture"),
    ),
    h(
      "p",
      { class: "sources-about" },
      "Packets are also saved in your recordings folder. The capture filter uses tcpdump’s syntax; without one, " +
        "everything is captured except this page’s own traffic.",
    ),
  );
}

function file(offer, send) {
  const bar = h("progress", { hidden: true, "aria-label": "Upload progress" });
  const input = h("input", {
    type: "file",
    id: "sources-file",
    accept: ".pcap,.pcapng,.cap,.gz,.zst",
    onchange: () => input.files[0] && send(input.files[0], bar),
  });
  return h(
    "section",
    {},
    h("h3", {}, "Capture file"),
    h("div", { class: "sources-row" }, h("label", { for: "sources-file" }, "File"), input),
    bar,
    h(
      "p",
      { class: "sources-about" },
      `pcap or pcapng, plain or compressed, up to ${
        Math.floor(offer.most_bytes / 2 ** 20)
      } MiB. It is sent only to Wireglass on this machine, and deleted when Wireglass exits.`,
    ),
  );
}

function samples(offer, attempt) {
  return offer.samples.length > 0 &&
    h(
      "section",
      {},
      h("h3", {}, "Sample captures"),
      h(
        "ul",
        { class: "sources-samples" },
        offer.samples.map(({ name, title }) =>
          h(
            "li",
            {},
            h("button", {
              class: "link",
              onclick: () => attempt(`Opening ${name}…`, () => post("/api/sources/sample", { name })),
            }, title),
          )
        ),
      ),
    );
}
