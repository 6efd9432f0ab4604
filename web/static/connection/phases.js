// The phases of a connection as runs of packets with titles: the brackets beside the ladder.

const TITLES = {
  handshake: "The pipe is built",
  refused: "The pipe is refused",
  unanswered: "No answer is seen",
  stray: "A RST, and no connection seen",
  data: "The talk",
  request: "The ask",
  response: "The answer",
  upgrade: "The upgrade",
  conversation: "Messages, either way",
  close: "The pipe is taken down",
};

/**
 * Divides packets into runs: each packet belongs to the phase that began last. The server's phases may overlap and leave packets out.
 *
 * @param {import("../types/rows.d.ts").LadderPacket[]} packets of one connection, in order
 * @param {import("../types/rows.d.ts").Phase[]} phases
 * @returns {{title: string | null, first: number, last: number}[]} indexes into `packets`, both included
 */
export function phaseRuns(packets, phases) {
  const begins = [...phases].sort((a, b) => a.first_packet - b.first_packet);
  const found = [];
  let next = 0;
  packets.forEach(({ number }, index) => {
    let phase = found.at(-1)?.phase ?? null;
    while (next < begins.length && begins[next].first_packet <= number) phase = begins[next++];
    if (found.length && found.at(-1).phase === phase) found.at(-1).last = index;
    else found.push({ phase, first: index, last: index });
  });
  return found.map(({ phase, first, last }) => ({
    title: titleOf(phase, packets.slice(first, last + 1), { before: packets[first - 1], after: packets[last + 1] }),
    first,
    last,
  }));
}

function titleOf(phase, packets, { before, after }) {
  if (!phase) return "The first packet is no SYN";
  // Its last ACK may carry the first bytes, and so belong to the next run.
  if (phase.name === "handshake" && !isBuilt(packets.at(-1)) && !(after && isBuilt(after))) {
    return "The pipe is asked for";
  }
  const reset = phase.name === "close" && packets.find(({ flags }) => flags.includes("RST"));
  if (!reset) return TITLES[phase.name] ?? phase.name;
  if (isBuilt(before)) return "The pipe is cut";
  return reset.direction === "server" ? "The server resets it" : "The client resets it";
}

/** Whether both ends have left the opening states behind after this packet; of one that is not known it is taken for granted. */
function isBuilt(packet) {
  return !packet ||
    ![packet.client_state, packet.server_state].some((state) =>
      ["SYN-SENT", "SYN-RECEIVED", "LISTEN", "CLOSED"].includes(state)
    );
}
