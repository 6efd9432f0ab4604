// A choice between a few options, and a checkbox; both are stored in this browser.

import { h } from "./dom.js";

/**
 * @param {string} name under which the choice is stored
 * @param {string} label for screen readers
 * @param {[value: string, label: string][]} options
 * @param {(value: string) => void} changed
 */
export function storedChoice(name, label, options, changed) {
  const known = options.map(([value]) => value);
  const stored = remembered(name);
  const answer = { value: known.includes(stored) ? stored : known[0] };
  const buttons = options.map(([value, word]) => h("button", { class: "choice", onclick: () => choose(value) }, word));
  answer.element = h("span", { class: "choices", role: "group", "aria-label": label }, buttons);
  function draw() {
    buttons.forEach((button, i) => button.setAttribute("aria-pressed", String(known[i] === answer.value)));
  }
  function choose(value) {
    if (value === answer.value) return;
    answer.value = value;
    remember(name, value);
    draw();
    changed(value);
  }
  draw();
  return answer;
}

/** A checkbox: {element, isOn}. */
export function storedCheckbox(name, word, changed, title = "") {
  const answer = { isOn: remembered(name) === "on" };
  const box = h("input", {
    type: "checkbox",
    checked: answer.isOn,
    onchange: () => {
      answer.isOn = box.checked;
      remember(name, box.checked ? "on" : "off");
      changed(box.checked);
    },
  });
  answer.words = h("span", {}, word);
  answer.element = h("label", { class: "tick", title }, box, answer.words);
  return answer;
}

function remembered(name) {
  try {
    return localStorage.getItem(`wireglass.${name}`);
  } catch {
    return null;
  }
}

function remember(name, value) {
  try {
    localStorage.setItem(`wireglass.${name}`, value);
  } catch {
    // Storage may be refused; the choice then lasts as long as the page.
  }
}
