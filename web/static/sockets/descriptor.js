// A token by itself: whose it is, which end of which connection, and when it was one.

/** "Alice" of pid 9987 in network namespace 4026531833: one process. */
export const processKey = (token) => `${token.namespace} ${token.pid}`;

/** The end that a token, or a word of the kernel, is of: "3 client". */
export const endKey = ({ connection, direction }) => `${connection} ${direction}`;

export const isOpen = (token, at) =>
  token.opened_at_ns <= at && (token.closed_at_ns === null || token.closed_at_ns > at);

/** Whether an end that nobody holds waits to be accepted; any other was given back, or rests. */
export const isWaiting = ({ side, wire, wasHeld }) =>
  side === "server" && !wasHeld && ["SYN-RECEIVED", "ESTABLISHED"].includes(wire);

/** A token on the capture's clock, which begins with the first packet: until there is one, what has happened lies at its start. */
export function placed(token) {
  if (token.opened_at_ns !== null) return token;
  return { ...token, opened_at_ns: 0, closed_at_ns: token.closed_by === null ? null : 0 };
}

/** The last of rows in order of time that is not later than `at`; null when all are. */
export function latest(rows, at) {
  let found = null;
  for (const row of rows) {
    if (row.at_ns > at) break;
    found = row;
  }
  return found;
}
