import assert from "node:assert/strict";
import { test } from "node:test";
import { short, takeApart, whose } from "../../web/static/sockets.js";

for (const [endpoint, address, port] of [["127.0.0.1:8000", "127.0.0.1", 8000], ["[::1]:443", "::1", 443], ["[2001:db8::7]:80", "2001:db8::7", 80]]) {
  test(`${endpoint} is ${address} and ${port}`, () => assert.deepEqual(takeApart(endpoint), { address, port }));
}

for (const [address, words] of [
  ["127.0.0.1", "this machine"], ["::1", "this machine"], ["192.168.1.7", "a private network"], ["172.20.0.1", "a private network"],
  ["172.40.0.1", "the machine"], ["fe80::1", "a private network"], ["8.8.8.8", "the machine"],
]) test(`${address} is ${words}`, () => assert.equal(whose(address), words));

test("on one machine the ports say enough", () => {
  assert.deepEqual(short("127.0.0.1:5", "127.0.0.1:80"), { client: "5", server: "80", isNear: true });
});
test("between two machines the server is named whole", () => {
  assert.deepEqual(short("10.0.0.1:5", "10.0.0.2:80"), { client: "5", server: "10.0.0.2:80", isNear: false });
});
