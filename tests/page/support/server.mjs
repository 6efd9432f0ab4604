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

/** After everything that is due by now has been done. */
export async function settled() {
  for (let i = 0; i < 3; i += 1) await new Promise((resolve) => setTimeout(resolve));
}
