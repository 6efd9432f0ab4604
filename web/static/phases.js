// The chapters of a connection's life, each a run of packets: what the brackets beside the ladder say.

const TITLES = {
  handshake: "The pipe is built",
  request: "The ask",
  response: "The answer",
  upgrade: "The upgrade",
  conversation: "Messages, either way",
  close: "The pipe is taken down",
};

/**
 * Cuts packets into chapters: each belongs to the phase that began last. The server's phases may overlap and leave packets out.
 *
 * @param {object[]} packets packet rows of one connection, in order
 * @param {object[]} phases {name, first_packet, last_packet} as the server found them
 * @returns {{title: string | null, first: number, last: number}[]} indexes into `packets`, both included
 */
export function chapters(packets, phases) {
  const begins = [...phases].sort((a, b) => a.first_packet - b.first_packet);
  const found = [];
  let next = 0;
  packets.forEach(({ number }, index) => {
    let phase = found.at(-1)?.phase ?? null;
    while (next < begins.length && begins[next].first_packet <= number) phase = begins[next++];
    if (found.length && found.at(-1).phase === phase) found.at(-1).last = index;
    else found.push({ phase, first: index, last: index });
  });
  return found.map(({ phase, first, last }) => ({ title: titleOf(phase, packets.slice(first, last + 1)), first, last }));
}

function titleOf(phase, packets) {
  if (!phase) return "Seen from midway";
  const isReset = packets.some(({ flags }) => flags.includes("RST"));
  if (isReset && phase.name === "handshake") return "The pipe is refused";
  if (isReset) return "The pipe is cut";
  return TITLES[phase.name] ?? phase.name;
}
