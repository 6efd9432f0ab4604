// The editor of a packet's note or bookmark. Notes are stored with the recording, as packet comments.

import { post } from "../net/api.js";
import { h, icon, setText } from "../widgets/dom.js";

export const BOOKMARK = "Bookmark"; // the text of a note that is only a bookmark
const LONGEST = 4096; // bytes of a packet comment

export class NoteEditor {
  /** @param {{changed: (packet: object) => void, failed: (problem: object) => void}} actions */
  constructor({ changed, failed }) {
    this.changed = changed;
    this.failed = failed;
    /** @type {import("../types/rows.d.ts").PacketRow | null} */
    this.packet = null;
    const tool = (name, words, press) =>
      h(
        "button",
        { class: "icon-button", title: words, "aria-label": words.replace(/ \(.*/, ""), onclick: press },
        icon(name),
      );
    this.mark = tool("bookmark", "Bookmark this packet (b)", () => this.toggleBookmark());
    this.write = tool("note", "Add a note to this packet (n)", () => this.edit());
    this.buttons = h("span", { class: "note-buttons" }, this.mark, this.write);
    this.text = h("p", { class: "note-text", title: "Edit note (n)", onclick: () => this.edit() });
    this.field = h("textarea", {
      class: "note-field",
      rows: "2",
      maxlength: LONGEST,
      "aria-label": "Note",
      placeholder: "Note. Wireshark shows it as a packet comment.",
      onkeydown: (event) => this.key(event),
    });
    this.form = h(
      "div",
      { class: "note-form", role: "group", "aria-label": "Note on this packet", hidden: true },
      this.field,
      h("button", {
        class: "button strong",
        type: "button",
        title: "Ctrl+Enter",
        onclick: () => this.save(this.field.value),
      }, "Save note"),
      h("button", { class: "button", type: "button", onclick: () => this.save("") }, "Delete note"),
      h("button", { class: "button", type: "button", onclick: () => this.leave() }, "Cancel"),
    );
    this.element = h("div", { class: "note", hidden: true }, this.text, this.form);
  }

  draw(packet) {
    this.packet = packet;
    const note = packet.comment;
    setText(this.text, note && note !== BOOKMARK ? note : "");
    this.mark.setAttribute("aria-pressed", String(Boolean(note)));
    this.mark.setAttribute("aria-disabled", String(Boolean(note) && note !== BOOKMARK));
    this.mark.title = note && note !== BOOKMARK ? "This packet has a note" : "Bookmark this packet (b)";
    this.arrange();
  }

  arrange() {
    this.text.hidden = this.text.textContent === "" || !this.form.hidden;
    this.element.hidden = Boolean(this.text.hidden && this.form.hidden);
  }

  edit() {
    if (!this.packet) return;
    this.field.value = this.packet.comment === BOOKMARK ? "" : (this.packet.comment ?? "");
    this.form.hidden = false;
    this.arrange();
    this.field.focus();
  }

  leave() {
    const hadFocus = this.form.contains(document.activeElement);
    this.form.hidden = true;
    this.arrange();
    if (hadFocus) this.write.focus();
  }

  toggleBookmark() {
    const note = this.packet?.comment;
    if (this.packet && (!note || note === BOOKMARK)) this.save(note ? "" : BOOKMARK);
  }

  async save(text) {
    const { packet } = this;
    try {
      const answer = await post(`/api/packets/${packet.number}/note`, { text });
      this.changed(answer.packet);
      if (this.packet?.number !== packet.number) return;
      this.leave();
      this.draw(answer.packet);
    } catch (error) {
      this.failed({ message: error.message, what_to_do: error.advice });
    }
  }

  key(event) {
    if (event.key === "Escape") this.leave();
    else if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) this.save(this.field.value);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }
}
