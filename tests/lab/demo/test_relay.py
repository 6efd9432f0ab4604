"""The relay between two loopback addresses, which represent two networks."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable

import pytest

from inspector.lab.demo import relay as relay_module
from inspector.lab.demo.relay import LINGER_NOT, Relay

OUTSIDE = "127.0.0.2"
"""The relay listens here, and forwards to the same port of 127.0.0.1."""

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]
Play = Callable[[Streams, Streams], Awaitable[None]]


def with_connection(play: Play) -> None:
    """Run a play with the two far ends of one relayed connection."""

    async def run() -> None:
        arrived: asyncio.Queue[Streams] = asyncio.Queue()
        server = await asyncio.start_server(lambda *streams: arrived.put_nowait(streams), "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        relay = await Relay.start(socket.create_server((OUTSIDE, port)))
        client = await asyncio.open_connection(OUTSIDE, port)
        inner = await arrived.get()
        try:
            await play(client, inner)
        finally:
            for _, writer in (client, inner):
                writer.close()
            await relay.stop()
            server.close()

    asyncio.run(asyncio.wait_for(run(), 20))


def test_bytes_go_both_ways() -> None:
    async def play(client: Streams, server: Streams) -> None:
        client[1].write(b"question")
        assert await server[0].readexactly(8) == b"question"
        server[1].write(b"answer")
        assert await client[0].readexactly(6) == b"answer"

    with_connection(play)


def test_much_more_than_a_buffer_arrives_whole() -> None:
    load = bytes(range(256)) * 40_000

    async def play(client: Streams, server: Streams) -> None:
        client[1].write(load)
        assert await server[0].readexactly(len(load)) == load

    with_connection(play)


def test_one_side_may_be_done_while_the_other_goes_on() -> None:
    async def play(client: Streams, server: Streams) -> None:
        client[1].write_eof()
        assert await server[0].read() == b""
        server[1].write(b"still here")
        server[1].write_eof()
        assert await client[0].read() == b"still here"

    with_connection(play)


@pytest.mark.parametrize("side", [0, 1], ids=["the client resets", "the server resets"])
def test_a_reset_arrives_as_a_reset(side: int) -> None:
    async def play(*ends: Streams) -> None:
        ends[side][1].get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_NOT)
        ends[side][1].transport.abort()
        with pytest.raises(ConnectionResetError):
            await ends[1 - side][0].read()

    with_connection(play)


def test_stopping_breaks_up_what_is_open() -> None:
    async def run() -> None:
        arrived: asyncio.Queue[Streams] = asyncio.Queue()
        server = await asyncio.start_server(lambda *streams: arrived.put_nowait(streams), "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        relay = await Relay.start(socket.create_server((OUTSIDE, port)))
        ends = [await asyncio.open_connection(OUTSIDE, port), await arrived.get()]
        await relay.stop()
        for reader, writer in ends:
            assert await reader.read() == b""
            writer.close()
        server.close()

    asyncio.run(asyncio.wait_for(run(), 20))


def test_nobody_inside_breaks_the_outer_leg_off() -> None:
    async def run() -> None:
        listener = socket.create_server((OUTSIDE, 0))
        relay = await Relay.start(listener)
        reader, writer = await asyncio.open_connection(*listener.getsockname())
        assert await reader.read() == b""
        writer.close()
        await relay.stop()

    asyncio.run(asyncio.wait_for(run(), 20))


def test_more_connections_than_it_carries_are_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relay_module, "MOST_CONNECTIONS", 1)

    async def play(client: Streams, server: Streams) -> None:
        reader, writer = await asyncio.open_connection(*client[1].get_extra_info("peername"))
        assert await reader.read() == b""
        writer.close()
        client[1].write(b"still here")
        assert await server[0].readexactly(10) == b"still here"

    with_connection(play)
