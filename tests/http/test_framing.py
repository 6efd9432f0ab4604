"""HTTP/1.x in two byte streams: each case is a play, and each play is fed whole, byte by byte and in random pieces."""

from __future__ import annotations

import pytest

from inspector.http.notes import Note
from inspector.tables import BodyFraming, Direction, MessageKind, Protocol
from tests.play import Cut, Play, Stage, at_random, byte_by_byte, whole

CLIENT, SERVER = Direction.CLIENT, Direction.SERVER

CUTS = pytest.mark.parametrize(
    "cut", [whole, byte_by_byte, at_random(1), at_random(2)], ids=["whole", "byte by byte", "random", "random too"]
)


def get(target: str = "/", fields: str = "") -> bytes:
    return f"GET {target} HTTP/1.1\r\nHost: example\r\n{fields}\r\n".encode()


def answer(body: bytes = b"", status: int = 200, fields: str = "") -> bytes:
    head = f"HTTP/1.1 {status} Said\r\nContent-Length: {len(body)}\r\n{fields}\r\n"
    return head.encode() + body


def chunked(*chunks: bytes, trailers: bytes = b"") -> bytes:
    body = b"".join(b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in (*chunks, b"")[:-1])
    return body + b"0\r\n" + trailers + b"\r\n"


def notes_of(stage: Stage, message: int = 0) -> Note:
    return Note(stage.row("http_messages", message)["notes"])


# -- which answer belongs to which request -------------------------------------------------------------------------


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
    assert stage.sentence("http-orphan-response") == "Status 404 answers no request that was seen."


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


# -- where a body ends ---------------------------------------------------------------------------------------------


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


# -- tolerated -----------------------------------------------------------------------------------------------------


@CUTS
def test_http_0_9(cut: Cut) -> None:
    stage = Play(cut).client(b"GET /page\r\n").server(b"<html>hello</html>").end(SERVER).end(CLIENT).run()
    request, response = stage.rows("http_messages")
    assert stage.pairs() == [("GET /page", "headless")]
    assert Note.HTTP_0_9 in Note(request["notes"]) & Note(response["notes"])
    assert (response["head_bytes"], response["body_bytes"], response["complete"]) == (0, 18, 1)


@CUTS
def test_lower_case_version_bare_lf_and_empty_lines_are_told_and_tolerated(cut: Cut) -> None:
    stage = (
        Play(cut)
        .client(b"\r\n\nGET / HTTP/1.1\nHost: x\n\n")
        .server(b"http/1.1 200 ok\r\nContent-Length: 0\r\n\r\n")
        .run()
    )
    assert stage.pairs() == [("GET /", "200")]
    assert stage.codes() == ["http-bare-lf", "http-empty-line-before-start", "http-lower-case-version"]
    assert stage.sentence("http-empty-line-before-start").startswith("3 bytes")


@CUTS
def test_odd_start_lines_and_fields_are_told(cut: Cut) -> None:
    stage = Play(cut).client(b"GET HTTP/1.1\r\nno colon here\r\nX: a\0b\r\n\r\n" + get("/a b") + get("/c")).run()
    assert [line for line, _ in stage.pairs()] == ["GET ", "GET /a b", "GET /c"]
    assert stage.codes() == ["http-bad-field", "http-bad-start-line", "http-control-byte", "http-bad-start-line"]


@CUTS
def test_a_request_line_without_a_target_has_none(cut: Cut) -> None:
    # tshark calls "HTTP/1.1" the target. It is the version (RFC 9112 §3): what is missing is shown missing.
    stage = Play(cut).client(b"GET HTTP/1.1\r\nHost: example\r\n\r\n").server(answer()).run()
    assert stage.pairs() == [("GET ", "200")]
    assert stage.codes() == ["http-bad-start-line"]


@CUTS
def test_a_target_with_a_space_is_shown_as_it_was_sent(cut: Cut) -> None:
    # tshark stops at the space. What stands between method and version is the target, valid or not (RFC 9112 §3.2).
    said = b"CONNECT mail.example:25 / HTTP/1.0\r\n\r\n"
    stage = Play(cut).client(said).server(b"HTTP/1.0 200 Connection established\r\n\r\n220 ready\r\n").run()
    assert stage.pairs() == [("CONNECT mail.example:25 /", "200")]
    assert stage.codes() == ["http-bad-start-line"]
    assert stage.protocol() == Protocol.TUNNEL


@CUTS
def test_a_version_that_is_none_does_not_hide_a_response(cut: Cut) -> None:
    stage = Play(cut).client(get("/a")).server(b"HTTP/5.?2 200 \r\nContent-Length: 2\r\n\r\nok").run()
    assert stage.pairs() == [("GET /a", "200")]
    assert stage.codes() == ["http-bad-start-line"]


def test_a_head_that_is_too_long_is_kept_in_part() -> None:
    play = Play(at_random(1, 4000)).client(b"GET / HTTP/1.1\r\n" + b"X: yyyyyyyyyyyyyyyyyyyy\r\n" * 13000 + b"\r\n")
    stage = play.run()
    assert "http-head-too-long" in stage.codes()
    assert stage.head(0).target == "/"
    assert stage.row("http_messages", 0)["complete"] == 0


def test_a_start_line_longer_than_any_is_not_http() -> None:
    assert Play().client(get("/" + "a" * 20_000)).run().pairs() == []
    assert Play().client(get("/" + "a" * 15_000)).server(answer()).run().pairs()[0][1] == "200"


# -- what is missing -----------------------------------------------------------------------------------------------


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
    assert stage.sentence("http-gap-in-body").startswith("11 bytes of the body")
    assert stage.row("http_messages", 3)["complete"] == 1
    assert stage.codes() == ["http-gap-in-body"]


@CUTS
def test_after_a_gap_between_messages_the_next_start_line_is_found(cut: Cut) -> None:
    play = Play(cut).client(get("/a")).server(answer(b"12345")).client(get("/b")).gap(SERVER, 50)
    play.server(b"tail of /b").client(get("/c"))
    stage = play.server(answer(b"of c", 404)).run()
    assert stage.pairs() == [("GET /a", "200"), ("GET /b", "-"), ("GET /c", "404")]
    assert stage.codes() == ["http-lost-between-messages", "http-pairing-corrected", "http-resynchronised"]
    assert stage.sentence("http-resynchronised").startswith("60 bytes could not be read")


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


# -- other protocols -----------------------------------------------------------------------------------------------


@CUTS
def test_connect_becomes_a_tunnel(cut: Cut) -> None:
    ask = b"CONNECT mail.example:25 HTTP/1.1\r\nHost: mail.example\r\n\r\n"
    said = b"HTTP/1.1 200 Established\r\nContent-Length: 5\r\n\r\n"
    stage = Play(cut).client(ask).server(said + b"220 mail\r\n").client(get("/inside")).server(answer()).run()
    assert stage.pairs() == [("CONNECT mail.example:25", "200")]
    assert stage.protocol() == Protocol.TUNNEL
    assert stage.row("http_messages", 1)["framing"] == BodyFraming.TUNNEL


@CUTS
def test_connect_that_is_refused_stays_http(cut: Cut) -> None:
    ask = b"CONNECT mail.example:25 HTTP/1.1\r\n\r\n"
    stage = Play(cut).client(ask + get("/a")).server(answer(b"no", 403)).server(answer(b"yes")).run()
    assert stage.pairs() == [("CONNECT mail.example:25", "403"), ("GET /a", "200")]


def test_a_connect_that_the_capture_cuts_off_waits_for_nothing() -> None:
    stage = Play().client(b"CONNECT mail.example:25 HTTP/1.1\r\nHost: mail.exa").run()
    assert stage.pairs() == [("CONNECT mail.example:25", "-")]


@CUTS
def test_an_upgrade_that_the_server_ignores_stays_http(cut: Cut) -> None:
    ask = get("/a", "Upgrade: h2c\r\nConnection: Upgrade\r\n")
    stage = Play(cut).client(ask).client(get("/b")).server(answer(b"1")).server(answer(b"2", 404)).run()
    assert stage.pairs() == [("GET /a", "200"), ("GET /b", "404")]


@CUTS
def test_an_upgrade_to_something_else_is_a_tunnel_behind_the_requests_body(cut: Cut) -> None:
    ask = b"POST /attach HTTP/1.1\r\nUpgrade: tcp\r\nConnection: Upgrade\r\nContent-Length: 3\r\n\r\nabc"
    said = b"HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n"
    stage = Play(cut).client(ask).server(said + get("/no")).client(get("/neither")).run()
    assert stage.pairs() == [("POST /attach", "101")]
    assert stage.row("http_messages", 0)["body_bytes"] == 3
    assert stage.protocol() == Protocol.TUNNEL


def test_101_while_other_requests_wait_is_not_followed() -> None:
    stage = Play().client(get("/a") + get("/b")).server(b"HTTP/1.1 101 Switching\r\n\r\n" + answer(b"1")).run()
    assert stage.pairs() == [("GET /a", "101"), ("GET /b", "200")]
    assert "http-unexpected-101" in stage.codes()


OTHERS = {
    "SSH": (b"SSH-2.0-OpenSSH_9\r\n", b"SSH-2.0-OpenSSH_8\r\n"),
    "SMTP": (b"EHLO example\r\n", b"220 mail ESMTP\r\n"),
    "HTTP/2": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b"\0\0\0\4\0\0\0\0\0"),
    "zeros": (bytes(500), bytes(500)),
    "Redis": (b"*1\r\n$4\r\nPING\r\n", b"+PONG\r\n"),
}


@pytest.mark.parametrize("name", OTHERS)
@CUTS
def test_other_protocols_are_left_alone(cut: Cut, name: str) -> None:
    client, server = OTHERS[name]
    stage = Play(cut).client(client).server(server).client(client).server(server).run()
    assert stage.protocol() == Protocol.UNKNOWN
    assert (stage.pairs(), stage.codes()) == ([], [])


@CUTS
def test_tls_is_told_and_an_http_answer_to_it_too(cut: Cut) -> None:
    hello = b"\x16\x03\x01\0\x05hello"
    assert Play(cut).client(hello).server(b"\x16\x03\x03\0\x05hello").run().protocol() == Protocol.TLS
    stage = Play(cut).client(hello).server(answer(b"speak plainly", 400)).run()
    assert stage.pairs() == [("-", "400")]
    assert stage.protocol() == Protocol.HTTP


def test_http_behind_the_preamble_of_a_proxy_is_found() -> None:
    play = Play().client(b"\5\1\0").server(b"\5\0").client(b"\5\1\0\1\1\2\3\4\0\x50").server(b"\5\0\0\1\0\0\0\0\0\0")
    stage = play.client(get("/a")).server(answer(b"1")).client(get("/b")).server(answer(b"2")).run()
    assert stage.pairs() == [("GET /a", "200"), ("GET /b", "200")]


def test_a_server_that_answers_with_another_protocol_is_told() -> None:
    stage = Play().client(get()).server(b"SSH-2.0-OpenSSH_9\r\n").run()
    assert stage.pairs() == [("GET /", "-")]
    assert stage.codes() == ["http-not-a-start-line"]


@CUTS
def test_cruft_behind_a_message_is_told_and_passed_over(cut: Cut) -> None:
    stage = Play(cut).client(get("/a")).client(b"T / HTTP\n\n").client(get("/b")).server(answer() + answer()).run()
    assert [line for line, _ in stage.pairs()] == ["GET /a", "GET /b"]
    assert "http-not-a-start-line" in stage.codes()


def test_connections_are_kept_apart() -> None:
    play = Play(at_random(4)).on(0).client(get("/a")).on(1).client(get("/x")).server(answer(b"1")).on(0)
    stage = play.server(answer(b"2", 404)).run()
    assert stage.pairs() == [("GET /a", "404"), ("GET /x", "200")]
    assert [row["connection"] for row in stage.rows("exchanges")] == [0, 1]


@CUTS
def test_bytes_in_the_arena_are_read_like_bytes_in_the_file(cut: Cut) -> None:
    said = answer(fields="Transfer-Encoding: chunked\r\n") + chunked(b"abc", b"de")
    stage = Play(cut, is_in_arena=True).client(get("/a")).server(said + answer(b"x")).run()
    assert stage.pairs() == [("GET /a", "200"), ("-", "200")]
    assert stage.row("http_messages", 1)["body_bytes"] == 5
