"""HTTP/1.1 on the wire: pipes of one question, of many, and what else the protocol can do."""

from __future__ import annotations

import asyncio

from inspector.lab.rough_link import Plan
from inspector.lab.scenarios.scenario import Group, Scenario
from inspector.lab.scenarios.scene import Scene

THINKING_SECONDS = 0.8
DOWNLOAD_BYTES = 150_000

PAGE = b"<h1>The Corner Cafe</h1>\n"
LINE = b"Nothing is as good as a cup on a rainy afternoon.\n"


def request(target: str, method: str = "GET", **fields: str) -> bytes:
    """A request's head; field names are written with underscores."""
    return _head(f"{method} {target} HTTP/1.1", {"Host": "cafe.example", **fields})


def response(body: bytes, status: str = "200 OK", **fields: str) -> bytes:
    """A whole response with its length."""
    kind = {"Content_Type": "text/html"} if body else {}
    return _head(f"HTTP/1.1 {status}", {**kind, "Content_Length": str(len(body)), **fields}) + body


def _head(start: str, fields: dict[str, str]) -> bytes:
    lines = [start, *(f"{name.replace('_', '-')}: {value}" for name, value in fields.items()), "", ""]
    return "\r\n".join(lines).encode()


async def short_lived(scene: Scene) -> str:
    """Plain HTTP as it began: for each of three questions the client opens a connection, asks, is answered, and the
    server closes. Three handshakes, three port numbers on the client's side, three goodbyes; most packets carry no
    content at all.
    """
    listener = await scene.listen()
    for target in ("/", "/menu", "/news"):
        client, server = await scene.pair(listener)
        await client.send(request(target, Connection="close"))
        await server.receive_head()
        await server.send(response(PAGE, Connection="close"))
        await server.close()
        await client.receive_rest()
        await client.close()
    return "Three questions took three pipes, each with a handshake before and a goodbye behind."


async def keep_alive(scene: Scene) -> str:
    """HTTP/1.1 keeps the connection unless somebody says otherwise (RFC 9112 §9.3): three questions and three answers
    follow each other through one pipe, with one handshake before the first. The client closes when it is done.
    """
    client, server = await scene.pair(await scene.listen())
    for target in ("/", "/menu", "/news"):
        await client.send(request(target))
        await server.receive_head()
        await server.send(response(PAGE))
        await client.receive(len(response(PAGE)))
    await client.close()
    await server.receive_rest()
    await server.close()
    return "Three questions went through one pipe; the client closed it when it had no more."


async def pipelining(scene: Scene) -> str:
    """The client does not wait for an answer before it asks again: three requests leave in one segment. The server
    must answer in the same order (RFC 9112 §9.3.2), so one slow answer would hold up all behind it: the reason why
    browsers do not do it.
    """
    client, server = await scene.pair(await scene.listen())
    targets = ("/", "/menu", "/news")
    await client.send(b"".join(request(target) for target in targets))
    answers = [response(PAGE * (3 - number)) for number in range(len(targets))]
    for answer in answers:
        await server.receive_head()
        await server.send(answer)
    await client.receive(sum(map(len, answers)))
    await client.close()
    await server.receive_rest()
    await server.close()
    return "Three questions left in one packet; three answers came back in the same order."


async def chunked(scene: Scene) -> str:
    """The server begins to answer before it knows how long the answer will be: each chunk says its own length, one
    carries an extension, a chunk of length 0 ends the body, and a trailer field follows (RFC 9112 §7.1).
    """
    client, server = await scene.pair(await scene.listen())
    await client.send(request("/weather", TE="trailers"))
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
    return "23 bytes came in two chunks, their number never said before, and a trailer behind them."


async def expect_continue(scene: Scene) -> str:
    """Two clients announce an upload with “Expect: 100-continue” and wait (RFC 9110 §10.1.1). The first is told “100
    Continue”, sends its body and gets its 201. The second announces a gigabyte and is told 413 at once: the body
    never leaves.
    """
    listener = await scene.listen()
    order = b'{"drink": "flat white", "name": "Alice"}'
    for size, verdict in ((len(order), b"HTTP/1.1 100 Continue\r\n\r\n"), (10**9, b"")):
        client, server = await scene.pair(listener)
        fields = {"Content_Type": "application/json", "Content_Length": str(size), "Expect": "100-continue"}
        await client.send(request("/orders", "POST", **fields))
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
    return "The small order was asked for and sent; the gigabyte was refused before a byte of it had left."


async def fetch_book(scene: Scene, size: int) -> None:
    """A client asks for so many bytes, a multiple of `LINE`'s; the server sends them without a pause and closes."""
    client, server = await scene.pair(await scene.listen())
    await client.send(request("/book", Connection="close"))
    await server.receive_head()
    await server.send(_head("HTTP/1.1 200 OK", {"Content-Length": str(size), "Connection": "close"}))
    receiving = asyncio.create_task(client.receive_rest())
    await server.send(LINE, size // len(LINE))
    await server.close()
    await receiving
    await client.close()


async def big_download(scene: Scene) -> str:
    """150 kB over a link with a delay of 20 ms each way. The server may not send all at once: it begins with ten
    segments and sends more with every acknowledgment (slow start, RFC 5681 §3.1), so the download comes in bursts
    that grow from round trip to round trip.
    """
    await fetch_book(scene, DOWNLOAD_BYTES)
    return f"{DOWNLOAD_BYTES:,} bytes came in bursts, each about twice as large as the one before."


async def slow_response(scene: Scene) -> str:
    """The request is acknowledged within microseconds by the server's kernel, but its program takes 0.8 s to think.
    Where the time went is plain on the wire: between the acknowledgment and the first byte of the answer.
    """
    client, server = await scene.pair(await scene.listen())
    await client.send(request("/report", Connection="close"))
    await server.receive_head()
    await asyncio.sleep(THINKING_SECONDS)  # the server's own slowness is what this scenario is about
    await server.send(response(PAGE, Connection="close"))
    await server.close()
    await client.receive_rest()
    await client.close()
    return (
        f"The question arrived at once; the answer took {THINKING_SECONDS:g} s, and all of that was the server"
        " thinking."
    )


GROUP = Group(
    "HTTP",
    "Questions and answers, and the pipes that they go through.",
    (
        Scenario(
            "short-lived",
            "A pipe for each question",
            short_lived,
        ),
        Scenario(
            "keep-alive",
            "One pipe for all questions",
            keep_alive,
        ),
        Scenario(
            "pipelining",
            "Questions in advance",
            pipelining,
        ),
        Scenario(
            "chunked",
            "A body of unknown length",
            chunked,
        ),
        Scenario(
            "expect-continue",
            "May I send it?",
            expect_continue,
        ),
        Scenario(
            "big-download",
            "A big download",
            big_download,
            link=Plan(delay=0.02),
        ),
        Scenario(
            "slow-response",
            "A slow answer",
            slow_response,
        ),
    ),
)
