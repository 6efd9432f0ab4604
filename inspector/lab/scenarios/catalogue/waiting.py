"""Scenarios of HTTP exchanges that wait, each for another cause."""

from __future__ import annotations

import asyncio

from inspector.lab.scenarios.catalogue.http import LINE, PAGE, request, response
from inspector.lab.scenarios.catalogue.windows_and_timers import ACK_DELAYED, SMALL_BUFFER
from inspector.lab.scenarios.scenario import Group, Scenario
from inspector.lab.scenarios.testbed import HTTP_PORT, Scene

NAP_SECONDS = 0.5
"""How long a program does nothing: long enough to be told from the delays of a busy machine."""

ORDERS = 3
ORDER = b'{"drink": "flat white"}'
BOOK_BYTES = 20_000


async def slow_accept(scene: Scene) -> str:
    """The server's kernel opens the connection and acknowledges the request, but its program calls accept() only
    after 0.5 s. In the packets this looks like a program that thinks; the program's report of its new file descriptor
    tells the two apart.
    """
    listener, client = await scene.listen(), await scene.open()
    await client.connect(scene.address, HTTP_PORT, request("/", Connection="close"))
    await asyncio.sleep(NAP_SECONDS)  # the server's own slowness is what this scenario is about
    server = await scene.accept(listener)
    await server.receive_head()
    await server.send(response(PAGE, Connection="close"))
    await server.close()
    await client.receive_rest()
    await client.close()
    return f"The request waited {NAP_SECONDS:g} s in front of accept()."


async def held_request(scene: Scene) -> str:
    """The client writes head and body of each request in two pieces. The second is small, so Nagle's algorithm holds
    it back until the first is acknowledged (RFC 9293 §3.7.4), and the server's kernel delays that ACK by 40 ms.
    """
    client, server = await scene.pair(await scene.listen())
    head = request("/orders", "POST", Content_Length=str(len(ORDER)))
    for _ in range(ORDERS):
        await client.send(head)
        await client.send(ORDER)
        await server.receive(len(head) + len(ORDER))
        await server.send(response(b"", "201 Created"))
        await client.receive(len(response(b"", "201 Created")))
        await server.option(*ACK_DELAYED)  # Linux would do so by itself, now or some segments later
    await client.close()
    await server.receive_rest()
    await server.close()
    return "The body of the second and the third request waited for a delayed ACK."


async def slow_reader(scene: Scene) -> str:
    """The client requests a book and does not read it for 0.5 s. Its kernel's small buffer fills, the window that it
    announces shrinks to 0, and the server has to wait.
    """
    client, server = await scene.pair(
        await scene.listen(), request("/book", Connection="close"), options=[SMALL_BUFFER]
    )
    await server.receive_head()
    sending = asyncio.create_task(server.send(response(LINE * (BOOK_BYTES // len(LINE)), Connection="close")))
    await asyncio.sleep(NAP_SECONDS)  # the reader's sleep is what this scenario is about
    receiving = asyncio.create_task(client.receive_rest())
    await sending
    await server.close()
    await receiving
    await client.close()
    return "The response waited until the client's program read and the window opened."


async def slow_upload(scene: Scene) -> str:
    """The client sends the head of its request, and the body 0.5 s later. The server's program cannot answer before:
    the time is the client's own.
    """
    client, server = await scene.pair(await scene.listen())
    head = request("/orders", "POST", Content_Length=str(len(ORDER)), Connection="close")
    await client.send(head)
    await asyncio.sleep(NAP_SECONDS)  # the client's own slowness is what this scenario is about
    await client.send(ORDER)
    await server.receive(len(head) + len(ORDER))
    await server.send(response(b"", "201 Created", Connection="close"))
    await server.close()
    await client.receive_rest()
    await client.close()
    return f"The body came {NAP_SECONDS:g} s after the head."


GROUP = Group(
    "What an exchange waits for",
    "HTTP exchanges that wait, each for another cause; `wireglass waits` names it.",
    (
        Scenario("slow-accept", "Waiting for accept()", slow_accept),
        Scenario("held-request", "A request held back by Nagle", held_request),
        Scenario("slow-reader", "A client that does not read", slow_reader),
        Scenario("slow-upload", "A slow upload", slow_upload),
    ),
)
