"""Scenarios of how news gets from a server to its clients: by polling or by push."""

from __future__ import annotations

import asyncio
from collections.abc import Collection

from websockets.frames import CloseCode, Opcode

from inspector.lab.scenarios.catalogue.http import request, response
from inspector.lab.scenarios.scenario import Group, Scenario
from inspector.lab.scenarios.testbed import End, Scene
from inspector.lab.scenarios.websocket_peer import Talker, converse

NEWS = ("The kettle is on.", "There is fresh cake at the counter.", "It has stopped raining.", "We close in an hour.")

FIRST_SECONDS, EVERY_SECONDS = 0.33, 0.47
"""The time until the first piece of news, and the interval between two pieces."""

PACE_SECONDS = 0.1
"""The pause between a response and the next poll."""

LOOK_SECONDS = 0.06
"""How long after each piece of news the readers without push or polling request it."""

CLOSED, KEPT, POLLING, STREAM, WEBSOCKET = ALL = ("closed", "kept", "polling", "stream", "websocket")

STREAM_HEAD = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-store\r\n"
    b"Transfer-Encoding: chunked\r\n\r\n"
)


def chunk(text: str) -> bytes:
    """One chunk of a chunked response (RFC 9112 §7.1)."""
    data = text.encode()
    return b"%x\r\n%s\r\n" % (len(data), data)


class Newsroom:
    """A server that publishes news, and its readers, each of which gets the news in a different way."""

    def __init__(self, scene: Scene, listener: End, ways: Collection[str]) -> None:
        self._scene = scene
        self._listener = listener
        self._ways = ways
        self._told: list[str] = []
        self._kept: tuple[End, End] | None = None
        self._stream: tuple[End, End] | None = None
        self._chat: tuple[Talker, Talker] | None = None

    async def run(self) -> None:
        """Open the long-lived connections, deliver the news, and close the connections."""
        await self._open()
        polling = asyncio.create_task(self._poll()) if POLLING in self._ways else None
        clock = asyncio.get_running_loop().time()
        for number, text in enumerate(NEWS):
            await asyncio.sleep(clock + FIRST_SECONDS + number * EVERY_SECONDS - asyncio.get_running_loop().time())
            await self._publish(number, text)
        await asyncio.sleep(EVERY_SECONDS)
        if polling:
            self._ways = ()
            await polling
        await self._close()

    async def _open(self) -> None:
        if STREAM in self._ways:
            ask = request("/stream", Accept="text/event-stream", User_Agent="listener")
            client, server = self._stream = await self._scene.pair(self._listener, ask)
            await server.receive_head()
            await server.send(STREAM_HEAD)
            await client.receive(len(STREAM_HEAD))
        if WEBSOCKET in self._ways:
            self._chat = await converse(self._scene, self._listener)

    async def _publish(self, number: int, text: str) -> None:
        """Let an editor send a piece of news to the server, which pushes it over the open connections; the other
        readers get it with their next request.
        """
        body = text.encode()
        head = request("/news", "POST", Content_Length=str(len(body)), User_Agent="editor", Connection="close")
        editor, server = await self._scene.pair(self._listener, head + body)
        await server.receive_head()
        await server.receive(len(body))
        self._told.append(text)
        if self._stream:
            event = chunk(f"id: {number}\ndata: {text}\n\n")
            await self._stream[1].send(event)
            await self._stream[0].receive(len(event))
        if self._chat:
            await self._chat[1].say(text)
            await self._chat[0].hear(Opcode.TEXT)
        await server.send(response(b"", "204 No Content", Connection="close"))
        await server.close()
        await editor.receive_rest()
        await editor.close()
        await asyncio.sleep(LOOK_SECONDS)
        await self._look(number, text)

    async def _look(self, number: int, text: str) -> None:
        answer = response(text.encode())
        if KEPT in self._ways:
            client, server = await self._ask_kept(request(f"/news/{number}", User_Agent="subscriber"))
            await server.receive_head()
            await server.send(answer)
            await client.receive(len(answer))
        if CLOSED in self._ways:
            ask = request(f"/news/{number}", User_Agent="visitor", Connection="close")
            client, server = await self._scene.pair(self._listener, ask)
            await server.receive_head()
            await server.send(response(text.encode(), Connection="close"))
            await server.close()
            await client.receive_rest()
            await client.close()

    async def _ask_kept(self, ask: bytes) -> tuple[End, End]:
        """Send a request on the persistent connection, which the first request opens; return the connection's ends."""
        if self._kept is None:
            self._kept = await self._scene.pair(self._listener, ask)
        else:
            await self._kept[0].send(ask)
        return self._kept

    async def _poll(self) -> None:
        """Request the news again and again, at a fixed pace, on a persistent connection."""
        known = 0
        client, server = await self._scene.pair(self._listener, poll_after(known))
        while True:
            await server.receive_head()
            fresh = self._told[known:]
            answer = response("\n".join(fresh).encode()) if fresh else response(b"", "204 No Content")
            known += len(fresh)
            await server.send(answer)
            await client.receive(len(answer))
            await asyncio.sleep(PACE_SECONDS)
            if not self._ways:
                break
            await client.send(poll_after(known))
        await close_both(client, server)

    async def _close(self) -> None:
        if self._stream:
            await self._stream[1].send(b"0\r\n\r\n")
            await self._stream[0].receive(5)
        for connection in (self._kept, self._stream):
            if connection:
                await close_both(*connection)
        if self._chat:
            client, server = self._chat
            await client.send_close_frame(CloseCode.NORMAL_CLOSURE, "")
            await server.hear(Opcode.CLOSE)
            await client.hear(Opcode.CLOSE)
            await close_both(client.end, server.end)


def poll_after(known: int) -> bytes:
    """The polling request of a reader that knows the first `known` pieces of news."""
    return request(f"/news?after={known}", User_Agent="poller")


async def close_both(client: End, server: End) -> None:
    """Close the connection: first the client's end, then the server's."""
    await client.close()
    await server.receive_rest()
    await server.close()


async def server_sent_events(scene: Scene) -> str:
    """The client sends one request, and the response lasts as long as there is news: each news item is an event in it,
    sent when it happens (WHATWG HTML §9.2). It is plain HTTP with a chunked body; until that ends, the server cannot
    respond to anything else on this connection. A comment now and then keeps proxies from closing an idle connection.
    """
    client, server = await scene.pair(await scene.listen(), request("/stream", Accept="text/event-stream"))
    await server.receive_head()
    parts = [STREAM_HEAD, chunk("retry: 2000\n\n")]
    parts += [chunk(f"event: news\nid: {number}\ndata: {text}\n\n") for number, text in enumerate(NEWS)]
    for part in [*parts, chunk(": still here\n\n"), b"0\r\n\r\n"]:
        await server.send(part)
        await client.receive(len(part))
        await asyncio.sleep(PACE_SECONDS)  # so that each piece of news is sent in a packet of its own
    await close_both(client, server)
    return f"One request brought {len(NEWS)} news items, each in its own packet."


async def polling_and_push(scene: Scene) -> str:
    """Two readers want the same news. The first polls: a tenth of a second after each response it sends the next
    request, and most responses are 204, no content; news reaches it with the next poll. The second has a WebSocket,
    sends no message, and gets each news item as soon as the server has it.
    """
    await Newsroom(scene, await scene.listen(), (POLLING, WEBSOCKET)).run()
    return f"Both readers got {len(NEWS)} news items; most requests of the first reader brought none."


async def five_ways(scene: Scene) -> str:
    """An editor sends a server four news items, with a POST on a new connection each, and five readers get them, each
    by a different method: over a new connection each time, over a single one that is kept open, by polling, by
    Server-Sent Events, and over WebSocket. `wireglass compare` on the recording compares what the five methods cost.
    """
    await Newsroom(scene, await scene.listen(), ALL).run()
    return f"{len(NEWS)} news items reached five readers, each by a different method."


GROUP = Group(
    "News",
    "The same news, by polling and by push.",
    (
        Scenario("server-sent-events", "Server-Sent Events", server_sent_events),
        Scenario("polling-and-push", "Polling and push", polling_and_push),
        Scenario("news", "The same news in five ways", five_ways),
    ),
)
