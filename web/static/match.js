// The filter box: text, an address or a port. Every word must be found in a row.

/** The words of the filter, in lower case. */
export const words = (filter) => filter.toLowerCase().split(/\s+/).filter(Boolean);

/** True when each word is in the row: a number must be a whole one (80 does not find 8000), other text may be anywhere. */
export function matches(row, table, wanted) {
  if (!wanted.length) return true;
  const text = TEXTS[table](row).join(" ").toLowerCase();
  return wanted.every((word) => (/^:?\d+$/.test(word) ? hasNumber(text, word.replace(":", "")) : text.includes(word)));
}

function hasNumber(text, number) {
  for (let at = text.indexOf(number); at >= 0; at = text.indexOf(number, at + 1)) {
    if (!isDigit(text[at - 1]) && !isDigit(text[at + number.length])) return true;
  }
  return false;
}

const isDigit = (character) => character >= "0" && character <= "9";

const TEXTS = {
  connections: (row) => [`#${row.id}`, row.client, row.server, row.protocol, row.client_state, row.server_state],
  exchanges: (row) => [
    `#${row.connection}`,
    row.request ? `${row.request.method} ${row.request.target}` : "",
    row.response ? `${row.response.status} ${row.response.reason}` : "",
    ...[row.request, row.response].filter(Boolean).flatMap((part) => part.headers.map((field) => field.join(": "))),
  ],
  messages: (row) => [`#${row.connection}`, row.direction, row.kind, row.text ?? "", row.close_code ?? ""],
};
