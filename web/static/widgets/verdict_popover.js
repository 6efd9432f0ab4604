// A popover that explains a packet's verdicts and anomalies, beside the mark under the pointer or the focus.

import { get } from "../net/api.js";
import { anomalyItem } from "./anomaly_item.js";
import { closest, h } from "./dom.js";
import { explanation } from "./verdict_explanation.js";

const HELD = 200; // explanations cached
const DELAY = 120; // ms that the pointer is on a mark before the popover opens
const GAP = 6; // pixels between mark and popover

/**
 * @param {HTMLElement} pane parent of the popover
 * @param {HTMLElement} list with the marks: elements whose data-why is the number of the packet to explain
 * @param {import("./place_link.js").PacketLink} packetLink to the packets that show the values
 */
export function mountVerdictPopover(pane, list, packetLink) {
  const sheet = h("div", { class: "why", role: "tooltip", id: "why", popover: "manual" });
  const known = new Map();
  let [shown, timer, byKey] = [null, null, false];

  async function explained(packet) {
    if (!known.has(packet)) {
      if (known.size >= HELD) known.delete(known.keys().next().value);
      known.set(packet, get(`/api/packets/${packet}/why`));
      known.get(packet).catch(() => known.delete(packet));
    }
    return known.get(packet);
  }

  async function show(mark) {
    const packet = Number(mark.dataset.why);
    shown = packet;
    let content;
    try {
      const { verdicts, anomalies } = await explained(packet);
      content = verdicts.map((verdict) => explanation(verdict, packetLink));
      if (anomalies.length) content.push(h("ul", { class: "anomalies" }, anomalies.map((one) => anomalyItem(one))));
    } catch (error) {
      content = [h("p", {}, error.message)];
    }
    if (shown !== packet || !content.length || !mark.isConnected) return;
    sheet.replaceChildren(...content);
    pane.append(sheet); // again, where the pane was drawn anew
    sheet.showPopover();
    (mark.closest("[role=option]") ?? mark).setAttribute("aria-describedby", sheet.id);
    place(mark);
  }

  /** Positions the popover below the mark, or above it where there is more room. */
  function place(mark) {
    const box = mark.getBoundingClientRect();
    const { offsetWidth: width, offsetHeight: height } = sheet;
    const below = box.bottom + GAP;
    const top = below + height <= innerHeight || box.top < innerHeight - box.bottom ? below : box.top - GAP - height;
    sheet.style.left = `${Math.max(Math.min(box.left, innerWidth - width - GAP), GAP)}px`;
    sheet.style.top = `${Math.max(Math.min(top, innerHeight - height - GAP), GAP)}px`;
  }

  function hide() {
    clearTimeout(timer);
    if (shown === null) return;
    list.querySelector("[aria-describedby=why]")?.removeAttribute("aria-describedby");
    sheet.hidePopover();
    [shown, byKey] = [null, false];
  }

  const later = (action) => {
    clearTimeout(timer);
    timer = setTimeout(action, DELAY);
  };
  list.addEventListener("pointerover", (event) => {
    const mark = closest(event, "[data-why]");
    if (mark) later(() => mark.matches(":hover") && show(mark));
    else if (shown !== null && !byKey) later(hide);
  });
  list.addEventListener(
    "pointerleave",
    (event) => !sheet.contains(/** @type {Node | null} */ (event.relatedTarget)) && !byKey && later(hide),
  );
  sheet.addEventListener("pointerenter", () => clearTimeout(timer));
  sheet.addEventListener("pointerleave", () => !byKey && later(hide));
  list.addEventListener("scroll", () => shown !== null && hide(), { capture: true, passive: true });
  list.addEventListener("focusin", (event) => {
    const mark = closest(event, "[data-why]");
    if (mark?.matches(":focus-visible")) explain(mark);
  });
  list.addEventListener("focusout", () => byKey && hide());
  list.addEventListener("keydown", (event) => event.key === "Escape" && hide());

  /** Explains the mark that a key has moved the focus or the cursor to. */
  function explain(mark) {
    hide();
    if (!mark) return;
    later(() => {
      byKey = true;
      show(mark);
    });
  }

  return { explain, hide };
}
