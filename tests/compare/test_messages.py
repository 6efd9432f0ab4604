"""Messages of all kinds as rows of one shape: which there are, their useful bytes, which were pushed."""

from __future__ import annotations

from collections.abc import Callable

from inspector.compare.comparison import Findings
from inspector.compare.delivery_methods import Kind
from inspector.tables.table import Direction
from tests.compare.conftest import Write
from tests.compare.traffic import CHAT_PORT, CLIENT, NEWS, SERVER, Connection, Wire, frame, masked

TOLD = [text.encode() for text in NEWS]


def contents(five: Findings, kind: Kind, side: Direction) -> list[bytes]:
    all_messages = five.all_messages
    chosen = [i for i in range(len(all_messages)) if all_messages.kind[i] == kind and all_messages.direction[i] == side]
    return [all_messages.content(five.capture, i) for i in chosen]


def test_every_way_brings_the_news(five: Findings) -> None:
    assert contents(five, Kind.CLOSED, Direction.CLIENT) == TOLD
    assert contents(five, Kind.CLOSED, Direction.SERVER) == TOLD
    assert contents(five, Kind.KEPT, Direction.SERVER) == TOLD
    assert contents(five, Kind.STREAM, Direction.SERVER) == TOLD
    assert contents(five, Kind.WEBSOCKET, Direction.SERVER) == TOLD
    assert contents(five, Kind.WEBSOCKET, Direction.CLIENT) == [b"Hello, I am Alice"]


def test_a_poll_in_vain_is_no_message(five: Findings) -> None:
    lists = [b"\n".join(TOLD[:n]) for n in range(1, 4)]
    assert contents(five, Kind.POLLING, Direction.SERVER) == [b"nothing yet", *lists]


def test_useful_bytes_are_the_content_and_nothing_else(five: Findings) -> None:
    all_messages = five.all_messages
    assert [
        len(all_messages.content(five.capture, i)) for i in range(len(all_messages))
    ] == all_messages.useful.tolist()


def test_unasked_is_what_no_word_of_the_client_stands_before(five: Findings) -> None:
    all_messages = five.all_messages
    pushes = [
        (Kind(int(all_messages.kind[i])).name, all_messages.content(five.capture, i))
        for i in range(len(all_messages))
        if all_messages.is_push[i]
    ]
    assert pushes == [
        ("STREAM", TOLD[0]),
        ("STREAM", TOLD[1]),
        ("WEBSOCKET", TOLD[1]),
        ("STREAM", TOLD[2]),
        ("WEBSOCKET", TOLD[2]),
    ]


def test_what_a_client_said_before_the_capture_may_have_asked_for_it(measured: Callable[[Write], Findings]) -> None:
    def write(wire: Wire) -> None:
        chat = Connection(wire, 50001, CHAT_PORT, is_new=False)
        for text in ("one", "two", "three", "four", "five"):
            chat.say(SERVER, frame(text))
        chat.say(CLIENT, masked("thanks"))

    all_messages = measured(write).all_messages
    assert all_messages.is_push.tolist() == [False, True, True, True, True, False]


def test_messages_are_in_order_of_time(five: Findings) -> None:
    assert five.all_messages.time_ns.tolist() == sorted(five.all_messages.time_ns.tolist())
