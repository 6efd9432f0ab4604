// Saves a pcapng copy of the capture with its notes; fetched, since a link would not carry the session's header.

import { ApiError, session } from "../net/api.js";
import { h } from "../widgets/dom.js";

/** Fetches the copy and starts a download of it. */
export async function saveCapture(store) {
  try {
    const response = await fetch("/api/notes/copy", { headers: { "X-Token": session.token ?? "" } });
    if (!response.ok) throw await refusal(response);
    download(await response.blob(), nameFor(store.state.capture.name));
  } catch (error) {
    store.set({
      problem: {
        message: error.message,
        what_to_do: error.advice ?? "Check that Wireglass is still running in the terminal.",
      },
    });
  }
}

async function refusal(response) {
  const answer = await response.json().catch(() => null);
  return new ApiError(
    response.status,
    answer?.error?.message ?? `The server responded with ${response.status}.`,
    answer?.error?.what_to_do,
  );
}

/** Starts a download of bytes as a file; the browser does not open it. */
export function download(blob, name) {
  const address = URL.createObjectURL(new Blob([blob], { type: "application/octet-stream" }));
  h("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

/** A safe file name made from the capture's. */
export function nameFor(name) {
  const stem = (name ?? "").replace(/\.(pcapng|pcap|cap)(\.(gz|zst))?$/i, "").replace(/[^\w.-]+/g, "-").replace(
    /^[.-]+/,
    "",
  );
  return `${stem.slice(0, 80) || "capture"}-with-notes.pcapng`;
}
