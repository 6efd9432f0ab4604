"""HTTP whose bytes are not all in the capture, in plays."""

from __future__ import annotations

import pytest

from inspector.http.message_notes import Note
from tests.play import CLIENT, CUTS, SERVER, Cut, Play, whole

from .plays import answer, get, notes_of


@pytest.mark.parametrize(
    ("head", "before", "after"),
    [
        (b"Content-Length: 20\r\n", b"12345", b"6789"),
        (b"Transfer-Encoding: chunked\r\n", b"14\r\n12345", b"6789\r\n0\r\n\r\n"),
    ],
    ids=["by length", "chunked"],
)
@CUTS
def test_a_gap_inside_a_body_is_skipped_by_length(cut: Cut, head: bytes, before: bytes, after: bytes) -> None:
    play = Play(cut).client(get("/a")).server(b"HTTP/1.1 200 OK\r\n" + head + b"\r\n" + before).gap(SERVER, 11)
    stage = play.server(after).client(get("/b")).server(answer(b"whole")).run()
    assert stage.pairs() == [("GET /a", "200"), ("GET /b", "200")]
    hit = stage.row("http_messages", 1)
    assert (hit["body_bytes"], hit["complete"]) == (20, 0)
    assert stage.sentence("http-gap-in-body").startswith("The capture lacks 11 bytes of the body")
    assert stage.row("http_messages", 3)["complete"] == 1
    assert stage.codes() == ["http-gap-in-body"]


@CUTS
def test_after_a_gap_between_messages_the_next_start_line_is_found(cut: Cut) -> None:
    play = Play(cut).client(get("/a")).server(answer(b"12345")).client(get("/b")).gap(SERVER, 50)
    play.server(b"tail of /b").client(get("/c"))
    stage = play.server(answer(b"of c", 404)).run()
    assert stage.pairs() == [("GET /a", "200"), ("GET /b", "-"), ("GET /c", "404")]
    assert stage.codes() == ["http-lost-between-messages", "http-pairing-corrected", "http-resynchronised"]
    assert stage.sentence("http-resynchronised").startswith("60 bytes could not be parsed")


def test_after_a_gap_the_answers_to_pipelined_requests_stay_in_order() -> None:
    play = Play().client(get("/a") + get("/b") + get("/c") + get("/d")).server(answer(b"1")).gap(SERVER, 50)
    stage = play.server(answer(b"2", 404)).run()
    # Which of b, c, d it answers cannot be known: it stays with the oldest.
    assert stage.pairs()[1] == ("GET /b", "404")


@CUTS
def test_a_gap_inside_a_head_keeps_its_start_line(cut: Cut) -> None:
    play = Play(cut).client(b"GET /a HTTP/1.1\r\nHost: ex").gap(CLIENT, 30).server(answer(b"1")).client(get("/b"))
    stage = play.server(answer(b"2", 404)).run()
    assert stage.pairs() == [("GET /a", "200"), ("GET /b", "404")]
    assert Note.HEAD_CUT in notes_of(stage)
    assert stage.row("http_messages", 0)["complete"] == 0


@CUTS
def test_a_gap_inside_a_start_line_keeps_what_can_be_told(cut: Cut) -> None:
    stage = Play(cut).client(b"GET /index.html HT").gap(CLIENT, 400).server(b"HTTP/1.1 200 O").gap(SERVER, 300).run()
    assert stage.pairs() == [("GET /index.html", "200")]
    assert [row["complete"] for row in stage.rows("http_messages")] == [0, 0]


@CUTS
def test_a_capture_that_ends_inside_a_head_keeps_its_start_line(cut: Cut) -> None:
    stage = Play(cut).client(b"GET /a HTTP/1.1\r\nHost: ex").run()
    assert stage.pairs() == [("GET /a", "-")]
    assert stage.codes() == ["http-head-cut"]


def test_a_gap_in_the_framing_between_chunks_loses_the_message() -> None:
    play = (
        Play()
        .client(get("/a"))
        .server(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r")
        .gap(SERVER, 9)
    )
    stage = play.client(get("/b")).server(answer(b"2", 404)).run()
    assert stage.pairs() == [("GET /a", "200"), ("GET /b", "404")]
    assert stage.row("http_messages", 1)["complete"] == 0


@CUTS
def test_reset_interrupts_both_directions(cut: Cut) -> None:
    ask = b"POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\n123"
    stage = Play(cut).client(ask).server(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n123").abort(CLIENT).run()
    assert stage.codes() == ["http-cut-short", "http-cut-short"]
    assert [row["complete"] for row in stage.rows("http_messages")] == [0, 0]


@CUTS
def test_a_capture_that_begins_inside_a_body_finds_the_next_response(cut: Cut) -> None:
    play = Play(whole, is_midstream=True).server(b"tail of a body\r\n" * 9).client(get("/mid"))
    stage = play.server(b"more tail" + answer(b"found", 404)).run()
    assert stage.pairs() == [("GET /mid", "404")]
    assert "http-resynchronised" in stage.codes()


def test_a_one_sided_capture_still_shows_its_responses() -> None:
    stage = Play().server(answer(b"1") + answer(b"2", 404)).run()
    assert stage.pairs() == [("-", "200"), ("-", "404")]
