// The login page: shown without a session, asks for the link from the terminal.

import { h } from "../widgets/dom.js";

/** @param {(key: string) => Promise<void>} enter resolves when the key is valid */
export function mountLogin(root, problem, enter) {
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
    { class: "login-trouble", role: "alert" },
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
      { class: "login" },
      h("h1", {}, "Wireglass"),
      h(
        "p",
        {},
        "Open the link that Wireglass printed in the terminal. " +
          "It contains the access token for this dashboard, so that no other user of this machine can open it.",
      ),
      trouble,
      h(
        "form",
        { onsubmit: submit },
        h("label", { for: "key" }, "Or paste the link here"),
        h(
          "div",
          { class: "login-row" },
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
