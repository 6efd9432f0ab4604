"""HTTP/1.1 scenarios: one request per connection, many, pipelining, chunked bodies and more."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from inspector.lab.process.lossy_link import Plan
from inspector.lab.scenarios.scenario import Group, Scenario
from inspector.lab.scenarios.testbed import HTTP_PORT, Option, Scene

THINKING_SECONDS = 0.8
DOWNLOAD_BYTES = 150_000

PAGE = b"<h1>The Corner Cafe</h1>\n"
LINE = b"Nothing is as good as a cup on a rainy afternoon.\n"


def request(target: str, method: str = "GET", **fields: str) -> bytes:
    """The request line and header of a request. Underscores in field names stand for hyphens."""
    return _head(f"{method} {target} HTTP/1.1", {"Host": "cafe.example", **fields})


def response(body: bytes, status: str = "200 OK", **fields: str) -> bytes:
    """A complete response with a Content-Length field."""
    kind = {"Content_Type": "text/html"} if body else {}
    return _head(f"HTTP/1.1 {status}", {**kind, "Content_Length": str(len(body)), **fields}) + body


def _head(start: str, fields: dict[str, str]) -> bytes:
    lines = [start, *(f"{name.replace('_', '-')}: {value}" for name, value in fields.items()), "", ""]
    return "\r\n".join(lines).encode()


async def short_lived(scene: Scene) -> str:
    """Plain HTTP as it began: for each of three requests the client opens a connection, sends the request, and gets
    the response; then the server closes. Three handshakes, three client ports, a FIN from either end each time: most
    packets carry no payload at all.
    """
    listener = await scene.listen()
    for target in ("/", "/menu", "/news"):
        client, server = await scene.pair(listener, request(target, Connection="close"))
        await server.receive_head()
        await server.send(response(PAGE, Connection="close"))
        await server.close()
        await client.receive_rest()
        await client.close()
    return "Three requests took three connections, each with a handshake at its start and FINs at its end."


async def keep_alive(scene: Scene) -> str:
    """HTTP/1.1 keeps the connection open unless one side sends Connection: close (RFC 9112 §9.3): three requests and
    three responses follow each other on a single connection, with a single handshake before the first. The client
    closes when it is done.
    """
    targets = ("/", "/menu", "/news")
    client, server = await scene.pair(await scene.listen(), request(targets[0]))
    for target in targets:
        if target != targets[0]:
            await client.send(request(target))
        await server.receive_head()
        await server.send(response(PAGE))
        await client.receive(len(response(PAGE)))
    await client.close()
    await server.receive_rest()
    await server.close()
    return "Three requests went over a single connection; the client closed it when it had no more."


async def pipelining(scene: Scene) -> str:
    """The client does not wait for a response before its next request: three requests leave in a single segment. The
    server must answer in the same order (RFC 9112 §9.3.2), so a slow response delays all that follow. That is one
    reason why browsers abandoned pipelining; faulty proxies and servers were another.
    """
    targets = ("/", "/menu", "/news")
    together = b"".join(request(target) for target in targets)
    client, server = await scene.pair(await scene.listen(), together)
    answers = [response(PAGE * (3 - number)) for number in range(len(targets))]
    for answer in answers:
        await server.receive_head()
        await server.send(answer)
    await client.receive(sum(map(len, answers)))
    await client.close()
    await server.receive_rest()
    await server.close()
    return "Three requests left in a single packet; three responses came back in the same order."


async def chunked(scene: Scene) -> str:
    """The server begins its response before it knows how long the body will be: each chunk states its own length, one
    carries an extension, a chunk of length 0 ends the body, and a trailer field follows (RFC 9112 §7.1).
    """
    client, server = await scene.pair(await scene.listen(), request("/weather", TE="trailers"))
    await server.receive_head()
    head = _head(
        "HTTP/1.1 200 OK", {"Content-Type": "text/plain", "Transfer-Encoding": "chunked", "Trailer": "Checked"}
    )
    parts = [head, b"9\r\nIt rains,\r\n", b"e;mood=better\r\n then it stops\r\n", b"0\r\nChecked: by Bob\r\n\r\n"]
    for part in parts:
        await server.send(part)
        await client.receive(len(part))
    await client.close()
    await server.receive_rest()
    await server.close()
    return "23 bytes came in two chunks, without a Content-Length before them and with a trailer field after them."


async def expect_continue(scene: Scene) -> str:
    """Two requests announce a body with “Expect: 100-continue” and wait (RFC 9110 §10.1.1). The first gets “100
    Continue”, its body follows, and the final response is 201. The second announces a gigabyte and gets 413: not a
    byte of its body is sent.
    """
    listener = await scene.listen()
    order = b'{"drink": "flat white", "name": "Alice"}'
    for size, verdict in ((len(order), b"HTTP/1.1 100 Continue\r\n\r\n"), (10**9, b"")):
        fields = {"Content_Type": "application/json", "Content_Length": str(size), "Expect": "100-continue"}
        client, server = await scene.pair(listener, request("/orders", "POST", **fields))
        await server.receive_head()
        if verdict:
            await server.send(verdict)
            await client.receive(len(verdict))
            await client.send(order)
            await server.receive(size)
            await server.send(response(b"", "201 Created", Connection="close"))
        else:
            await server.send(response(b"", "413 Content Too Large", Connection="close"))
        await server.close()
        await client.receive_rest()
        await client.close()
    return (
        f"The body of {len(order)} bytes was requested and sent; the gigabyte was refused before any byte of it was "
        "sent."
    )


async def visit(scene: Scene) -> None:
    """Exchange one request and response on a new connection, which the server closes. Neither end waits for commands
    of the lab in between.
    """
    listener, client = await scene.listen(), await scene.open()
    serving = asyncio.create_task(scene.serve(listener, response(PAGE, Connection="close")))
    await client.connect(scene.address, HTTP_PORT, request("/", Connection="close"))
    await client.receive_rest()
    await client.close()
    await serving


async def fetch_book(scene: Scene, size: int, options: Iterable[Option] = ()) -> None:
    """Let a client request `size` bytes, a multiple of the length of `LINE`; the server sends them at once and closes
    the connection.
    """
    client, server = await scene.pair(await scene.listen(), request("/book", Connection="close"), options=options)
    await server.receive_head()
    await server.send(_head("HTTP/1.1 200 OK", {"Content-Length": str(size), "Connection": "close"}))
    receiving = asyncio.create_task(client.receive_rest())
    await server.send(LINE, size // len(LINE))
    await server.close()
    await receiving
    await client.close()


async def big_download(scene: Scene) -> str:
    """150 kB over a link with a delay of 20 ms each way. The server may not send all at once: it begins with ten
    segments (RFC 6928), and each acknowledgment lets it send twice as much as was acknowledged (slow start, RFC 5681
    §3.1). So the download comes in bursts, a round trip apart: 10 segments, 20, 40, and a last one with the rest. Both
    ends use Reno here; a sender that paces, as BBR does, shows no bursts.
    """
    await fetch_book(scene, DOWNLOAD_BYTES)
    return f"{DOWNLOAD_BYTES:,} bytes came in bursts of 10, 20 and 40 segments, and a last one with the rest."


async def slow_response(scene: Scene) -> str:
    """The server's kernel acknowledges the request at once, but its program takes 0.8 s to respond. The packets show
    where the time went: between the acknowledgment and the first byte of the response.
    """
    client, server = await scene.pair(await scene.listen(), request("/report", Connection="close"))
    await server.receive_head()
    await asyncio.sleep(THINKING_SECONDS)  # the server's own slowness is what this scenario is about
    await server.send(response(PAGE, Connection="close"))
    await server.close()
    await client.receive_rest()
    await client.close()
    return f"The request was acknowledged at once; the response came {THINKING_SECONDS:g} s later."


GROUP = Group(
    "HTTP",
    "Requests and responses, and how they share connections.",
    (
        Scenario(
            "short-lived",
            "One connection per request",
            short_lived,
        ),
        Scenario(
            "keep-alive",
            "One connection for all requests",
            keep_alive,
        ),
        Scenario(
            "pipelining",
            "Pipelined requests",
            pipelining,
        ),
        Scenario(
            "chunked",
            "Chunked body of unknown length",
            chunked,
        ),
        Scenario(
            "expect-continue",
            "Expect: 100-continue",
            expect_continue,
        ),
        Scenario(
            "big-download",
            "Big download (slow start)",
            big_download,
            link=Plan(delay=0.02),
        ),
        Scenario(
            "slow-response",
            "Slow response",
            slow_response,
        ),
    ),
)
