"""Alice as a process, in a room that the test watches."""

from __future__ import annotations

import asyncio
import json
import subprocess

import pytest
from websockets.asyncio.client import connect

from inspector.errors import LabError
from inspector.lab.process import launch
from inspector.lab.process.child_process import Child
from tests.lab.serving import with_server

CHAT = "inspector.lab.demo.chat_server"
PERSON = "inspector.lab.demo.chat_client"


async def come(name: str, port: int, *flags: str) -> Child:
    return await Child.start(name, PERSON, name, f"ws://127.0.0.1:{port}/chat", *flags)


@pytest.mark.parametrize("flags", [(), ("--compress",)], ids=["plain frames", "compressed frames"])
def test_she_joins_speaks_hears_and_leaves(flags: tuple[str, ...]) -> None:
    async def play(room: Child, port: int) -> None:
        alice = await come("Alice", port, *flags)
        assert alice.ready["client"].startswith("127.0.0.1:")
        assert (await room.ask("registry"))["registry"] == {str(alice.ready["token"]): "Alice"}
        heard = alice.watch("heard", message={"news": "Tea"})
        await room.ask("push", text="Tea")
        await alice.within_reason(heard)
        said = room.watch("said", speaker="Alice", text="Hi")
        await alice.ask("say", text="Hi", to="Alice")
        await room.within_reason(said)
        with pytest.raises(LabError, match="'dance'"):
            await alice.ask("dance")
        struck = room.watch("left", name="Alice")
        await alice.stop()
        await room.within_reason(struck)

    with_server(CHAT, play)


def test_she_ends_when_the_room_does() -> None:
    async def play(room: Child, port: int) -> None:
        alice = await come("Alice", port)
        gone = alice.watch("never")
        await room.stop()
        with pytest.raises(LabError, match="Alice has ended"):
            await alice.within_reason(gone)
        await alice.stop()

    with_server(CHAT, play)


def test_a_taken_name_is_said_in_the_servers_words() -> None:
    async def play(_: Child, port: int) -> None:
        async with connect(f"ws://127.0.0.1:{port}/chat", proxy=None) as tab:
            await tab.send(json.dumps({"join": "Alice"}))
            await tab.recv()
            with pytest.raises(LabError, match="The name Alice is already taken"):
                await come("Alice", port)

    with_server(CHAT, play)


def test_a_proxy_of_the_outside_world_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.delenv("no_proxy", raising=False)

    async def play(_: Child, port: int) -> None:
        await (await come("Alice", port)).stop()

    with_server(CHAT, play)


def test_no_room_is_an_error_in_a_line_and_a_status() -> None:
    command = launch.command(PERSON, "Alice", "ws://127.0.0.1:1/chat")
    done = subprocess.run(command, input="", capture_output=True, text=True, check=False, env=launch.environment())
    assert done.returncode == 1
    assert json.loads(done.stdout.splitlines()[-1])["event"] == "error"
    assert done.stderr == ""


def test_she_is_no_bother_to_a_room_that_is_deaf() -> None:
    """A server that accepts and never answers: the wait has an end, and nothing is left."""

    async def run() -> None:
        server = await asyncio.start_server(lambda reader, writer: writer.close(), "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(LabError):
            await come("Alice", port)
        server.close()

    asyncio.run(run())
