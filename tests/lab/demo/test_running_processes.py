"""What runs in the lab, without the process around it."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable

import psutil
import pytest

from inspector.errors import LabError
from inspector.lab.demo.running_processes import DemoProcesses
from inspector.lab.process.ports import listen, port_of

Play = Callable[[DemoProcesses, int, int], Awaitable[None]]


def with_stage(play: Play) -> None:
    """Run a play with running servers; it gets the ports of café and chat."""

    async def run() -> None:
        http, chat = listen(0), listen(0)
        ports = port_of(http), port_of(chat)
        processes = DemoProcesses(http, chat)
        try:
            await processes.open(relayed=False, spool=None, heard=lambda _: None)
            await play(processes, *ports)
        finally:
            await processes.close()

    asyncio.run(run())


def test_people_come_and_go() -> None:
    async def play(processes: DemoProcesses, _http: int, _chat: int) -> None:
        assert processes.chat_clients == {}
        alice = await processes.start_chat_client("Alice", compress=True)
        assert processes.chat_clients == {"Alice": alice}
        await processes.stop_chat_client("Alice")
        assert processes.chat_clients == {}

    with_stage(play)


def test_a_person_who_went_by_themselves_is_no_longer_counted() -> None:
    async def play(processes: DemoProcesses, _http: int, _chat: int) -> None:
        bob = await processes.start_chat_client("Bob", compress=False)
        gone = bob.watch("never")
        struck = processes.chat_server.watch("left", name="Bob")
        (process,) = [one for one in psutil.Process().children() if one.cmdline()[-2:-1] == ["Bob"]]
        process.kill()
        with pytest.raises(LabError, match="Bob has ended"):
            await gone
        await struck
        assert processes.chat_clients == {}

    with_stage(play)


def test_a_dead_server_refuses_instead_of_letting_wait_and_is_named() -> None:
    async def play(processes: DemoProcesses, _http: int, chat: int) -> None:
        await processes.chat_server.stop()
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", chat))
        with pytest.raises(LabError, match="Start the demo again"):
            await processes.start_chat_client("Alice", compress=False)

    with_stage(play)


def test_closing_ends_every_process() -> None:
    before = set(psutil.Process().children())

    async def play(processes: DemoProcesses, _http: int, _chat: int) -> None:
        await processes.start_chat_client("Alice", compress=False)
        assert len(set(psutil.Process().children()) - before) == 4

    with_stage(play)
    assert set(psutil.Process().children()) <= before
