// Talking to the server: one way to ask, one shape of failure.

const KEY = "wireglass.session";

/** Something the server refused or could not do: `message` says what, `advice` what to do about it. */
export class ApiError extends Error {
  constructor(status, message, advice = "") {
    super(message);
    this.status = status;
    this.advice = advice;
  }
}

/** The page's secret, which every request carries beside the cookie; null when the page was not let in. */
export const session = {
  get token() {
    return sessionStorage.getItem(KEY);
  },
  set token(value) {
    if (value === null) sessionStorage.removeItem(KEY);
    else sessionStorage.setItem(KEY, value);
  },
};

/** Trades the token of the printed address for this page's session. */
export async function login(token) {
  const answer = await send("/api/login", { method: "POST", body: { token } });
  session.token = answer.csrf;
}

/** @typedef {(path: string, parameters?: object, signal?: AbortSignal) => Promise<any>} Get what comes is as `types/rows.d.ts` says */

/** @type {Get} */
export const get = (path, parameters = {}, signal = null) => {
  const query = new URLSearchParams(Object.entries(parameters).filter(([, value]) => value !== null));
  return send(query.size ? `${path}?${query}` : path, { signal });
};

export const post = (path, body = {}) => send(path, { method: "POST", body });

async function send(path, { method = "GET", body = null, signal = null }) {
  const headers = { Accept: "application/json" };
  if (session.token) headers["X-Token"] = session.token;
  if (body) headers["Content-Type"] = "application/json";
  let response;
  try {
    response = await fetch(path, { method, headers, signal, body: body && JSON.stringify(body) });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new ApiError(0, "Wireglass does not answer.", "Is it still running in the terminal that you started it in?");
  }
  const data = await decoded(response);
  if (response.ok) return data;
  throw new ApiError(
    response.status,
    data?.error?.message ?? `The server said ${response.status}.`,
    data?.error?.what_to_do,
  );
}

async function decoded(response) {
  try {
    return await response.json();
  } catch (error) {
    if (error.name === "AbortError") throw error; // called off while it came
    return null;
  }
}
