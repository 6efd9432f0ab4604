"""Where a body ends; ambiguous messages are reported."""

from __future__ import annotations

import pytest

from inspector.anomalies import ANOMALIES
from inspector.http.message_notes import Note
from inspector.tables.table import BodyFraming
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
def test_behind_a_chunk_that_cannot_be_read_the_next_head_is_found(cut: Cut, size: bytes) -> None:
    ask = b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n" + size + b"\r\n\r\n"
    stage = Play(cut).client(ask).server(answer()).client(get("/next")).server(answer(b"", 404)).run()
    assert stage.pairs() == [("POST /", "200"), ("GET /next", "404")]
    assert stage.codes()[0] == "http-bad-chunk"
    assert "http-orphan-response" not in stage.codes()
    assert stage.row("http_messages", 0)["complete"] == 0
    assert Note.RESYNCHRONISED in notes_of(stage, 2)


BAD_BODIES = {
    "a prefix before the size": b"0x2\r\nhi\r\n0\r\n\r\n",
    "a size of 64 bits": b"f" * 16 + b"\r\nhi\r\n0\r\n\r\n",
    "LF in an extension": b"2;a\nb\r\nhi\r\n0\r\n\r\n",
    "no line end behind the data": b"2\r\nhiX\r\n0\r\n\r\n",
    "a bare CR behind the size": b"2\rhi\r\n0\r\n\r\n",
}


@pytest.mark.parametrize("body", BAD_BODIES.values(), ids=BAD_BODIES)
@CUTS
def test_behind_a_response_with_a_bad_chunk_the_next_exchanges_are_whole(cut: Cut, body: bytes) -> None:
    said = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + body
    play = Play(cut).client(get("/1")).server(said).client(get("/2")).server(answer(b"two")).client(get("/3"))
    stage = play.server(answer(b"three")).run()
    assert stage.pairs() == [("GET /1", "200"), ("GET /2", "200"), ("GET /3", "200")]
    assert [stage.row("http_messages", i)["complete"] for i in range(6)] == [1, 0, 1, 1, 1, 1]
    assert stage.codes()[0] == "http-bad-chunk"
    assert set(stage.codes()) <= {"http-bad-chunk", "http-chunk-bare-lf", "http-resynchronised"}


@pytest.mark.parametrize(
    ("body", "code", "number"),
    [
        (
            b"5  \r\nhello\r\n0\t\r\n\r\n",
            "http-chunk-white-space",
            "Chunk sizes are followed by 3 characters of white space",
        ),
        (b"5\nhello\r\n0\r\n\n", "http-chunk-bare-lf", "2 lines"),
        (b"5\nhello\n0\nX: y\n\n", "http-chunk-bare-lf", "5 lines"),
    ],
    ids=["spaces", "two lines", "all lines"],
)
@CUTS
def test_chunk_lines_that_break_the_grammar_are_read_and_told(cut: Cut, body: bytes, code: str, number: str) -> None:
    said = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + body
    stage = Play(cut).client(get("/1") + get("/2")).server(said + answer()).run()
    assert stage.pairs() == [("GET /1", "200"), ("GET /2", "200")]
    assert (stage.row("http_messages", 2)["body_bytes"], stage.row("http_messages", 2)["complete"]) == (5, 1)
    assert stage.codes() == [code]
    assert stage.sentence(code).startswith(number)
    assert Note.CHUNK_LINE in notes_of(stage, 2)


def test_white_space_around_a_chunk_extension_is_grammar() -> None:
    said = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;a = b\r\nhello\r\n0\r\n\r\n"
    assert Play().client(get()).server(said).run().codes() == []


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
    assert stage.sentence("http-cut-short") == (
        "The connection ended after 9 bytes of a body whose end had not been reached."
    )


@CUTS
def test_fin_inside_a_body_cuts_it_short(cut: Cut) -> None:
    said = b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n1234"
    stage = Play(cut).client(get()).server(said).end(SERVER).run()
    assert stage.sentence("http-cut-short").startswith("The connection ended after 4 of the 10 bytes of body")
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
        f"Ambiguous: by Transfer-Encoding, as parsed here, the body takes {len(chunked(b'abc'))} bytes of the stream; "
        "by Content-Length 50."
    )


@pytest.mark.parametrize(
    "value", ["", "\v chunked", "\x0bchunked", "chunked\v", "xchunked\0", '"chunked"', ",", "chunked x"]
)
@CUTS
def test_a_transfer_encoding_that_cannot_be_read_beside_a_length_has_two_readings(cut: Cut, value: str) -> None:
    head = f"POST /1 HTTP/1.1\r\nTransfer-Encoding:{value}\r\nContent-Length: 4\r\n\r\n"
    stage = Play(cut).client(head.encode() + b"body" + get("/2")).server(answer() + answer()).run()
    assert stage.pairs() == [("POST /1", "200"), ("GET /2", "200")]
    assert (stage.row("http_messages", 0)["body_bytes"], stage.row("http_messages", 0)["complete"]) == (4, 1)
    assert "http-length-and-bad-coding" in stage.codes()
    assert "by Content-Length, as parsed here, the body has 4 bytes" in stage.sentence("http-length-and-bad-coding")


def test_the_two_readings_are_told_of_an_empty_body_too() -> None:
    head = b"POST /1 HTTP/1.1\r\nTransfer-Encoding:\vchunked\r\nContent-Length: 0\r\n\r\n"
    assert "http-length-and-bad-coding" in Play().client(head).run().codes()


@pytest.mark.parametrize("coding", ["gzip", "\vchunked", ""])
@CUTS
def test_a_request_whose_length_cannot_be_known_is_told_and_the_next_one_found(cut: Cut, coding: str) -> None:
    head = f"POST / HTTP/1.1\r\nTransfer-Encoding: {coding}\r\n\r\n".encode()
    stage = Play(cut).client(head + b"abc").server(answer(b"", 400)).client(get("/2")).server(answer()).run()
    assert stage.pairs() == [("POST /", "400"), ("GET /2", "200")]
    assert stage.row("http_messages", 0)["complete"] == 0
    assert stage.codes()[0] == "http-request-without-length"
    assert "400 and close" in stage.sentence("http-request-without-length")


# -- a body that need not come -------------------------------------------------------------------------------------


EXPECTING = {
    "by length": b"POST /1 HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n",
    "chunked": b"POST /1 HTTP/1.1\r\nExpect: 100-continue\r\nTransfer-Encoding: chunked\r\n\r\n",
}


@pytest.mark.parametrize("head", EXPECTING.values(), ids=EXPECTING)
@pytest.mark.parametrize("status", [417, 401, 200])
def test_a_body_that_a_final_response_made_needless_is_not_waited_for(head: bytes, status: int) -> None:
    stage = Play().client(head).server(answer(b"", status)).client(get("/2")).server(answer(b"two")).run()
    assert stage.pairs() == [("POST /1", str(status)), ("GET /2", "200")]
    assert stage.codes() == ["http-body-withheld"]
    assert Note.BODY_WITHHELD in notes_of(stage, 0)


@pytest.mark.parametrize("head", EXPECTING.values(), ids=EXPECTING)
@pytest.mark.parametrize("cut", range(1, len(get("/2"))))
def test_the_request_behind_a_needless_body_may_be_split_anywhere(head: bytes, cut: int) -> None:
    first, second = get("/2")[:cut], get("/2")[cut:]
    play = Play().client(head).server(answer(b"", 417)).client(first).client(second).server(answer(b"two"))
    stage = play.run()
    assert stage.pairs() == [("POST /1", "417"), ("GET /2", "200")]
    assert stage.codes() == ["http-body-withheld"]
    assert stage.row("http_messages", 2)["packet"] == 2


@pytest.mark.parametrize("end", ["FIN", "RST of the server"])
def test_what_may_be_a_body_or_a_request_is_a_body_when_nothing_follows(end: str) -> None:
    play = Play().client(EXPECTING["by length"]).server(answer(b"", 417)).client(b"GET")
    stage = (play.end(CLIENT) if end == "FIN" else play.abort(SERVER)).run()
    assert stage.row("http_messages", 0)["body_bytes"] == 3
    assert stage.codes() == ["http-cut-short"]


@pytest.mark.parametrize(("length", "codes"), [(16 * 1024, ["http-body-withheld"]), (16 * 1024 + 1, [])])
def test_a_line_that_may_be_a_body_or_a_request_is_awaited_up_to_a_limit(length: int, codes: list[str]) -> None:
    head = EXPECTING["by length"].replace(b"Length: 5", b"Length: 16400")
    first, rest = b"GET /" + b"x" * (length - 5), b" HTTP/1.1\r\n\r\n"
    play = Play().client(head).server(answer(b"", 417)).client(first).client(rest + bytes(16400 - length - len(rest)))
    assert play.run().codes()[:1] == codes


@pytest.mark.parametrize("head", EXPECTING.values(), ids=EXPECTING)
@CUTS
def test_a_body_that_comes_after_the_final_response_all_the_same_is_its_body(cut: Cut, head: bytes) -> None:
    body = chunked(b"GET /") if b"chunked" in head else b"GET /"
    play = Play(cut).client(head).server(answer()).client(body).client(get("/2")).server(answer(b"two"))
    stage = play.run()
    assert stage.pairs() == [("POST /1", "200"), ("GET /2", "200")]
    assert (stage.row("http_messages", 0)["body_bytes"], stage.codes()) == (5, [])


@CUTS
def test_a_connection_that_ends_without_a_needless_body_is_no_message_cut_short(cut: Cut) -> None:
    play = Play(cut).client(EXPECTING["by length"]).server(answer(b"", 417)).end(CLIENT).end(SERVER)
    assert play.run().codes() == ["http-body-withheld"]


@CUTS
def test_a_connection_that_ends_without_a_body_that_was_still_due_cuts_it_short(cut: Cut) -> None:
    play = Play(cut).client(EXPECTING["by length"]).server(b"HTTP/1.1 100 Continue\r\n\r\n").end(CLIENT).end(SERVER)
    assert play.run().codes() == ["http-cut-short"]


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
    assert stage.sentence("http-two-content-lengths").startswith("One Content-Length is 3, another 4")


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
    assert ANOMALIES[stage.row("anomalies", 0)["code"]].severity == "note"


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
