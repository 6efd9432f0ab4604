"""The five kinds, recognised by their packets alone: each rule, and cases just outside it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from inspector.compare.comparison import Findings
from inspector.compare.delivery_methods import NO_KIND, RULES, Kind
from tests.compare.conftest import Write
from tests.compare.traffic import CHAT_PORT, CLIENT, SERVER, Connection, Wire, frame, masked, open_stream, upgrade

Measure = Callable[[Write], Findings]


def closed_by_the_server(wire: Wire) -> None:
    connection = Connection(wire, 50001)
    connection.request("GET /")
    connection.respond(b"hello")
    connection.close(SERVER)


def reset_without_an_answer(wire: Wire) -> None:
    connection = Connection(wire, 50001)
    connection.request("GET /")
    connection.reset()


def two_questions(wire: Wire) -> None:
    connection = Connection(wire, 50001)
    for _ in range(2):
        connection.request("GET /")
        connection.respond(b"hello")


def one_question_and_a_long_silence(wire: Wire) -> None:
    closed_late(wire, 600)


def one_question_and_a_short_silence(wire: Wire) -> None:
    closed_late(wire, 400)


def closed_late(wire: Wire, ms: float) -> None:
    connection = Connection(wire, 50001)
    connection.request("GET /")
    connection.respond(b"hello")
    wire.until(ms)
    connection.close()


def open_still_and_the_capture_goes_on(wire: Wire) -> None:
    connection = Connection(wire, 50001)
    connection.request("GET /")
    connection.respond(b"hello")
    wire.until(1000)
    Connection(wire, 50002)


def just_answered(wire: Wire) -> None:
    connection = Connection(wire, 50001)
    connection.request("GET /")
    connection.respond(b"hello")


def an_event_stream(wire: Wire) -> None:
    open_stream(Connection(wire, 50001))


def a_chat(wire: Wire) -> None:
    upgrade(Connection(wire, 50001, CHAT_PORT))


def a_chat_that_was_open_already(wire: Wire) -> None:
    connection = Connection(wire, 50001, CHAT_PORT, is_new=False)
    for _ in range(3):
        connection.say(CLIENT, masked("Hello"))
        connection.say(SERVER, frame("Hello"))


def something_else(wire: Wire) -> None:
    connection = Connection(wire, 50001)
    connection.say(CLIENT, b"\x16\x03\x01\x00\x05hello")


def nothing_but_a_handshake(wire: Wire) -> None:
    Connection(wire, 50001)


@pytest.mark.parametrize(
    ("write", "kind"),
    [
        (closed_by_the_server, Kind.CLOSED),
        (reset_without_an_answer, Kind.CLOSED),
        (one_question_and_a_short_silence, Kind.CLOSED),
        (one_question_and_a_long_silence, Kind.KEPT),
        (two_questions, Kind.KEPT),
        (open_still_and_the_capture_goes_on, Kind.KEPT),
        (just_answered, NO_KIND),
        (an_event_stream, Kind.STREAM),
        (a_chat, Kind.WEBSOCKET),
        (a_chat_that_was_open_already, Kind.WEBSOCKET),
        (something_else, NO_KIND),
        (nothing_but_a_handshake, NO_KIND),
    ],
    ids=lambda value: value.__name__.replace("_", " ") if callable(value) else "",
)
def test_a_connection_is_of_the_kind_that_the_wire_shows(measured: Measure, write: Write, kind: int) -> None:
    assert int(measured(write).kinds[0]) == kind


def test_an_empty_capture_holds_none(measured: Measure) -> None:
    assert measured(lambda wire: None).present == []


def test_the_news_in_five_ways_are_five_kinds(five: Findings) -> None:
    ports = five.capture.connections["client_port"].tolist()
    assert dict(zip(ports, five.kinds.tolist(), strict=True)) == {
        50001: Kind.WEBSOCKET,
        50002: Kind.STREAM,
        50003: Kind.POLLING,
        50004: Kind.KEPT,
        **dict.fromkeys(range(50100, 50106), Kind.CLOSED),
    }


def test_every_rule_is_documented() -> None:
    from tests.test_docs import ROOT

    page = " ".join((ROOT / "docs" / "compare.md").read_text("utf-8").split())
    assert not [rule for rule in RULES.values() if rule not in page]
