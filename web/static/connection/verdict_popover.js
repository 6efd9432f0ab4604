// A popover that explains a packet's verdicts, beside the badge under the pointer or the selected packet.

import { get } from "../net/api.js";
import { closest, h } from "../widgets/dom.js";
import { explanation } from "../widgets/verdict_explanation.js";

const HELD = 200; // explanations cached
const DELAY = 120; // ms that the pointer is on a badge before the popover opens
const GAP = 6; // pixels between badge and popover

/**
 * @param {HTMLElement} pane parent of the popover
 * @param {HTMLElement} list the ladder's scrolling list; its steps have data-packet
 * @param {import("../widgets/place_link.js").PacketLink} packetLink to the packets that show the values
 */
export function mountVerdictPopover(pane, list, packetLink) {
  const sheet = h("div", { class: "why", role: "tooltip", id: "why", popover: "manual" });
  pane.append(sheet);
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

  async function show(step) {
    const packet = Number(step.dataset.packet);
    shown = packet;
    let content;
    try {
      content = (await explained(packet)).verdicts.map((verdict) => explanation(verdict, packetLink));
    } catch (error) {
      content = [h("p", {}, error.message)];
    }
    if (shown !== packet || !content.length) return;
    sheet.replaceChildren(...content);
    sheet.showPopover();
    step.setAttribute("aria-describedby", sheet.id);
    place(step);
  }

  /** Positions the popover below the badge, or above it where there is more room. */
  function place(step) {
    const badge = (step.querySelector(".badge") ?? step).getBoundingClientRect();
    const { offsetWidth: width, offsetHeight: height } = sheet;
    const below = badge.bottom + GAP;
    const top = below + height <= innerHeight || badge.top < innerHeight - badge.bottom
      ? below
      : badge.top - GAP - height;
    sheet.style.left = `${Math.max(Math.min(badge.left, innerWidth - width - GAP), GAP)}px`;
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
    const badge = closest(event, ".badge");
    if (badge) later(() => badge.matches(":hover") && show(badge.closest(".step")));
    else if (shown !== null && !byKey) later(hide);
  });
  list.addEventListener(
    "pointerleave",
    (event) => !sheet.contains(/** @type {Node | null} */ (event.relatedTarget)) && !byKey && later(hide),
  );
  sheet.addEventListener("pointerenter", () => clearTimeout(timer));
  sheet.addEventListener("pointerleave", () => !byKey && later(hide));
  list.addEventListener("scroll", () => shown !== null && hide(), { passive: true });
  list.addEventListener("blur", () => byKey && hide());

  return {
    /** Explains the packet under the cursor, after the cursor was moved by key. */
    explainChosen() {
      hide();
      if (document.activeElement !== list) return;
      const step = list.querySelector(".step.chosen:has(.badge)");
      if (!step) return;
      later(() => {
        byKey = true;
        show(step);
      });
    },
    hide,
  };
}
