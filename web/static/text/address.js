// A socket is an IP address and a port. This takes one apart and says what the parts are.

/** "127.0.0.1:8000" or "[::1]:8000" → {address, port}. */
export function takeApart(endpoint) {
  const colon = endpoint.lastIndexOf(":");
  return { address: endpoint.slice(0, colon).replace(/^\[|\]$/g, ""), port: Number(endpoint.slice(colon + 1)) };
}

/** Whose address it is, in a few words. */
export function whose(address) {
  if (/^127\./.test(address) || address === "::1") return "loopback, inside one machine";
  if (/^(169\.254\.|fe[89ab])/i.test(address)) return "the local link";
  if (/^(10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|f[cd])/i.test(address)) return "a private network";
  return "the machine";
}

/** What the port number is for, seen from the side that has it: it listened only where it answered a SYN with its own. */
export function portRole(side, { history = "" }) {
  if (side === "server" && history.includes("h") && !history.includes("s")) return "listened here";
  return side === "server" && history.includes("S") ? "asked for" : "of this connection";
}

const LONG = 20; // characters of an address that are shown; no IPv4 address has more
const KEPT = 2; // groups of a longer one that are kept at either end

/** An IPv6 address of many characters without the groups in its middle: "2001:db8:…:370:7334". */
export function briefAddress(address) {
  if (address.length <= LONG) return address;
  const groups = address.split(":");
  return [...groups.slice(0, KEPT), "…", ...groups.slice(-KEPT)].join(":");
}

/** Both ends of a connection as [address, port] in pieces to be set one after the other; where both are on this machine their address says nothing. */
export function pairEnds({ client, server }) {
  const ends = [client, server].map(takeApart);
  const isHere = ends.every(({ address }) => /^127\.|^::1$/.test(address)) && ends[0].address === ends[1].address;
  const parts = (
    { address, port },
  ) => [isHere ? "" : address.includes(":") ? `[${briefAddress(address)}]` : address, `:${port}`];
  return { client: parts(ends[0]), server: parts(ends[1]) };
}

/** A connection in few letters: the ports where both ends have one address, else the client's port and the whole server. */
export function short({ client, server }) {
  const [a, b] = [takeApart(client), takeApart(server)];
  return {
    client: ["", String(a.port)],
    server: a.address === b.address ? ["", String(b.port)] : pairEnds({ client, server }).server,
  };
}
