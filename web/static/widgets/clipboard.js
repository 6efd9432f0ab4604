// Copying to the clipboard. The text is also shown, since a captured request may be harmful when it is run.

import { h } from "./dom.js";

/** Copies `text` and shows it in `report`, from where it can be copied by hand if the browser refuses. */
export async function copyText(text, report) {
  let word = "Copied. Check it before you run it:";
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    word = "The browser refused to copy. Copy it from here:";
  }
  report.hidden = false;
  report.replaceChildren(h("span", {}, word), h("code", { class: "copied-text", tabindex: "0" }, text));
}
