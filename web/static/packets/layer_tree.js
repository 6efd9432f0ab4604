// A packet's layers as a tree of fields; the item under the pointer or the cursor has its bytes highlighted.

import { closest, h } from "../widgets/dom.js";

/**
 * The innermost field or layer that byte `at` belongs to: [layer, field] indexes, field -1 for none; null for neither.
 */
export function itemAt(layers, at) {
  const holds = ({ start, stop }) => start <= at && at < stop;
  const layer = layers.findLastIndex(holds);
  if (layer < 0) return null;
  // Of several fields that share a byte, the shortest one; of flags in one byte, the first.
  const { fields } = layers[layer];
  let found = -1;
  fields.forEach((field, i) => {
    if (holds(field) && (found < 0 || field.stop - field.start < fields[found].stop - fields[found].start)) found = i;
  });
  return [layer, found];
}

/**
 * @param {object[]} layers {name, title, start, stop, fields: [{label, value, start, stop}]} as /api/packets/N sends
 *   them
 * @param {Set<string>} open names of the expanded layers: kept from packet to packet
 * @param {{light: (start: number, stop: number) => void, reveal: (byte: number) => void}} dump
 */
export function layerTree(layers, open, { light, reveal }) {
  const items = []; // {element, layer, field, start, stop} from top to bottom
  const groups = layers.map((layer, number) => {
    const element = h("div", {
      role: "treeitem",
      class: "layer",
      "aria-expanded": String(open.has(layer.name)),
      tabindex: "-1",
    }, layer.title);
    items.push({ element, layer: number, field: -1, start: layer.start, stop: layer.stop });
    const fields = layer.fields.map((field, i) => {
      const row = h(
        "div",
        { role: "treeitem", class: "field-row", tabindex: "-1" },
        h("span", { class: "field-label" }, field.label),
        h("span", { class: "field-value" }, field.value),
      );
      items.push({
        element: row,
        layer: number,
        field: i,
        start: field.start ?? layer.start,
        stop: field.stop ?? layer.stop,
      });
      return row;
    });
    const group = h("div", { role: "group", class: "layer-fields", hidden: !open.has(layer.name) }, fields);
    return { element, group, name: layer.name };
  });
  const tree = h(
    "div",
    { role: "tree", class: "layers", "aria-label": "Layers of the packet" },
    groups.flatMap(({ element, group }) => [element, group]),
  );
  let [pinned, lit] = [null, null];
  if (items.length) items[0].element.tabIndex = 0;

  const itemOf = (event) => items.find(({ element }) => element === closest(event, "[role=treeitem]")) ?? null;

  /** Highlights an item and its bytes; null for the selected one. */
  function show(item) {
    const next = item ?? pinned;
    if (next === lit) return;
    lit?.element.classList.remove("lit");
    lit = next;
    lit?.element.classList.add("lit");
    light(lit?.start ?? 0, lit?.stop ?? 0);
  }

  function unfold(number, isOpen) {
    const { element, group, name } = groups[number];
    element.setAttribute("aria-expanded", String(isOpen));
    group.hidden = !isOpen;
    if (isOpen) open.add(name);
    else open.delete(name);
  }

  const isOpen = (number) => !groups[number].group.hidden;

  function choose(item) {
    for (const { element } of items) element.tabIndex = -1;
    item.element.tabIndex = 0;
    pinned = item;
    show(item);
    reveal(item.start);
  }

  function key(event) {
    const shown = items.filter(({ layer, field }) => field < 0 || isOpen(layer));
    const at = shown.indexOf(itemOf(event));
    const item = shown[at];
    if (!item || event.ctrlKey || event.metaKey || event.altKey) return;
    const moves = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: shown.length - 1 };
    if (event.key in moves) go(shown[Math.min(Math.max(moves[event.key], 0), shown.length - 1)]);
    else if (event.key === "ArrowRight" && item.field < 0 && !isOpen(item.layer)) unfold(item.layer, true);
    else if (event.key === "ArrowLeft") back(item);
    else if (event.key === "Enter" || event.key === " ") press(item);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  function go(item) {
    choose(item);
    item.element.focus();
  }

  function back(item) {
    if (item.field < 0) unfold(item.layer, false);
    else go(items.find(({ layer }) => layer === item.layer));
  }

  function press(item) {
    if (item.field < 0) unfold(item.layer, !isOpen(item.layer));
    choose(item);
  }

  tree.addEventListener("pointerover", (event) => show(itemOf(event)));
  tree.addEventListener("pointerleave", () => show(null));
  tree.addEventListener("click", (event) => itemOf(event) && press(itemOf(event)));
  tree.addEventListener("keydown", key);

  const find = (byte) => {
    const [layer, field] = itemAt(layers, byte) ?? [-1, -1];
    return items.find((item) => item.layer === layer && item.field === field) ?? null;
  };
  return {
    element: tree,
    /** Highlights the item of byte `at`; null for the selected one. */
    point: (at) => show(at === null ? null : find(at)),
    /** Selects the item of byte `at`, expands its layer and scrolls it into view. */
    choose(at) {
      const item = find(at);
      if (!item) return;
      if (item.field >= 0) unfold(item.layer, true);
      choose(item);
      item.element.scrollIntoView({ block: "nearest" });
    },
  };
}
