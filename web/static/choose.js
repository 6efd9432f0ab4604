// Which rows of a table a view lists under the filter in hand.

import { matches, words } from "./match.js";

/** A function of the state that gives {ids, total, held}: ids null without a filter; remembers its last answer. */
export function chooser(table, also = () => true, alsoKey = () => "") {
  let [key, answer] = [null, null];
  return (state) => {
    const rows = state.tables[table];
    const next = `${rows.revision} ${state.route.filter} ${alsoKey(state)}`;
    if (next !== key) {
      key = next;
      answer = chosen(state, rows);
    }
    return answer;
  };

  function chosen(state, rows) {
    const wanted = words(state.route.filter);
    if (!wanted.length && !alsoKey(state)) return { ids: null, total: rows.total, isWhole: true };
    const found = rows.sorted().filter((row) => also(row, state) && matches(row, table, wanted));
    return { ids: found.map(({ id }) => id), total: found.length, isWhole: rows.isWhole };
  }
}
