// What is cut in a list, shown whole: of the cell under the pointer, or of the row that the keyboard has moved to.

import { closest, h } from "./dom.js";

const REST = 350; // ms that the pointer rests on a cell
const EDGE = 8; // pixels between the text and the edge of the window

export class CutText {
  /**
   * @param {HTMLElement} list whose cells have `data-column`; the title of one, if it has any, explains it
   * @param {HTMLElement} host of the text
   * @param {(column: string) => string | undefined} titleOf a column
   */
  constructor(list, host, titleOf) {
    this.host = host;
    this.titleOf = titleOf;
    this.element = h("div", {
      class: "cut-text",
      role: "tooltip",
      popover: "manual",
    });
    this.element.addEventListener("pointerleave", () => this.hide());
    this.timer = 0;
    /** @type {{cell: HTMLElement, title: string, index: string | undefined} | null} */
    this.of = null;
    list.addEventListener(
      "pointerover",
      (event) => event.pointerType === "mouse" && this.over(event),
    );
    list.addEventListener(
      "pointerleave",
      (event) => this.isLeft(event) && this.hide(),
    );
    for (const end of ["pointerdown", "scroll", "focusout"]) {
      list.addEventListener(end, () => this.hide());
    }
  }

  isLeft({ relatedTarget }) {
    return !(relatedTarget instanceof Node &&
      this.element.contains(relatedTarget));
  }

  over(event) {
    const cell = closest(event, "[data-column]");
    if (cell === this.of?.cell) return;
    this.hide();
    if (!cell) return;
    this.of = {
      cell,
      title: cell.title,
      index: cell.parentElement?.dataset.index,
    };
    cell.removeAttribute("title"); // so that the browser does not show it as well
    this.timer = setTimeout(
      () => this.show(cell, linesOf(cell, this.of?.title ?? "")),
      REST,
    );
  }

  /** Shows what is cut in the row that `drawn` returns, once the keyboard rests there. */
  ofRow(drawn) {
    this.hide();
    this.timer = setTimeout(() => {
      const row = drawn();
      const cut = [...(row?.children ?? [])].filter(isCut);
      this.show(
        row,
        cut.map((cell) => `${this.titleOf(cell.dataset.column)}: ${cell.textContent}`),
      );
    }, REST);
  }

  show(place, texts) {
    if (!texts.length || !place.isConnected) return;
    this.element.replaceChildren(...texts.map((text) => h("p", {}, text)));
    this.host.append(this.element);
    this.element.showPopover();
    const [around, { width, height }] = [
      place.getBoundingClientRect(),
      this.element.getBoundingClientRect(),
    ];
    const isRoom = around.bottom + height <= innerHeight;
    this.element.style.left = `${Math.max(Math.min(around.left, innerWidth - width - EDGE), EDGE)}px`;
    this.element.style.top = `${isRoom ? around.bottom : around.top - height}px`;
    document.addEventListener("keydown", this.dismiss, true);
  }

  hide() {
    clearTimeout(this.timer);
    const { cell, title, index } = this.of ?? {};
    if (title && !cell.title && cell.parentElement?.dataset.index === index) {
      cell.title = title;
    }
    this.of = null;
    if (!this.element.isConnected) return;
    document.removeEventListener("keydown", this.dismiss, true);
    this.element.remove();
  }

  /** Any key hides the text; Escape does nothing else then. */
  dismiss = (event) => {
    if (event.key === "Escape") event.stopPropagation();
    this.hide();
  };
}

/** The text of a cell, if it is cut and its explanation does not begin with it, and the explanation. */
function linesOf(cell, title) {
  const [text, lines] = [cell.textContent, title ? title.split("\n") : []];
  return isCut(cell) && !title.startsWith(text) ? [text, ...lines] : lines;
}

/** Whether an element, or a part of it, has more text than room. */
const isCut = (element) =>
  [element, ...element.querySelectorAll("*")].some((part) =>
    part.textContent && part.scrollWidth > part.clientWidth + 1 &&
    getComputedStyle(part).overflowX !== "visible"
  );
