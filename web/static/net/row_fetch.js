// Fetching the rows that a list shows and the page does not hold.

import { get } from "./api.js";

const AT_ONCE = 500; // rows a request: the server gives up to 1000
const REST = 2_000; // ms after a failure in which nobody asks again
const resting = new Set(); // tables with a request under way, or that rest after a failure

/** Asks for rows [first, stop) of a table where they are missing, once however often a redraw asks. */
export async function want(store, table, first, stop) {
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
