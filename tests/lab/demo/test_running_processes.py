"""What runs in the lab, without the process around it."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable

import psutil
import pytest

from inspector.errors import LabError
from inspector.lab.demo.running_processes import Stage
from inspector.lab.process.ports import listen, port_of

Play = Callable[[Stage, int, int], Awaitable[None]]


def with_stage(play: Play) -> None:
    """Run a play with running servers; it gets the ports of café and chat."""

    async def run() -> None:
        http, chat = listen(0), listen(0)
        ports = port_of(http), port_of(chat)
        stage = Stage(http, chat)
        try:
            await stage.open(relayed=False, spool=None, heard=lambda _: None)
            await play(stage, *ports)
        finally:
            await stage.close()

    asyncio.run(run())


def test_people_come_and_go() -> None:
    async def play(stage: Stage, _http: int, _chat: int) -> None:
        assert stage.people == {}
        alice = await stage.invite("Alice", compress=True)
        assert stage.people == {"Alice": alice}
        await stage.dismiss("Alice")
        assert stage.people == {}

    with_stage(play)


def test_a_person_who_went_by_themselves_is_no_longer_counted() -> None:
    async def play(stage: Stage, _http: int, _chat: int) -> None:
        bob = await stage.invite("Bob", compress=False)
        gone = bob.watch("never")
        struck = stage.room.watch("left", name="Bob")
        (process,) = [one for one in psutil.Process().children() if one.cmdline()[-2:-1] == ["Bob"]]
        process.kill()
        with pytest.raises(LabError, match="Bob has ended"):
            await gone
        await struck
        assert stage.people == {}

    with_stage(play)


def test_a_dead_server_refuses_instead_of_letting_wait_and_is_named() -> None:
    async def play(stage: Stage, _http: int, chat: int) -> None:
        await stage.room.stop()
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", chat))
        with pytest.raises(LabError, match="Start the demo again"):
            await stage.invite("Alice", compress=False)

    with_stage(play)


def test_closing_ends_every_process() -> None:
    before = set(psutil.Process().children())

    async def play(stage: Stage, _http: int, _chat: int) -> None:
        await stage.invite("Alice", compress=False)
        assert len(set(psutil.Process().children()) - before) == 4

    with_stage(play)
    assert set(psutil.Process().children()) <= before
