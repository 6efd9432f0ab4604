// Which rows lie in the chosen time range: the server says so, anew as the capture grows.

import { get } from "./api.js";
import { filtering, formatSpan } from "./span.js";

const REST = 500; // ms between two questions while the capture grows

/** Keeps `store.state.within` in step with the range in the address; unknown (null) until the first answer. */
export function followSpan(store, ask = get, later = (...a) => setTimeout(...a)) {
  let [asked, busy] = ["", false];
  const draw = (state) => {
    const span = filtering(state.route.span);
    if (!span) {
      asked = "";
      if (state.within) store.set({ within: null });
      return;
    }
    const name = formatSpan(span);
    if (state.within && state.within.name !== name) store.set({ within: null });
    const question = `${name} ${JSON.stringify(state.lengths)}`;
    if (busy || question === asked) return;
    [asked, busy] = [question, true];
    answer(name, span).finally(() => later(() => {
      busy = false;
      draw(store.state);
    }, REST));
  };

  async function answer(name, { from, to }) {
    try {
      const { rows, is_cut } = await ask("/api/within", { from, to });
      const now = filtering(store.state.route.span);
      if (now && formatSpan(now) === name) store.set({ within: { name, rows, isCut: is_cut } });
    } catch (error) {
      store.set({ problem: { message: error.message, what_to_do: error.advice } });
    }
  }

  store.subscribe(draw);
}
