// The phases of a connection as runs of packets with titles: the brackets beside the ladder.

const TITLES = {
  handshake: "Handshake",
  refused: "Connection refused",
  unanswered: "No answer seen",
  stray: "RST without a connection",
  data: "Data",
  request: "Request",
  response: "Response",
  upgrade: "Upgrade to WebSocket",
  conversation: "Messages, both directions",
  close: "Connection close",
};

/**
 * Divides packets into runs: each packet belongs to the phase that began last. The server's phases may overlap and
 * leave packets out.
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
  if (!phase) return "Captured mid-stream";
  // Its last ACK may carry the first bytes, and so belong to the next run.
  if (phase.name === "handshake" && !isEstablished(packets.at(-1)) && !(after && isEstablished(after))) {
    return "Connection attempt";
  }
  const reset = phase.name === "close" && packets.find(({ flags }) => flags.includes("RST"));
  if (!reset) return TITLES[phase.name] ?? phase.name;
  if (isEstablished(before)) return "Connection reset";
  return `Reset by the ${reset.direction}`;
}

/** Whether both ends are past the opening states after this packet; assumed where it is not known. */
function isEstablished(packet) {
  return !packet ||
    ![packet.client_state, packet.server_state].some((state) =>
      ["SYN-SENT", "SYN-RECEIVED", "LISTEN", "CLOSED"].includes(state)
    );
}
