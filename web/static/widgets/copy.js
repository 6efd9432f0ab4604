// Copying to the clipboard, and showing what was copied: what was captured ends up where it is run.

import { h } from "./dom.js";

/** Copies `text` and shows it in `said`; where the browser refuses, the text is there to be copied by hand. */
export async function copyText(text, said) {
  let word = "Copied. Read it before you run it:";
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    word = "The browser does not let the page copy. Here it is:";
  }
  said.hidden = false;
  said.replaceChildren(h("span", {}, word), h("code", { class: "copied-text", tabindex: "0" }, text));
}
