// A server of prepared answers, by path, for the modules that fetch.

import "./dom.mjs";

/** Answers requests from now on; `asked` collects their addresses. */
export function serve(answers) {
  const asked = [];
  globalThis.fetch = (address) => {
    asked.push(address);
    const found = answers[address.split("?")[0]];
    const body = found ?? { error: { message: "There is no such path.", what_to_do: "" } };
    return Promise.resolve({ ok: found !== undefined, status: found ? 200 : 404, json: () => Promise.resolve(body) });
  };
  return asked;
}

const TURNS = 2_000; // of the event loop, after which a condition is given up

/** Until the condition holds: answers have arrived and are drawn. What never comes fails the test's own assertion. */
export async function until(condition) {
  for (let turn = 0; turn < TURNS && !condition(); turn += 1) await new Promise((resolve) => setTimeout(resolve));
}
