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


def with_worker(play: Play) -> None:
    """Run a play with a worker that is both client and server."""

    async def run() -> None:
        worker = await Child.start("worker", "inspector.lab.process.socket_worker", "worker")
        try:
            await play(worker)
        finally:
            await worker.stop()

    asyncio.run(run())


async def pair(worker: Child, port: int) -> tuple[int, int]:
    """The descriptors of both ends of a connection."""
    listener = (await worker.ask("listen", address="127.0.0.1", port=port, backlog=4, options=[]))["fd"]
    client = (await worker.ask("open", address="127.0.0.1", port=0, options=[]))["fd"]
    await worker.ask("connect", fd=client, address="127.0.0.1", port=port)
    return client, (await worker.ask("accept", fd=listener))["fd"]


def test_what_is_sent_is_received_in_pieces_as_asked_for(unused_tcp_port: int) -> None:
    async def play(worker: Child) -> None:
        client, server = await pair(worker, unused_tcp_port)
        await worker.ask("send", fd=client, data="GET / HTTP/1.1\r\n\r\nrest\xff", repeat=1)
        head = await worker.ask("receive_head", fd=server)
        assert head["data"] == "GET / HTTP/1.1\r\n\r\n"
        assert (await worker.ask("receive", fd=server, count=5))["data"] == "rest\xff"
        await worker.ask("send", fd=server, data="x", repeat=LONGEST_ANSWER + 1)
        await worker.ask("finish", fd=server)
        assert await worker.ask("receive_rest", fd=client) == {"bytes": LONGEST_ANSWER + 1, "data": ""}
        await worker.ask("close", fd=client)
        assert await worker.ask("receive_some", fd=server) == {"bytes": 0, "data": ""}

    with_worker(play)


def test_an_aborted_connection_is_reset(unused_tcp_port: int) -> None:
    async def play(worker: Child) -> None:
        client, server = await pair(worker, unused_tcp_port)
        await worker.ask("abort", fd=client)
        with pytest.raises(LabError, match="reset by peer"):
            await worker.ask("receive_some", fd=server)

    with_worker(play)


def test_a_refused_connection_and_an_unknown_step_are_said_and_the_hand_goes_on(unused_tcp_port: int) -> None:
    async def play(worker: Child) -> None:
        client = (await worker.ask("open", address="127.0.0.1", port=0, options=[]))["fd"]
        with pytest.raises(LabError, match="Connection refused"):
            await worker.ask("connect", fd=client, address="127.0.0.1", port=unused_tcp_port)
        with pytest.raises(LabError, match="no step 'dance'"):
            await worker.ask("dance")
        await worker.ask("close", fd=client)

    with_worker(play)


@pytest.fixture
def unused_tcp_port() -> int:
    """A port that was free a moment ago."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
    return port
