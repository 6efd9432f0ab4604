"""Delivery of news, followed by its text: what counts as equal, when the server knew it, what is not a delivery."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from inspector.compare.comparison import Findings
from inspector.compare.delivery import MOST_TEXTS, texts_in
from inspector.compare.delivery_methods import Kind
from tests.compare.conftest import Write
from tests.compare.traffic import CHAT_PORT, CLIENT, MS, SERVER, STEP_NS, Connection, Wire, frame, masked, upgrade

TEXT = "It has stopped raining."


def chats(wire: Wire, *ports: int) -> list[Connection]:
    connections = [Connection(wire, port, CHAT_PORT) for port in ports]
    for connection in connections:
        upgrade(connection)
    return connections


def one_tells_and_two_hear(wire: Wire) -> None:
    alice, bob, carol = chats(wire, 50001, 50002, 50003)
    alice.say(CLIENT, masked(TEXT))
    bob.say(SERVER, frame(TEXT))
    carol.say(SERVER, frame(TEXT))


def an_echo(wire: Wire) -> None:
    (alice,) = chats(wire, 50001)
    alice.say(CLIENT, masked(TEXT))
    alice.say(SERVER, frame(TEXT))


def told_by_nobody(wire: Wire) -> None:
    bob, carol = chats(wire, 50001, 50002)
    bob.say(SERVER, frame(TEXT))
    carol.say(SERVER, frame(TEXT))


def heard_twice(wire: Wire) -> None:
    alice, bob = chats(wire, 50001, 50002)
    alice.say(CLIENT, masked(TEXT))
    bob.say(SERVER, frame(TEXT))
    bob.say(SERVER, frame(TEXT))


def too_short_to_be_followed(wire: Wire) -> None:
    alice, bob = chats(wire, 50001, 50002)
    alice.say(CLIENT, masked("Hi"))
    bob.say(SERVER, frame("Hi"))


@pytest.mark.parametrize(
    ("write", "steps", "exact"),
    [
        (one_tells_and_two_hear, [2, 4], True),
        (told_by_nobody, [2], False),
        (heard_twice, [2], True),
        (an_echo, [], True),
        (too_short_to_be_followed, [], True),
    ],
    ids=lambda value: value.__name__.replace("_", " ") if callable(value) else "",
)
def test_what_a_delivery_is(measured: Callable[[Write], Findings], write: Write, steps: list[int], exact: bool) -> None:
    deliveries = measured(write).deliveries
    assert [delivery.took_ns for delivery in deliveries] == [step * STEP_NS for step in steps]
    assert all(delivery.is_exact is exact for delivery in deliveries)


@pytest.mark.parametrize(
    ("content", "texts"),
    [
        pytest.param(b"The kettle is on.", {"The kettle is on."}, id="plain text"),
        pytest.param(b"one line of it\n\nanother line\n", {"one line of it", "another line"}, id="line by line"),
        pytest.param(b'{"from": "Alice", "say": "Hello there"}', {"Hello there"}, id="strings of JSON, keys left out"),
        pytest.param(b'[{"news": ["long enough", "short"]}]', {"long enough"}, id="however deep"),
        pytest.param(b'{"not JSON after all', {'{"not JSON after all'}, id="what only looks like JSON"),
        pytest.param(b"[" * 100_000, {"[" * 100_000}, id="JSON that nests without end"),
        pytest.param(b"\xff\xfe\xfd", set(), id="no text at all"),
        pytest.param(b"", set(), id="nothing"),
    ],
)
def test_texts_in_a_message(content: bytes, texts: set[str]) -> None:
    assert texts_in(content) == texts


@pytest.mark.parametrize(("most", "count"), [(2, 2), (1, 0)], ids=["as many as are read", "one more"])
def test_the_latest_messages_are_read(
    measured: Callable[[Write], Findings], monkeypatch: pytest.MonkeyPatch, most: int, count: int
) -> None:
    def two_texts(wire: Wire) -> None:
        alice, bob = chats(wire, 50001, 50002)
        alice.say(CLIENT, masked(TEXT))
        alice.say(CLIENT, masked("something else"))
        bob.say(SERVER, frame("nothing of it"))
        bob.say(SERVER, frame(TEXT))

    monkeypatch.setattr("inspector.compare.delivery.MOST_MESSAGES", most)
    assert len(measured(two_texts).deliveries) == min(count, 1)


def test_so_many_texts_of_a_message_are_followed() -> None:
    lines = [f"line number {number:03}" for number in range(MOST_TEXTS + 1)]
    for content in ("\n".join(lines), json.dumps(lines)):
        assert len(texts_in(content.encode())) == MOST_TEXTS
    assert texts_in(json.dumps(lines[:-1]).encode()) == set(lines[:-1])


@pytest.mark.parametrize(("text", "is_followed"), [("8 chars.", True), ("7 char.", False)])
def test_a_text_must_be_long_enough(text: str, is_followed: bool) -> None:
    assert bool(texts_in(text.encode())) is is_followed


def test_each_way_takes_its_time(five: Findings) -> None:
    took: dict[Kind, list[int]] = {}
    for delivery in five.deliveries:
        took.setdefault(delivery.kind, []).append(delivery.took_ns)
    assert all(delivery.is_exact for delivery in five.deliveries)
    assert took[Kind.STREAM] == [2 * STEP_NS] * 3
    assert took[Kind.WEBSOCKET] == [4 * STEP_NS] * 3
    # The polls after the three pieces of news come at 500, 1300 and 2100 ms.
    assert [round(ns / MS) for ns in took[Kind.POLLING]] == [50, 150, 150]
    assert len(took[Kind.KEPT]) == len(took[Kind.CLOSED]) == 3
