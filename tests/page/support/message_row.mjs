// A row of the messages table, as the server sends it.

/** A text message of the client, with other values in the place of some. */
export const message = (more) => ({
  id: 7,
  connection: 3,
  direction: "client",
  kind: "text",
  text: "Hi",
  hex: null,
  at_ns: 1e9,
  bytes: 200,
  wire_bytes: 200,
  frames: 1,
  compressed: false,
  complete: true,
  close_code: null,
  ...more,
});
