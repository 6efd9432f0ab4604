// A socket is an IP address and a port. This takes one apart and says what the parts are.

/** "127.0.0.1:8000" or "[::1]:8000" → {address, port}. */
export function takeApart(endpoint) {
  const colon = endpoint.lastIndexOf(":");
  return { address: endpoint.slice(0, colon).replace(/^\[|\]$/g, ""), port: Number(endpoint.slice(colon + 1)) };
}

/** Whose address it is, in a few words. */
export function whose(address) {
  if (/^127\./.test(address) || address === "::1") return "this machine";
  if (/^(10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|f[cd]|fe[89ab])/i.test(address)) return "a private network";
  if (/^(169\.254\.)/.test(address)) return "the local link";
  return "the machine";
}

/** What the port number is for, seen from the side that has it. */
export function portRole(side) {
  return side === "server" ? "listens here" : "lent for this pipe";
}

/** A connection in few letters: the ports where both ends are on one machine, else the client's port and the whole server. */
export function short(client, server) {
  const [a, b] = [takeApart(client), takeApart(server)];
  const isNear = a.address === b.address;
  return { client: String(a.port), server: isNear ? String(b.port) : server, isNear };
}
