// The content of a message to look at: as JSON, form, picture, text or bytes, whichever its bytes can be.

import { h } from "./dom.js";
import { count, size } from "../text/format.js";
import { hexDump } from "./hexdump.js";
import { parseJson } from "./json_parse.js";
import { jsonTree } from "./json_tree.js";
import { pairTable } from "./key_values.js";

/** Ways of looking at a preview, the one that says most first: [{name, title, draw()}]. */
export function waysOf(preview) {
  const json = preview.text ? parseJson(preview.text) : null;
  const ways = [];
  if (preview.picture) ways.push({ name: "picture", title: "Picture", draw: () => picture(preview.picture) });
  if (json?.entries) ways.push({ name: "json", title: "JSON", draw: () => jsonTree(json) });
  if (preview.fields?.length) ways.push({ name: "form", title: "Form", draw: () => pairTable(preview.fields) });
  if (preview.text !== null && preview.bytes) ways.push({ name: "text", title: "Text", draw: () => plain(preview) });
  if (preview.bytes) ways.push({ name: "hex", title: "Bytes", draw: () => bytes(preview) });
  return ways;
}

/** The element for a preview; `wanted` remembers, from message to message, the way that the reader has chosen. */
export function bodyView(preview, wanted) {
  const ways = waysOf(preview);
  const stage = h("div", { class: "body-stage" });
  const buttons = ways.map((way) =>
    h("button", {
      class: "choice",
      onclick: () => {
        wanted.name = way.name;
        show(way);
      },
    }, way.title)
  );
  const notes = preview.notes.map((note) =>
    h("p", { class: "body-note" }, `${note[0].toUpperCase()}${note.slice(1)}.`)
  );
  function show(way) {
    buttons.forEach((button, i) => button.setAttribute("aria-pressed", String(ways[i] === way)));
    stage.replaceChildren(way.draw());
  }
  if (ways.length) show(ways.find(({ name }) => name === wanted.name) ?? ways[0]);
  return h(
    "div",
    { class: "body-view" },
    h(
      "div",
      { class: "body-bar" },
      ways.length > 1
        ? h("span", { class: "choices", role: "group", "aria-label": "Show the body as" }, buttons)
        : null,
      h("span", { class: "body-facts" }, facts(preview)),
    ),
    notes,
    stage,
  );
}

function facts({ bytes: length, type, picture: shown }) {
  const said = type.split(";")[0];
  const parts = [said || "no type said", size(length)];
  if (shown && shown.type !== said) parts.push(`looks like ${shown.type}`);
  if (shown) parts.push(`${count(shown.width)} × ${count(shown.height)} pixels`);
  return parts.join(" · ");
}

function plain({ text, text_is_cut: isCut, bytes: length }) {
  const more = isCut ? h("p", { class: "body-note" }, `The text goes on; the body has ${size(length)}.`) : null;
  return h(
    "div",
    {},
    h("pre", { class: "body-text", tabindex: "0", role: "group", "aria-label": "Body as text" }, text),
    more,
  );
}

function bytes({ hex, bytes: length }) {
  const shown = hex.length / 2;
  const more = shown < length ? h("p", { class: "body-note" }, `The first ${size(shown)} of ${size(length)}.`) : null;
  return h(
    "div",
    { class: "body-hex", tabindex: "0", role: "group", "aria-label": "Body as bytes" },
    hexDump(hex).element,
    more,
  );
}

/** The server has told the type by the picture's own bytes; the page makes the address that shows it, and lets it go again. */
function picture({ type, base64, width, height }) {
  const raw = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  const address = URL.createObjectURL(new Blob([raw], { type }));
  const free = () => URL.revokeObjectURL(address);
  const broken = () => {
    free();
    image.replaceWith(
      h(
        "p",
        { class: "body-note" },
        "The browser cannot draw this picture: it is damaged, or not all of it is in the capture.",
      ),
    );
  };
  const image = h("img", {
    class: "body-picture",
    src: address,
    width,
    height,
    alt: "The picture that the message carries",
    onload: free,
    onerror: broken,
  });
  return image;
}
