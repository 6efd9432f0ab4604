// Requests to the server: one function to send them, one class of error. web/api/ responds: packets.py to /api/packets,
// and blueprint.py names the modules of the other routes.

const KEY = "wireglass.session";

/** A request that failed: `message` says why, `advice` what to do about it. */
export class ApiError extends Error {
  /**
   * @param {number} status 0 where the server was not reached
   * @param {string} message
   * @param {string} [advice]
   */
  constructor(status, message, advice = "") {
    super(message);
    this.status = status;
    this.advice = advice;
  }
}

/**
 * The CSRF token, which every request carries beside the cookie; null without a session. All tabs share it, as they
 * share the cookie. Unlike the cookie, it is never sent to other ports of this host, and their pages cannot read it.
 */
export const session = {
  get token() {
    return localStorage.getItem(KEY);
  },
  set token(value) {
    if (value === null) localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, value);
  },
};

/** Opens a session with the token from the printed URL. */
export async function login(token) {
  const answer = await send("/api/login", { method: "POST", body: { token } });
  session.token = answer.csrf;
}

/**
 * Fetches a path of the API as JSON; parameters that are null are left out.
 *
 * @typedef {(path: string, parameters?: object, signal?: AbortSignal) => Promise<any>} Get
 */

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
    throw new ApiError(
      0,
      "Wireglass does not respond.",
      "Check that it is still running in the terminal where you started it.",
    );
  }
  const data = await decoded(response);
  if (response.ok) return data;
  throw new ApiError(
    response.status,
    data?.error?.message ?? `The server responded with ${response.status}.`,
    data?.error?.what_to_do,
  );
}

async function decoded(response) {
  try {
    return await response.json();
  } catch (error) {
    if (error.name === "AbortError") throw error; // aborted while the body was read
    return null;
  }
}
