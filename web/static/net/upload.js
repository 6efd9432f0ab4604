// Uploads a capture in slices, each an ordinary small request, so that progress is known.

import { get, post } from "./api.js";

export const SLICE = 45_000; // bytes: as base64 in JSON it stays below the 64 KiB limit of a request
const PROGRESS_MS = 300; // between two requests for the number of packets read

/**
 * Uploads `file`, then has the server read and show it.
 * @param {(progress: {sent: number, bytes: number, packets: number, isWhole: boolean}) => void} tell
 * @param {AbortSignal} signal aborts between two slices
 */
export async function upload(file, tell, signal, { ask = get, send = post } = {}) {
  const { id } = await send("/api/uploads", { name: file.name, bytes: file.size });
  for (let at = 0; at < file.size; at += SLICE) {
    signal.throwIfAborted();
    tell({ sent: at, bytes: file.size, packets: 0, isWhole: false });
    const bytes = new Uint8Array(await file.slice(at, at + SLICE).arrayBuffer());
    await send(`/api/uploads/${id}`, { at, data: base64(bytes) });
  }
  const whole = { sent: file.size, bytes: file.size, isWhole: true };
  tell({ ...whole, packets: 0 });
  const look = setInterval(
    () => ask(`/api/uploads/${id}`).then(({ packets }) => tell({ ...whole, packets }), () => {}),
    PROGRESS_MS,
  );
  try {
    await send(`/api/uploads/${id}/open`);
  } finally {
    clearInterval(look);
  }
}

/** Base64 of up to SLICE bytes. */
export function base64(bytes) {
  let text = "";
  for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return btoa(text);
}
