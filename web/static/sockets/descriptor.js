// A file descriptor by itself: its process, its connection end, and when it was open.

/** The key of a descriptor's process: network namespace and pid. */
export const processKey = (descriptor) => `${descriptor.namespace} ${descriptor.pid}`;

/** The key of the connection end of a descriptor or a kernel row: "3 client". */
export const endKey = ({ connection, direction }) => `${connection} ${direction}`;

export const isOpen = (descriptor, at) =>
  descriptor.opened_at_ns <= at && (descriptor.closed_at_ns === null || descriptor.closed_at_ns > at);

/** Whether an end without a descriptor waits to be accepted; any other was closed by its process. */
export const isWaiting = ({ side, wire, wasHeld }) =>
  side === "server" && !wasHeld && ["SYN-RECEIVED", "ESTABLISHED"].includes(wire);

/** A descriptor with times since the capture's start; before the first packet there is no start, and times are 0. */
export function timed(descriptor) {
  if (descriptor.opened_at_ns !== null) return descriptor;
  return { ...descriptor, opened_at_ns: 0, closed_at_ns: descriptor.closed_by === null ? null : 0 };
}

/** The last row, in order of time, that is not later than `at`; null for none. */
export function latest(rows, at) {
  let found = null;
  for (const row of rows) {
    if (row.at_ns > at) break;
    found = row;
  }
  return found;
}
