"""Where a body ends; what two programs may read in two ways is shown, not hidden."""

from __future__ import annotations

import pytest

from inspector.http.notes import Note
from inspector.tables import BodyFraming
from tests.play import CLIENT, CUTS, SERVER, Cut, Play

from .plays import answer, chunked, get, notes_of


@CUTS
def test_chunks_extensions_and_trailers(cut: Cut) -> None:
    body = b"5;name=value\r\nhello\r\nA\r\n0123456789\r\n0\r\nX-Sum: 1\r\n\r\n"
    said = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + body
    stage = Play(cut).client(get("/a") + get("/b")).server(said + answer(b"next")).run()
    message = stage.row("http_messages", 2)
    assert (message["framing"], message["body_bytes"], message["complete"]) == (BodyFraming.CHUNKED, 15, 1)
    assert message["body_end"] - message["body_offset"] == len(body)
    assert notes_of(stage, 2) == Note.CHUNK_EXTENSION | Note.TRAILERS
    assert stage.pairs() == [("GET /a", "200"), ("GET /b", "200")]


@pytest.mark.parametrize(
    "size",
    [b"10000000000000000", b"zz", b"", b"-1", b"5x"],
    ids=["2**64", "no number", "nothing", "minus", "junk behind"],
)
@CUTS
def test_a_chunk_size_that_cannot_be_read_stops_this_direction(cut: Cut, size: bytes) -> None:
    ask = b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n" + size + b"\r\n\r\n" + get("/smuggled")
    stage = Play(cut).client(ask).server(answer()).run()
    assert stage.pairs() == [("POST /", "200")]
    assert "http-bad-chunk" in stage.codes()
    assert stage.row("http_messages", 0)["complete"] == 0


@CUTS
def test_a_body_that_the_close_ends_is_whole_after_fin(cut: Cut) -> None:
    play = Play(cut).client(get()).server(b"HTTP/1.0 200 OK\r\n\r\nall of it").end(SERVER).end(CLIENT)
    message = play.run().row("http_messages", 1)
    assert (message["framing"], message["body_bytes"], message["complete"]) == (BodyFraming.CLOSE, 9, 1)


@CUTS
def test_a_body_that_the_close_ends_is_not_whole_after_rst_or_at_the_captures_end(cut: Cut) -> None:
    play = Play(cut).client(get()).server(b"HTTP/1.0 200 OK\r\n\r\nall of it")
    assert play.run().row("http_messages", 1)["complete"] == 0
    stage = play.abort(SERVER).run()
    assert stage.row("http_messages", 1)["complete"] == 0
    assert stage.codes() == ["http-cut-short"]


@CUTS
def test_fin_inside_a_body_cuts_it_short(cut: Cut) -> None:
    said = b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n1234"
    stage = Play(cut).client(get()).server(said).end(SERVER).run()
    assert stage.sentence("http-cut-short").startswith("The connection ended with 4 bytes of the body seen (of 10")
    assert Note.CUT_SHORT in notes_of(stage, 1)
    assert stage.row("http_messages", 1)["complete"] == 0


@CUTS
def test_server_sent_events_are_told_apart(cut: Cut) -> None:
    said = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: 1\n\n"
    stage = Play(cut).client(get()).server(said).server(b"data: 2\n\n").run()
    assert Note.EVENT_STREAM in notes_of(stage, 1)
    assert stage.row("http_messages", 1)["body_bytes"] == 18


# -- ambiguity is shown, not hidden --------------------------------------------------------------------------------


@CUTS
def test_content_length_and_chunked_show_both_readings(cut: Cut) -> None:
    ask = b"POST / HTTP/1.1\r\nContent-Length: 50\r\nTransfer-Encoding: chunked\r\n\r\n" + chunked(b"abc")
    stage = Play(cut).client(ask + get("/smuggled")).run()
    assert [line for line, _ in stage.pairs()] == ["POST /", "GET /smuggled"]
    assert stage.sentence("http-length-and-chunked").startswith(
        f"Read as chunked the body takes {len(chunked(b'abc'))} bytes of the stream, by Content-Length 50"
    )


HEADS = {
    "http-two-content-lengths": "Content-Length: 3\r\nContent-Length: 5\r\n",
    "http-repeated-content-length": "Content-Length: 3\r\nContent-Length: 3\r\n",
    "http-content-length-zeros": "Content-Length: 0003\r\n",
    "http-space-before-colon": "Content-Length : 3\r\n",
    "http-folded-field": "Content-Length:\r\n 3\r\n",
}


@pytest.mark.parametrize(("code", "fields"), HEADS.items(), ids=HEADS)
@CUTS
def test_lengths_that_two_programs_may_read_differently(cut: Cut, code: str, fields: str) -> None:
    ask = f"POST / HTTP/1.1\r\n{fields}\r\n".encode() + b"abc"
    stage = Play(cut).client(ask + get("/next")).run()
    assert [line for line, _ in stage.pairs()] == ["POST /", "GET /next"]
    assert code in stage.codes()


def test_a_list_of_lengths_in_one_field_is_read_like_several_fields() -> None:
    ask = b"POST / HTTP/1.1\r\nContent-Length: 3, 3\r\n\r\nabc"
    assert Play().client(ask).run().codes() == ["http-repeated-content-length"]
    ask = b"POST / HTTP/1.1\r\nContent-Length: 3, 4\r\n\r\nabc"
    stage = Play().client(ask).run()
    assert stage.sentence("http-two-content-lengths").startswith("One Content-Length says 3, another 4")


@pytest.mark.parametrize("length", ["-1", "abc", "", "18446744073709551615", "1e3", "5 5", "+3"])
@CUTS
def test_a_length_that_is_no_number_is_told_and_ignored(cut: Cut, length: str) -> None:
    ask = f"POST / HTTP/1.1\r\nContent-Length: {length}\r\n\r\n".encode()
    stage = Play(cut).client(ask + get("/next")).run()
    assert [line for line, _ in stage.pairs()] == ["POST /", "GET /next"]
    assert stage.codes()[0] == "http-bad-content-length"


def test_a_response_with_a_bad_length_goes_on_to_the_close() -> None:
    stage = Play().client(get()).server(b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\nabc").end(SERVER).run()
    assert stage.row("http_messages", 1)["framing"] == BodyFraming.CLOSE
    assert stage.row("http_messages", 1)["body_bytes"] == 3


CODINGS = {
    "chunked": [],
    "CHUNKED": [],
    "gzip, chunked": [],
    "chunked, identity": ["http-chunked-not-last"],
    "chunked, chunked": ["http-chunked-not-last"],
    "chunked, gzip": ["http-chunked-not-last"],
    "\r\n chunked": ["http-folded-field"],
}


@pytest.mark.parametrize(("coding", "codes"), CODINGS.items(), ids=map(repr, CODINGS))
@CUTS
def test_transfer_codings(cut: Cut, coding: str, codes: list[str]) -> None:
    ask = f"POST / HTTP/1.1\r\nTransfer-Encoding: {coding}\r\n\r\n".encode() + chunked(b"abc")
    stage = Play(cut).client(ask + get("/next")).run()
    assert [line for line, _ in stage.pairs()] == ["POST /", "GET /next"]
    assert stage.codes() == codes
    assert stage.row("http_messages", 0)["body_bytes"] == 3


def test_a_coding_without_chunked_goes_on_to_the_close() -> None:
    stage = Play().client(get()).server(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nabc").end(SERVER).run()
    assert stage.row("http_messages", 1)["framing"] == BodyFraming.CLOSE
    assert stage.codes() == ["http-unknown-transfer-coding"]


def test_identity_is_no_coding() -> None:
    ask = b"POST / HTTP/1.1\r\nTransfer-Encoding: identity\r\nContent-Length: 3\r\n\r\nabc"
    stage = Play().client(ask + get("/next")).run()
    assert [line for line, _ in stage.pairs()] == ["POST /", "GET /next"]
    assert stage.codes() == []


def test_transfer_encoding_in_http_1_0_is_told() -> None:
    stage = (
        Play().client(get()).server(b"HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunked(b"abc")).run()
    )
    assert stage.codes() == ["http-chunked-in-1.0"]
    assert stage.row("http_messages", 1)["body_bytes"] == 3
