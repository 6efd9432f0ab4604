// Which rows of a table a view lists under the filter and the time range in hand.

import { matches, words } from "./match.js";
import { inRuns, numbersOf } from "./span.js";

/** A function of the state that gives {ids, total, isWhole}: ids null when all are listed; remembers its last answer. */
export function chooser(table, also = () => true, alsoKey = () => "") {
  let [key, answer, within] = [null, null, null];
  return (state) => {
    const rows = state.tables[table];
    const next = `${rows.revision} ${state.route.filter} ${alsoKey(state)}`;
    if (next !== key || state.within !== within) {
      [key, within] = [next, state.within];
      answer = chosen(state, rows);
    }
    return answer;
  };

  function chosen(state, rows) {
    const wanted = words(state.route.filter);
    const runs = state.within?.rows[table] ?? null;
    if (!wanted.length && !alsoKey(state)) return listed(rows, runs);
    const found = rows.sorted().filter((row) => (!runs || inRuns(runs, row.id)) && also(row, state) && matches(row, table, wanted));
    return { ids: found.map(({ id }) => id), total: found.length, isWhole: rows.isWhole };
  }
}

function listed(rows, runs) {
  if (!runs) return { ids: null, total: rows.total, isWhole: true };
  const ids = numbersOf(runs);
  return { ids, total: ids.length, isWhole: true };
}
