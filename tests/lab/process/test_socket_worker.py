"""A socket worker executes one step at a time and reports errors in the system's words."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable

import pytest

from inspector.errors import LabError
from inspector.lab.process.child_process import Child
from inspector.lab.process.socket_worker import LONGEST_ANSWER

Play = Callable[[Child], Awaitable[None]]


def with_hand(play: Play) -> None:
    """Run a play with a worker that is both client and server."""

    async def run() -> None:
        hand = await Child.start("hand", "inspector.lab.process.socket_worker", "hand")
        try:
            await play(hand)
        finally:
            await hand.stop()

    asyncio.run(run())


async def pair(hand: Child, port: int) -> tuple[int, int]:
    """The descriptors of both ends of a connection."""
    listener = (await hand.ask("listen", address="127.0.0.1", port=port, backlog=4, options=[]))["token"]
    client = (await hand.ask("open", address="127.0.0.1", port=0, options=[]))["token"]
    await hand.ask("connect", token=client, address="127.0.0.1", port=port)
    return client, (await hand.ask("accept", token=listener))["token"]


def test_what_is_sent_is_received_in_pieces_as_asked_for(unused_tcp_port: int) -> None:
    async def play(hand: Child) -> None:
        client, server = await pair(hand, unused_tcp_port)
        await hand.ask("send", token=client, data="GET / HTTP/1.1\r\n\r\nrest\xff", repeat=1)
        head = await hand.ask("receive_head", token=server)
        assert head["data"] == "GET / HTTP/1.1\r\n\r\n"
        assert (await hand.ask("receive", token=server, count=5))["data"] == "rest\xff"
        await hand.ask("send", token=server, data="x", repeat=LONGEST_ANSWER + 1)
        await hand.ask("finish", token=server)
        assert await hand.ask("receive_rest", token=client) == {"bytes": LONGEST_ANSWER + 1, "data": ""}
        await hand.ask("close", token=client)
        assert await hand.ask("receive_some", token=server) == {"bytes": 0, "data": ""}

    with_hand(play)


def test_an_aborted_connection_is_reset(unused_tcp_port: int) -> None:
    async def play(hand: Child) -> None:
        client, server = await pair(hand, unused_tcp_port)
        await hand.ask("abort", token=client)
        with pytest.raises(LabError, match="reset by peer"):
            await hand.ask("receive_some", token=server)

    with_hand(play)


def test_a_refused_connection_and_an_unknown_step_are_said_and_the_hand_goes_on(unused_tcp_port: int) -> None:
    async def play(hand: Child) -> None:
        client = (await hand.ask("open", address="127.0.0.1", port=0, options=[]))["token"]
        with pytest.raises(LabError, match="Connection refused"):
            await hand.ask("connect", token=client, address="127.0.0.1", port=unused_tcp_port)
        with pytest.raises(LabError, match="no step 'dance'"):
            await hand.ask("dance")
        await hand.ask("close", token=client)

    with_hand(play)


@pytest.fixture
def unused_tcp_port() -> int:
    """A port that was free a moment ago."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
    return port
