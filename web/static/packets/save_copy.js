// Saves a pcapng copy of the capture, notes in it: fetched with the page's credentials, which a plain link would not carry.

import { ApiError, session } from "../net/api.js";
import { h } from "../widgets/dom.js";

/** Asks the server for the copy and hands it to the browser as a download. */
export async function saveCopy(store) {
  try {
    const response = await fetch("/api/notes/copy", { headers: { "X-Token": session.token ?? "" } });
    if (!response.ok) throw await refusal(response);
    download(await response.blob(), nameFor(store.state.capture.name));
  } catch (error) {
    store.set({
      problem: { message: error.message, what_to_do: error.advice ?? "Is Wireglass still running in its terminal?" },
    });
  }
}

async function refusal(response) {
  const said = await response.json().catch(() => null);
  return new ApiError(
    response.status,
    said?.error?.message ?? `The server said ${response.status}.`,
    said?.error?.what_to_do,
  );
}

/** Gives bytes that the page made or fetched to the browser as a file; nothing in them is opened. */
export function download(blob, name) {
  const address = URL.createObjectURL(new Blob([blob], { type: "application/octet-stream" }));
  h("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

/** A file name out of the capture's, whatever stood in that. */
export function nameFor(name) {
  const stem = (name ?? "").replace(/\.(pcapng|pcap|cap)(\.(gz|zst))?$/i, "").replace(/[^\w.-]+/g, "-").replace(
    /^[.-]+/,
    "",
  );
  return `${stem.slice(0, 80) || "capture"}-with-notes.pcapng`;
}
