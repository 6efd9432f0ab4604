// What a page shows that has no key: where the key is, and a place to put it.

import { h } from "../widgets/dom.js";

/** @param {(key: string) => Promise<void>} enter resolves when the key was good */
export function mountDoor(root, problem, enter) {
  const field = h("input", {
    id: "key",
    class: "field",
    type: "text",
    autocomplete: "off",
    spellcheck: "false",
    placeholder: "http://127.0.0.1:…/#t=…",
  });
  const trouble = h(
    "p",
    { class: "door-trouble", role: "alert" },
    problem ? [problem.message, problem.advice].filter(Boolean).join(" ") : "",
  );
  const submit = async (event) => {
    event.preventDefault();
    try {
      await enter(keyOf(field.value));
    } catch (error) {
      trouble.textContent = [error.message, error.advice].filter(Boolean).join(" ");
      field.select();
    }
  };
  root.replaceChildren(
    h(
      "main",
      { class: "door" },
      h("h1", {}, "Wireglass"),
      h(
        "p",
        {},
        "Open the link that the terminal printed. It carries the key to this dashboard; without it nobody else on this machine can look in.",
      ),
      trouble,
      h(
        "form",
        { onsubmit: submit },
        h("label", { for: "key" }, "Or paste that link here"),
        h(
          "div",
          { class: "door-row" },
          field,
          h("button", { class: "button strong", type: "submit" }, "Open the dashboard"),
        ),
      ),
    ),
  );
  field.focus();
}

/** The key in a pasted link, or the pasted text itself. */
export function keyOf(text) {
  const found = /[#&]t=([^&\s]+)/.exec(text);
  return found ? found[1] : text.trim();
}
