// Fetches rows that a list shows and the cache does not hold.

import { get } from "./api.js";

const AT_ONCE = 500; // rows a request: the server sends up to 1000
const REST = 2_000; // ms after a failure before the next request
const resting = new Set(); // tables with a request in flight, or waiting after a failure

/** Fetches the missing ones of rows [first, stop), one request at a time however often it is called. */
export async function fetchMissingRows(store, table, first, stop) {
  const missing = store.state.tables[table].missing(first, stop);
  if (!missing || resting.has(table)) return;
  resting.add(table);
  try {
    const [start, end] = missing;
    const answer = await get(`/api/${table}`, { start, stop: Math.min(end, start + AT_ONCE) });
    resting.delete(table);
    store.rows(table, answer.rows);
  } catch (error) {
    setTimeout(() => resting.delete(table), REST);
    store.set({ problem: { message: error.message, what_to_do: error.advice } });
  }
}
