// A body in the formats that it can be shown in: JSON, form, picture, text or bytes.

import { h } from "../widgets/dom.js";
import { count, size } from "../text/format.js";
import { hexDump } from "../widgets/hexdump.js";
import { parseJson } from "../widgets/json_parse.js";
import { jsonTree } from "../widgets/json_tree.js";
import { pairTable } from "../widgets/key_values.js";

/** The formats that a preview can be shown in, the most readable first: [{name, title, draw()}]. */
export function formatsOf(preview) {
  const json = preview.text ? parseJson(preview.text) : null;
  const formats = [];
  if (preview.picture) formats.push({ name: "picture", title: "Picture", draw: () => picture(preview.picture) });
  if (json?.entries) formats.push({ name: "json", title: "JSON", draw: () => jsonTree(json) });
  if (preview.fields?.length) formats.push({ name: "form", title: "Form", draw: () => pairTable(preview.fields) });
  if (preview.text !== null && preview.bytes) formats.push({ name: "text", title: "Text", draw: () => plain(preview) });
  if (preview.bytes) formats.push({ name: "hex", title: "Bytes", draw: () => bytes(preview) });
  return formats;
}

/** The element for a preview; `wanted.name` keeps the chosen format from message to message. */
export function bodyView(preview, wanted) {
  const formats = formatsOf(preview);
  const stage = h("div", { class: "body-stage" });
  const buttons = formats.map((format) =>
    h("button", {
      class: "choice",
      onclick: () => {
        wanted.name = format.name;
        show(format);
      },
    }, format.title)
  );
  const notes = preview.notes.map((note) =>
    h("p", { class: "body-note" }, `${note[0].toUpperCase()}${note.slice(1)}.`)
  );
  function show(format) {
    buttons.forEach((button, i) => button.setAttribute("aria-pressed", String(formats[i] === format)));
    stage.replaceChildren(format.draw());
  }
  if (formats.length) show(formats.find(({ name }) => name === wanted.name) ?? formats[0]);
  return h(
    "div",
    { class: "body-view" },
    h(
      "div",
      { class: "body-bar" },
      formats.length > 1
        ? h("span", { class: "choices", role: "group", "aria-label": "Show the body as" }, buttons)
        : null,
      h("span", { class: "body-facts" }, facts(preview)),
    ),
    notes,
    stage,
  );
}

function facts({ bytes: length, type, picture: shown }) {
  const name = type.split(";")[0];
  const parts = [name || "no content type", size(length)];
  if (shown && shown.type !== name) parts.push(`looks like ${shown.type}`);
  if (shown) parts.push(`${count(shown.width)} × ${count(shown.height)} pixels`);
  return parts.join(" · ");
}

function plain({ text, text_is_cut: isCut, bytes: length }) {
  const more = isCut ? h("p", { class: "body-note" }, `Only the beginning; the body has ${size(length)}.`) : null;
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

/** A picture by an object URL; its type is what the server found in its bytes. */
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
        "The browser cannot show this image: it is damaged, or only part of it was captured.",
      ),
    );
  };
  const image = h("img", {
    class: "body-picture",
    src: address,
    width,
    height,
    alt: "Image in the message body",
    onload: free,
    onerror: broken,
  });
  return image;
}
