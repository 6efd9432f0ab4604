"""The chat server with clients of all kinds."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.typing import Origin

from inspector.errors import LabError
from inspector.lab.demo.chat_server import LONGEST_MESSAGE, LONGEST_NAME, MOST_GUESTS
from inspector.lab.process.child_process import Child
from tests.lab.serving import exchange, with_server

CHAT = "inspector.lab.demo.chat_server"


class Guest:
    """A chat client that sends and receives objects."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection

    async def says(self, message: dict[str, Any]) -> None:
        await self.connection.send(json.dumps(message))

    async def hears(self) -> Any:
        return json.loads(await asyncio.wait_for(self.connection.recv(), 10))

    async def is_shown_out(self) -> None:
        with pytest.raises(ConnectionClosed):
            await asyncio.wait_for(self.connection.recv(), 10)


def with_guests(count: int, play: Callable[..., Awaitable[None]]) -> None:
    """Run a play with the server and `count` clients that have sent nothing yet."""

    async def run(room: Child, port: int) -> None:
        # Nobody here reads everything; a full queue would hold up the close frame.
        connections = [connect(f"ws://127.0.0.1:{port}/chat", proxy=None, max_queue=None) for _ in range(count)]
        async with AsyncStack(connections) as guests:
            await play(room, *guests)

    with_server(CHAT, run)


class AsyncStack:
    """Guests that come together and leave together."""

    def __init__(self, connections: list[connect]) -> None:
        self._connections = connections

    async def __aenter__(self) -> list[Guest]:
        return [Guest(await connection.__aenter__()) for connection in self._connections]

    async def __aexit__(self, *exception: Any) -> None:
        for connection in self._connections:
            await connection.__aexit__(*exception)


async def registry(room: Child) -> list[str]:
    return sorted((await room.ask("registry"))["registry"].values())


def test_alice_says_hi_to_bob_and_the_server_finds_his_token() -> None:
    async def play(room: Child, alice: Guest, bob: Guest) -> None:
        await alice.says({"join": "Alice"})
        welcome = await alice.hears()
        assert welcome == {"welcome": "Alice", "token": welcome["token"], "here": ["Alice"]}
        await bob.says({"join": "Bob"})
        answer = await bob.hears()
        assert answer["here"] == ["Alice", "Bob"]
        assert answer["token"] != welcome["token"]
        assert await alice.hears() == {"joined": "Bob"}
        assert (await room.ask("registry"))["registry"] == {str(welcome["token"]): "Alice", str(answer["token"]): "Bob"}

        await alice.says({"say": "Hi", "to": "Bob"})
        assert await bob.hears() == {"from": "Alice", "say": "Hi"}
        await bob.says({"say": "Hi Alice"})
        assert await alice.hears() == {"from": "Bob", "say": "Hi Alice"}

        await bob.connection.close()
        assert await alice.hears() == {"left": "Bob"}
        assert await registry(room) == ["Alice"]

    with_guests(2, play)


def test_words_for_everybody_reach_everybody_else() -> None:
    async def play(room: Child, *guests: Guest) -> None:
        for guest, name in zip(guests, ("Alice", "Bob", "Carol"), strict=True):
            await guest.says({"join": name})
            assert (await guest.hears())["welcome"] == name
        said = room.watch("said", speaker="Carol")
        await guests[2].says({"say": "Hello all"})
        assert (await said)["reached"] == ["Alice", "Bob"]
        assert (await room.ask("push", text="Closing time"))["reached"] == ["Alice", "Bob", "Carol"]
        assert await guests[2].hears() == {"news": "Closing time"}, "her own words do not come back"

    with_guests(3, play)


def test_a_connection_that_ends_without_a_close_frame_is_removed_as_well() -> None:
    async def play(room: Child, alice: Guest, bob: Guest) -> None:
        for guest, name in ((alice, "Alice"), (bob, "Bob")):
            await guest.says({"join": name})
            await guest.hears()
        struck = room.watch("left", name="Bob")
        bob.connection.transport.abort()
        await room.within_reason(struck)
        assert await registry(room) == ["Alice"]

    with_guests(2, play)


@pytest.mark.parametrize(
    "first",
    [
        pytest.param("hello", id="no JSON"),
        pytest.param("[" * 4000, id="nested without end"),
        pytest.param('["join"]', id="no object"),
        pytest.param("{}", id="no name"),
        pytest.param('{"join": " "}', id="a blank name"),
        pytest.param('{"join": 7}', id="a number for a name"),
        pytest.param(json.dumps({"join": "x" * (LONGEST_NAME + 1)}), id="a name that is too long"),
    ],
)
def test_whoever_does_not_say_who_it_is_is_shown_out(first: str) -> None:
    async def play(room: Child, guest: Guest) -> None:
        await guest.connection.send(first)
        assert "refused" in await guest.hears()
        await guest.is_shown_out()
        assert await registry(room) == []

    with_guests(1, play)


def test_a_name_can_be_taken_once() -> None:
    async def play(room: Child, alice: Guest, other: Guest) -> None:
        await alice.says({"join": "Alice"})
        await alice.hears()
        await other.says({"join": "Alice"})
        assert await other.hears() == {"refused": "The name Alice is already taken."}
        await other.is_shown_out()
        assert await registry(room) == ["Alice"]

    with_guests(2, play)


def test_words_to_nobody_are_refused_and_the_connection_stays() -> None:
    async def play(_: Child, alice: Guest) -> None:
        await alice.says({"join": "Alice"})
        await alice.hears()
        await alice.says({"say": "Hi", "to": "Zed"})
        assert await alice.hears() == {"refused": "There is no user Zed in the chat."}
        await alice.says({"say": "Hi", "to": "Alice"})
        assert await alice.hears() == {"from": "Alice", "say": "Hi"}

    with_guests(1, play)


def test_speaking_without_words_ends_the_visit() -> None:
    async def play(room: Child, alice: Guest) -> None:
        await alice.says({"join": "Alice"})
        await alice.hears()
        struck = room.watch("left", name="Alice")
        await alice.says({"shrug": True})
        assert "Say something" in (await alice.hears())["refused"]
        await room.within_reason(struck)

    with_guests(1, play)


def test_a_message_that_is_too_long_closes_the_connection_with_1009() -> None:
    async def play(_: Child, alice: Guest) -> None:
        await alice.connection.send("x" * (LONGEST_MESSAGE + 1))
        await alice.is_shown_out()
        assert alice.connection.close_code == 1009

    with_guests(1, play)


def test_the_room_has_an_end() -> None:
    async def play(room: Child, *guests: Guest) -> None:
        for number, guest in enumerate(guests):
            await guest.says({"join": f"Guest {number}"})
            answer = await guest.hears()
        assert answer == {"refused": "The room is full."}
        assert len(await registry(room)) == MOST_GUESTS

    with_guests(MOST_GUESTS + 1, play)


@pytest.mark.parametrize(
    ("origin", "is_let_in"),
    [
        pytest.param(None, True, id="a program sends none"),
        pytest.param("http://127.0.0.1:PORT", True, id="the own page"),
        pytest.param("http://localhost:PORT", True, id="the own page by its other name"),
        pytest.param("http://127.0.0.1:1", False, id="another port's page"),
        pytest.param("http://evil.test", False, id="a stranger's page"),
        pytest.param("null", False, id="a page without origin"),
    ],
)
def test_pages_of_other_sites_get_no_connection(origin: str | None, is_let_in: bool) -> None:
    async def play(_: Child, port: int) -> None:
        own = Origin(origin.replace("PORT", str(port))) if origin else None
        attempt = connect(f"ws://127.0.0.1:{port}/chat", origin=own, proxy=None)
        if is_let_in:
            async with attempt:
                return
        with pytest.raises(InvalidStatus, match="403"):
            await attempt.__aenter__()

    with_server(CHAT, play)


@pytest.mark.parametrize(
    ("path", "host", "status", "words"),
    [
        pytest.param("/", "127.0.0.1:PORT", "200", "<title>The chat room</title>", id="the page"),
        pytest.param("/?x=1", "localhost:PORT", "200", "<title>The chat room</title>", id="the page by its other name"),
        pytest.param("/chat.js", "127.0.0.1:PORT", "200", "new WebSocket", id="its script"),
        pytest.param("/style.css", "127.0.0.1:PORT", "200", "--ground", id="its style"),
        pytest.param("/chat", "127.0.0.1:PORT", "426", "", id="the room without an upgrade"),
        pytest.param("/../chat.py", "127.0.0.1:PORT", "404", "", id="anything else"),
        pytest.param("/", "evil.test", "421", "", id="a name that was made to point here"),
    ],
)
def test_the_same_port_hands_out_the_page(path: str, host: str, status: str, words: str) -> None:
    async def play(_: Child, port: int) -> None:
        host_field = host.replace("PORT", str(port))
        answer = await exchange(port, f"GET {path} HTTP/1.1\r\nHost: {host_field}\r\n\r\n".encode())
        head, _, body = answer.decode().partition("\r\n\r\n")
        assert head.split(" ")[1] == status
        assert words in body
        if "<title>" in words:
            assert f"connect-src ws://127.0.0.1:{port} ws://localhost:{port};" in head

    with_server(CHAT, play)


def test_it_says_which_command_it_does_not_know() -> None:
    async def play(room: Child, _: int) -> None:
        with pytest.raises(LabError, match="'dance'"):
            await room.ask("dance")

    with_server(CHAT, play)


def test_when_it_ends_whoever_is_there_is_told_1001() -> None:
    async def play(room: Child, alice: Guest) -> None:
        await alice.says({"join": "Alice"})
        await alice.hears()
        await room.stop()
        await alice.is_shown_out()
        assert alice.connection.close_code == 1001

    with_guests(1, play)
