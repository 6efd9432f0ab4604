// Addresses of connection ends: IP address and port, split, shortened and described.

/** "127.0.0.1:8000" or "[::1]:8000" → {address, port}. */
export function splitEndpoint(endpoint) {
  const colon = endpoint.lastIndexOf(":");
  return { address: endpoint.slice(0, colon).replace(/^\[|\]$/g, ""), port: Number(endpoint.slice(colon + 1)) };
}

/** What kind of address it is (RFC 6890). */
export function addressKind(address) {
  if (/^127\./.test(address) || address === "::1") return "loopback";
  if (/^(169\.254\.|fe[89ab])/i.test(address)) return "link-local";
  if (/^(10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|f[cd])/i.test(address)) return "private network";
  return "machine";
}

/** What a side used its port for. It listened only where it answered a SYN with its own. */
export function portRole(side, { history = "" }) {
  if (side === "server" && history.includes("h") && !history.includes("s")) return "listening";
  return side === "server" && history.includes("S") ? "requested" : "of this connection";
}

const LONG = 20; // characters of an address that are shown; no IPv4 address has more
const KEPT = 2; // groups of a longer one that are kept at either end

/** A long IPv6 address without the groups in its middle: "2001:db8:…:370:7334". */
export function briefAddress(address) {
  if (address.length <= LONG) return address;
  const groups = address.split(":");
  return [...groups.slice(0, KEPT), "…", ...groups.slice(-KEPT)].join(":");
}

/** Both ends of a connection as [address, port]; the address is "" where both ends have the same loopback address. */
export function pairEnds({ client, server }) {
  const ends = [client, server].map(splitEndpoint);
  const isHere = ends.every(({ address }) => /^127\.|^::1$/.test(address)) && ends[0].address === ends[1].address;
  const shown = (address) => (address.includes(":") ? `[${briefAddress(address)}]` : address);
  const parts = ({ address, port }) => [isHere ? "" : shown(address), `:${port}`];
  return { client: parts(ends[0]), server: parts(ends[1]) };
}

/** A connection in brief: both ports where both ends have one address, else the client's port and the whole server. */
export function briefPair({ client, server }) {
  const [a, b] = [splitEndpoint(client), splitEndpoint(server)];
  return {
    client: ["", String(a.port)],
    server: a.address === b.address ? ["", String(b.port)] : pairEnds({ client, server }).server,
  };
}
