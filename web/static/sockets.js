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

/** Both endpoints with what they share left out: ["51514", "8000"] on one machine, else whole. */
export function short(client, server) {
  const [a, b] = [takeApart(client), takeApart(server)];
  return a.address === b.address ? [String(a.port), String(b.port)] : [client, server];
}
