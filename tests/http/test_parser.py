"""HTTP/1.x in two byte streams: malformed headers are reported and tolerated, connections kept apart."""

from __future__ import annotations

import pytest

from inspector.http.message_notes import Note
from inspector.tables.table import Protocol
from tests.play import CLIENT, CUTS, SERVER, Cut, Play, at_random, whole
from tests.websocket.wires import masked, upgrade

from .plays import answer, chunked, get


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


START_LINE_LIMIT = 16 * 1024
"""Bytes of the longest start line, with its CR."""


@pytest.mark.parametrize("cut", [whole, at_random(1, 3000)], ids=["whole", "cut"])
def test_a_start_line_longer_than_any_is_not_http(cut: Cut) -> None:
    target = "/" + "a" * (START_LINE_LIMIT - len("GET / HTTP/1.1\r"))
    assert Play(cut).client(get(target)).server(answer()).run().pairs() == [(f"GET {target}", "200")]
    assert Play(cut).client(get(target + "a")).run().pairs() == []


@pytest.mark.parametrize("cut", [whole, at_random(1, 3000)], ids=["whole", "cut"])
def test_a_status_line_longer_than_any_is_not_http(cut: Cut) -> None:
    reason = b"x" * (START_LINE_LIMIT - len("HTTP/1.1 200 \r"))
    said = b"HTTP/1.1 200 %s\r\nContent-Length: 0\r\n\r\n"
    assert Play(cut).client(get()).server(said % reason).run().pairs() == [("GET /", "200")]
    assert Play(cut).client(get()).server(said % (reason + b"x")).run().pairs() == [("GET /", "-")]


@pytest.mark.parametrize(("length", "is_one"), [(32, True), (33, False)])
def test_a_word_longer_than_any_method_is_none(length: int, is_one: bool) -> None:
    stage = Play().client(b"A" * length + b" / HTTP/1.1\r\nHost: x\r\n\r\n").run()
    assert stage.pairs() == ([("A" * length + " /", "-")] if is_one else [])


@CUTS
@pytest.mark.parametrize(("length", "response"), [(13, "200"), (14, "-")])
def test_a_word_longer_than_any_version_begins_no_response(cut: Cut, length: int, response: str) -> None:
    version = b"HTTP/1." + b"1" * (length - 7)
    stage = Play(cut).client(get()).server(version + b" 200 OK\r\nContent-Length: 0\r\n\r\n").run()
    assert stage.pairs() == [("GET /", response)]


PAUSE_LIMIT = 256
"""So many pieces wait for the response to a request for another protocol."""


@pytest.mark.parametrize(("pieces", "protocol"), [(PAUSE_LIMIT, Protocol.HTTP), (PAUSE_LIMIT + 1, Protocol.WEBSOCKET)])
def test_a_client_that_goes_on_without_a_response_is_taken_at_its_word(pieces: int, protocol: Protocol) -> None:
    play = Play().client(upgrade())
    for _ in range(pieces):
        play.client(masked(b"x"))
    assert play.server(answer()).run().protocol() == protocol


@pytest.mark.parametrize(
    ("is_midstream", "pieces"), [(False, 8), (True, 64)], ids=["from the beginning", "captured mid-stream"]
)
def test_a_direction_without_a_start_line_is_given_up(is_midstream: bool, pieces: int) -> None:
    for number, pair in ((pieces, ("GET /x", "200")), (pieces + 1, ("-", "200"))):
        play = Play(is_midstream=is_midstream)
        for _ in range(number):
            play.client(b"garbage\n")
        assert play.client(get("/x")).server(answer()).run().pairs() == [pair]


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
