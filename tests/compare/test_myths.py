"""Common claims appear only if the packets contradict them, with figures from those packets."""

from __future__ import annotations

from collections.abc import Callable

from inspector.compare.comparison import Findings
from inspector.compare.myths import TELLERS, truths
from tests.compare.conftest import Write
from tests.compare.traffic import SERVER, Connection, Wire, frame, upgrade


def test_the_news_in_five_ways_show_all_of_it(five: Findings) -> None:
    told = truths(five)
    assert len(told) == len(TELLERS)
    sentences = " ".join(truth.truth for truth in told)
    for words in (
        "3 requests used 1 connection",
        "3 events on 1 connection",
        "8 of 12 found nothing new",
        "1 of 1 connection began with a request and an upgrade",
        "10 connections lead to only 2 server sockets",
    ):
        assert words in sentences


def test_what_the_packets_do_not_show_is_not_said(measured: Callable[[Write], Findings]) -> None:
    def write(wire: Wire) -> None:
        connection = Connection(wire, 50001)
        connection.request("GET /")
        connection.respond(b"hello")
        connection.close()

    assert [truth.claim for truth in truths(measured(write))] == ["HTTP is a one-way street."]


def test_a_connection_with_several_requests_began_once(measured: Callable[[Write], Findings]) -> None:
    def write(wire: Wire) -> None:
        chat = Connection(wire, 50001)
        chat.request("GET /")
        chat.respond(b"hello")
        upgrade(chat)
        chat.say(SERVER, frame("hello again"))

    assert any("1 of 1 connection began with a request" in truth.truth for truth in truths(measured(write)))


def test_bytes_of_one_end_alone_go_one_way(measured: Callable[[Write], Findings]) -> None:
    def write(wire: Wire) -> None:
        connection = Connection(wire, 50001)
        connection.request("GET /")
        connection.close()

    assert truths(measured(write)) == []


def test_an_empty_capture_contradicts_nobody(measured: Callable[[Write], Findings]) -> None:
    assert truths(measured(lambda wire: None)) == []
