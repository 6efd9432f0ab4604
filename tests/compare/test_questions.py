"""All answers for the five-way test, and answers for small captures."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from inspector.compare.answers_connections import connections_opened, who_sent
from inspector.compare.comparison import Findings
from inspector.compare.delivery_methods import Kind
from inspector.compare.questions import FACTS, Fact
from tests.compare.conftest import Write
from tests.compare.traffic import CHAT_PORT, SERVER, Connection, Wire, upgrade

ASKED = "The client requests, the server responds"

ANSWERS = {
    "pipes": ("6 connections", "1 connection", "1 connection", "1 connection", "1 connection"),
    "life": ("900 µs", "2.6 s", "2.6 s", "2.6 s", "2.6 s"),
    "may_speak": (*[ASKED] * 3, "The server, after one request", "Either end, at any time"),
    "did_speak": (
        "6 requests, 6 responses",
        "3 requests, 3 responses",
        "12 requests, 12 responses",
        "1 request, 3 events",
        "1 message from the client, 3 from the server",
    ),
    "round_trips": ("2 round trips", "2 round trips", "2 round trips", "2 round trips", "2.5 round trips"),
    "overhead": ("33.8 bytes", "21.9 bytes", "34.9 bytes", "20.2 bytes", "20.3 bytes"),
    "message": (
        "676 B in 10 packets",
        "437 B in 6 packets",
        "1118 B in 13.5 packets",
        "404 B in 6 packets",
        "391 B in 5.5 packets",
    ),
    "delivery": ("2 ms", "1.3 ms", "150 ms", "200 µs", "400 µs"),
    "held": ("1 at most",) * 5,
    "tokens": ("not recorded",) * 5,
}  # fmt: skip


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: fact.name)
def test_the_answers_for_the_news_in_five_ways(five: Findings, fact: Fact) -> None:
    found = tuple(fact.answer(five, kind).text for kind in Kind)
    assert found == ANSWERS[fact.name]


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: fact.name)
def test_proof_is_of_the_kind_that_it_proves(five: Findings, fact: Fact) -> None:
    for kind in Kind:
        cell = fact.answer(five, kind)
        assert len(cell.proof) <= cell.proofs
        for proof in cell.proof:
            assert five.capture.packets["connection"][proof.packet] == proof.connection
            assert five.kinds[proof.connection] == kind or proof.what == "the server has the news"


def test_every_fact_that_is_measured_has_proof_for_some_kind(five: Findings) -> None:
    unproven = [fact.name for fact in FACTS if not any(fact.answer(five, kind).proof for kind in Kind)]
    assert unproven == ["may_speak", "tokens"]


def test_a_response_without_a_request_is_unrequested_and_an_idle_connection_was_kept(
    measured: Callable[[Write], Findings],
) -> None:
    """A server may send 408 on a connection that has idled (RFC 9110 §15.5.9)."""

    def write(wire: Wire) -> None:
        connection = Connection(wire, 50001)
        connection.request("GET /")
        connection.respond(b"hello")
        wire.until(20_000)
        connection.respond(status="408 Request Timeout", more="Connection: close\r\n")
        connection.close(SERVER)

    found = measured(write)
    assert found.present == [Kind.KEPT]
    told = who_sent(found, Kind.KEPT)
    assert (told.text, told.detail) == ("1 request, 2 responses", "1 of 2 of the responses came without a request.")
    assert (told.values["pushes"], len(told.proof)) == (1, 1)


def test_an_answer_whose_question_was_not_captured_is_not_said_to_have_followed_one(
    measured: Callable[[Write], Findings],
) -> None:
    def write(wire: Wire) -> None:
        connection = Connection(wire, 50001, is_new=False)
        connection.respond(b"hello")
        for _ in range(2):
            connection.request("GET /")
            connection.respond(b"hello")
        connection.close()

    assert who_sent(measured(write), Kind.KEPT).detail == "The request of 1 of 3 responses is not in the capture."


def test_where_every_answer_has_its_question_that_is_said(five: Findings) -> None:
    assert who_sent(five, Kind.CLOSED).detail == "Each response followed a request."


def test_connections_of_those_who_only_tell_the_server_are_told_apart(five: Findings) -> None:
    told = connections_opened(five, Kind.CLOSED)
    assert told.detail.endswith("On 3 of 6 a client only sent content and received none.")
    assert told.values["only_told"] == 3
    assert "received none" not in connections_opened(five, Kind.KEPT).detail


def test_a_connection_on_which_nothing_was_said(measured: Callable[[Write], Findings]) -> None:
    def write(wire: Wire) -> None:
        upgrade(Connection(wire, 50001, CHAT_PORT))

    found = measured(write)
    texts = {fact.name: fact.answer(found, Kind.WEBSOCKET).text for fact in FACTS}
    assert texts["overhead"] == texts["message"] == "no messages"
    assert texts["round_trips"] == "not seen"
    assert texts["delivery"] == "cannot be known"
