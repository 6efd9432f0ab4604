import assert from "node:assert/strict";
import { test } from "node:test";
import {
  addressKind,
  briefAddress,
  briefPair,
  pairEnds,
  portRole,
  splitEndpoint,
} from "../../../web/static/text/address.js";

const ENDPOINTS = [
  ["127.0.0.1:8000", "127.0.0.1", 8000],
  ["[::1]:443", "::1", 443],
  [
    "[2001:db8::7]:80",
    "2001:db8::7",
    80,
  ],
];

for (const [endpoint, address, port] of ENDPOINTS) {
  test(`${endpoint} is ${address} and ${port}`, () => assert.deepEqual(splitEndpoint(endpoint), { address, port }));
}

const KINDS = [
  ["127.0.0.1", "loopback"],
  ["::1", "loopback"],
  ["192.168.1.7", "private network"],
  ["172.20.0.1", "private network"],
  ["172.40.0.1", "machine"],
  ["fe80::1", "link-local"],
  ["fd00::1", "private network"],
  ["8.8.8.8", "machine"],
];

for (const [address, words] of KINDS) test(`${address} is ${words}`, () => assert.equal(addressKind(address), words));

const SHORT = [
  ["of one machine the ports", "127.0.0.1:5", "127.0.0.1:80", [["", "5"], ["", "80"]]],
  ["of two machines the client’s port and the whole server", "10.0.0.1:5", "10.0.0.2:80", [
    ["", "5"],
    [
      "10.0.0.2",
      ":80",
    ],
  ]],
  ["of a long IPv6 address its beginning and its end", "[2001:db8::1]:5", "[2001:db8:1:2:3:4:5:1006]:18080", [[
    "",
    "5",
  ], ["[2001:db8:…:5:1006]", ":18080"]]],
];

for (const [name, client, server, ends] of SHORT) {
  test(`a connection in few letters: ${name}`, () =>
    assert.deepEqual(Object.values(briefPair({ client, server })), ends));
}

const PAIRS = [
  ["two ends on this machine: ports say all", "127.0.0.1:50001", "127.0.0.1:80", ["", ":50001"], ["", ":80"]],
  ["the same with IPv6", "[::1]:50001", "[::1]:80", ["", ":50001"], ["", ":80"]],
  ["two addresses of this machine", "127.0.0.2:50001", "127.0.0.1:80", ["127.0.0.2", ":50001"], ["127.0.0.1", ":80"]],
  ["two machines", "10.9.0.2:50001", "[2001:db8::1]:80", ["10.9.0.2", ":50001"], ["[2001:db8::1]", ":80"]],
];

for (const [name, client, server, ...ends] of PAIRS) {
  test(`both ends of a connection: ${name}`, () => assert.deepEqual(Object.values(pairEnds({ client, server })), ends));
}

test("an address that is short enough stays as it is", () => {
  for (const address of ["192.150.187.143", "::1", "fe80::1:2:3:4"]) assert.equal(briefAddress(address), address);
});

const ROLES = [
  ["of a server that answered a SYN", "server", "ShADadFf", "listening"],
  ["where nobody listened", "server", "Sr", "requested"],
  ["where nobody answered", "server", "S", "requested"],
  ["of an end that opened at the same time", "server", "SsHh", "requested"],
  ["of a server whose SYN-ACK alone was seen", "server", "^hDd", "listening"],
  ["where no SYN was seen", "server", "DAd", "of this connection"],
  ["of the client", "client", "ShADadFf", "of this connection"],
];

for (const [name, side, history, word] of ROLES) {
  test(`a port ${name} is ${word}`, () => assert.equal(portRole(side, { history }), word));
}
