"""Which answer belongs to which request, in plays."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

import inspector
from inspector.http.message_notes import Note
from inspector.tables.table import BodyFraming, MessageKind, Protocol
from inspector.views import rows
from tests.play import CLIENT, CUTS, Cut, Play
from tests.tcp.mutations import MILLISECOND, START_NS, pcap, segment

from .plays import answer, get, notes_of


@CUTS
def test_a_request_and_its_response(cut: Cut) -> None:
    stage = Play(cut).client(get("/a")).server(answer(b"hello")).run()
    request, response = stage.rows("http_messages")
    assert stage.pairs() == [("GET /a", "200")]
    assert (request["kind"], response["kind"]) == (MessageKind.REQUEST, MessageKind.RESPONSE)
    assert response["framing"] == BodyFraming.LENGTH
    assert (response["body_bytes"], response["complete"]) == (5, 1)
    assert response["body_end"] == response["body_offset"] + 5 == len(answer(b"hello"))
    assert stage.codes() == []
    assert stage.protocol() == Protocol.HTTP


@CUTS
def test_pipelined_requests_are_answered_in_order(cut: Cut) -> None:
    stage = (
        Play(cut).client(get("/a") + get("/b") + get("/c")).server(answer(b"1") + answer(status=404) + answer()).run()
    )
    assert stage.pairs() == [("GET /a", "200"), ("GET /b", "404"), ("GET /c", "200")]
    assert [bool(notes_of(stage, i) & Note.PIPELINED) for i in range(3)] == [False, True, True]


@CUTS
def test_more_responses_than_requests_are_orphans(cut: Cut) -> None:
    stage = Play(cut).client(get("/a")).server(answer(b"1") + answer(b"22", 404)).run()
    assert stage.pairs() == [("GET /a", "200"), ("-", "404")]
    assert (
        stage.sentence("http-orphan-response")
        == "No request for this response with status 404 was captured, or it could not be parsed."
    )


@CUTS
def test_head_has_no_body_by_the_oldest_request_not_the_newest(cut: Cut) -> None:
    head = get("/").replace(b"GET", b"HEAD")
    stage = (
        Play(cut).client(head + get("/b")).server(answer(fields="X: 1\r\n")[:-2] + b"Content-Length: 0\r\n\r\n").run()
    )
    assert stage.pairs()[0] == ("HEAD /", "200")
    promising = b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n"
    stage = Play(cut).client(head + get("/b")).server(promising + answer(b"body")).run()
    assert stage.pairs() == [("HEAD /", "200"), ("GET /b", "200")]
    assert [row["body_bytes"] for row in stage.rows("http_messages")] == [0, 0, 0, 4]
    assert all(row["complete"] for row in stage.rows("http_messages"))


@CUTS
def test_informational_responses_join_the_exchange(cut: Cut) -> None:
    ask = b"POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n"
    play = Play(cut).client(ask).server(b"HTTP/1.1 100 Continue\r\n\r\n").client(b"abc")
    stage = play.server(b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + answer(b"ok")).run()
    assert stage.pairs() == [("POST /", "200")]
    assert stage.row("exchanges", 0)["informational"] == 2
    assert {row["exchange"] for row in stage.rows("http_messages")} == {0}
    assert Note.EXPECTS_CONTINUE in notes_of(stage)
    # The body came a second after the 100, which came a second after the head: the wait is in the times.
    request = stage.row("http_messages", 0)
    assert request["end_ns"] - request["time_ns"] == 2_000_000_000
    assert request["complete"] == 1


def test_informational_responses_without_a_request_wait_for_their_final_one() -> None:
    stage = Play(is_midstream=True).server(b"HTTP/1.1 100 Continue\r\n\r\n").server(answer(b"x")).run()
    assert stage.pairs() == [("-", "200")]
    assert stage.row("exchanges", 0)["informational"] == 1


@pytest.mark.parametrize("status", [204, 304])
@CUTS
def test_a_status_that_has_no_body_has_none_whatever_its_length_says(cut: Cut, status: int) -> None:
    said = b"HTTP/1.1 %d X\r\nContent-Length: 55\r\n\r\n" % status
    stage = Play(cut).client(get("/a") + get("/b")).server(said + answer(b"yes")).run()
    assert stage.pairs() == [("GET /a", str(status)), ("GET /b", "200")]
    assert stage.row("http_messages", 2)["body_bytes"] == 0


def test_a_flood_of_unanswered_requests_is_told_and_no_longer_paired() -> None:
    stage = Play().client(get() * 3000).server(answer() * 3000).run()
    exchanges = stage.rows("exchanges")
    assert stage.codes()[0] == "http-too-many-unanswered"
    assert all(row["response"] >= 0 and row["request"] >= 0 for row in exchanges[:1000])
    assert all(row["response"] < 0 for row in exchanges[1000:3000])
    assert all(row["request"] < 0 for row in exchanges[3000:])


def test_a_response_that_came_to_light_before_its_request_is_still_paired() -> None:
    # The request's packet is the earlier one, but a gap before it was told only later.
    play = Play().client(get("/a")).server(answer())
    play.server(answer(b"", 404)).earlier().gap(CLIENT, 10).earlier().client(get("/b"))
    stage = play.run()
    assert stage.pairs() == [("GET /a", "200"), ("GET /b", "404")]
    assert Note.ORPHAN not in notes_of(stage, 2)


@CUTS
def test_408_without_a_request_is_a_note_and_no_orphan_warning(cut: Cut) -> None:
    stage = Play(cut).client(get("/a")).server(answer(b"1")).server(answer(b"", 408)).run()
    assert stage.pairs() == [("GET /a", "200"), ("-", "408")]
    assert stage.codes() == ["http-unasked-timeout"]


Said = tuple[int, int, int, bytes]
"""Who, how far it has come, how far its peer has by what it acknowledges, and what."""

A, B, C = get("/a"), get("/b"), get("/c")
ONE, TWO = answer(b"1"), answer(b"2")
TIME_OUT = answer(b"", 408)


def pairs_of(path: Path, said: Sequence[Said]) -> list[tuple[str | None, int | None]]:
    """Targets and statuses of the exchanges of a capture with these messages."""
    packets = [segment(START_NS, 0, "S", 99, 0, 1000, b"", None), segment(START_NS, 1, "SA", 299, 100, 1000, b"", None)]
    for number, (side, sent, received, payload) in enumerate(said, 1):
        start, heard = (100, 300) if side == 0 else (300, 100)
        time_ns = START_NS + number * MILLISECOND
        packets.append(segment(time_ns, side, "PA", start + sent, heard + received, 1000, payload, None))
    path.write_bytes(pcap(packets))
    with inspector.open(path) as capture:
        found = [(row["request"], row["response"]) for row in rows.exchange_rows(capture)]
    return [(ask and ask["target"], said and said["status"]) for ask, said in found]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (
            [
                (0, 0, 0, A),
                (1, 0, len(A), ONE),
                (0, len(A), len(ONE), B),
                (1, len(ONE), len(A), TIME_OUT),
            ],
            [("/a", 200), ("/b", None), (None, 408)],
        ),
        (
            [
                (0, 0, 0, A),
                (1, 0, len(A), ONE),
                (0, len(A + B), 0, C),
                (1, len(ONE), len(A + B), TWO),
                (0, len(A + B + C), len(ONE + TWO), b""),
                (1, len(ONE + TWO), len(A + B + C), answer(b"3", 203)),
            ],
            [("/a", 200), ("/c", 203), (None, 200)],
        ),
    ],
    ids=["a time-out that crosses the next request", "a pipelined request that was not captured"],
)
def test_a_response_sent_before_its_sender_had_the_request_answers_another(
    tmp_path: Path, said: list[Said], expected: list[tuple[str | None, int | None]]
) -> None:
    assert sorted(pairs_of(tmp_path / "said.pcap", said), key=str) == sorted(expected, key=str)
