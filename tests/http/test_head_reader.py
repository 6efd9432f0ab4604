"""Headers parsed in place: start line, fields that frame the body, extent of the header."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspector.http.head_reader import HeadReader
from inspector.http.message_notes import Note
from inspector.tables.arena import ARENA

CLIENT, SERVER = 0, 1


def read(said: bytes, side: int = CLIENT) -> tuple[int, HeadReader]:
    reader = HeadReader()
    reader.attach(memoryview(said), memoryview(b""))
    return reader.read(0, len(said), side), reader


REQUEST_LINES = {
    b"GET / HTTP/1.1\r\n\r\n": 11,
    b"M-SEARCH * HTTP/1.0\r\n\r\n": 10,
    b"get / http/1.1\r\n\r\n": 11,
    b"GET /\r\n": 9,
    b"GET http://example/ HTTP/1.1 \r\n\r\n": 11,
}


@pytest.mark.parametrize(("said", "version"), REQUEST_LINES.items(), ids=map(repr, REQUEST_LINES))
def test_request_lines(said: bytes, version: int) -> None:
    length, head = read(said + b"behind")
    assert length == len(said)
    assert (head.side, head.version, head.status, head.has_start_line) == (CLIENT, version, 0, 1)


ODD_REQUEST_LINES = {
    b" GET / HTTP/1.1\r\n\r\n": 11,
    b"G@T / HTTP/1.1\r\n\r\n": 11,
    b"GET\t/\tHTTP/1.1\r\n\r\n": 11,
    b"GET\v/ HTTP/1.1\r\n\r\n": 11,
    b"GET / HTTP/11\r\nHost: a\r\n\r\n": -1,
    b"GET / HTTP/1.1x\r\nHost: a\r\n\r\n": -1,
    b"GET / HTTP/1.\r\nHost: a\r\n\r\n": -1,
    b"GET / HTTP/1.0.8\r\nHost: a\r\n\r\n": -1,
    b"GET / HTTP 1.1\r\nHost: a\r\n\r\n": -1,
    b"GET / HTTP\r\n\r\n": -1,
    b"GET / 1.1\r\nHost: a\r\n\r\n": -1,
    b"GET / HTP/1.1\r\nHost: a\r\n\r\n": -1,
    b"GET / HTTP/1.1 and more\r\nHost: a\r\n\r\n": -1,
    b"GET /\r\nHost: a\r\n\r\n": -1,
    b"GET\r\nHost: a\r\n\r\n": -1,
    b"OPTIONS\r\n\r\n": -1,
    b"POST /\r\nHost: a\r\n\r\n": -1,
    b"BREW /pot HTTP/x\nHost: a\n\n": -1,
}


@pytest.mark.parametrize(("said", "version"), ODD_REQUEST_LINES.items(), ids=map(repr, ODD_REQUEST_LINES))
def test_request_lines_that_break_the_grammar_are_read_and_told(said: bytes, version: int) -> None:
    length, head = read(said + b"behind")
    assert (length, head.version, head.has_start_line) == (len(said), version, 1)
    assert head.notes & Note.BAD_START_LINE


NO_REQUEST_LINES = [
    b"POST /\r\n250 OK\r\n",
    b"GET page\r\nSET page 1\r\n",
    b"HEAD\r\nARTICLE 3\r\n",
    b"OPTIONS rtsp://example RTSP/1.0\r\nCSeq: 1\r\n",
    b"OPTIONS sip:carol@example SIP/2.0\r\nVia: x\r\n",
    b"EHLO example\r\n",
    b"SUBJECT is HTTP\r\nand no head\r\n",
    b"A" * 40,
    b"G\0",
    b"GET \0\0\0",
    b"\x16\x03\x01",
]


@pytest.mark.parametrize("said", NO_REQUEST_LINES, ids=map(repr, NO_REQUEST_LINES))
def test_what_is_no_request_line(said: bytes) -> None:
    assert read(said)[0] == -1


STATUS_LINES = {
    b"HTTP/1.1 200 OK\r\n\r\n": 200,
    b"HTTP/1.0 404\r\n\r\n": 404,
    b"http/1.1 301 moved\n\n": 301,
    b"HTTP/1.1   204 spaces\r\n\r\n": 204,
    b"HTTP/1.1\t200 tab\r\n\r\n": 200,
    b"HTTP/1.1 200OK\r\n\r\n": 200,
    b"HTTP 200 no version\r\n\r\n": 200,
    b"HTTP/ 200 no digits\r\n\r\n": 200,
    b"HTTP/1.1 000 zero\r\n\r\n": 0,
    b"HTTP/1.1 2000 too long\r\n\r\n": 0,
    b"HTTP/1.1 20x\r\n\r\n": 0,
    b"HTTP/1.1 OK\r\n\r\n": 0,
    b"HTTP/1.1\r\n\r\n": 0,
    b"HTTP/1.1200 joined\r\n\r\n": 0,
}


@pytest.mark.parametrize(("said", "status"), STATUS_LINES.items(), ids=map(repr, STATUS_LINES))
def test_status_lines(said: bytes, status: int) -> None:
    length, head = read(said + b"body", SERVER)
    assert (length, head.side, head.status) == (len(said), SERVER, status)


ODD_VERSIONS = [b"HTTP/5.?2 200 \r\r--\n\r\n", b"HTTP/2 200 OK\r\n\r\n", b"HTTP/1.1.1 200 OK\r\n\r\n"]


@pytest.mark.parametrize("said", ODD_VERSIONS, ids=map(repr, ODD_VERSIONS))
def test_a_status_line_whose_version_is_none_is_read_and_told(said: bytes) -> None:
    length, head = read(said + b"body", SERVER)
    assert (length, head.version, head.status) == (len(said), -1, 200)
    assert head.notes & Note.BAD_START_LINE
    assert all(read(said[:stop], SERVER)[0] == 0 for stop in range(1, len(said)))


def test_a_status_line_whose_version_is_none_is_not_searched_for() -> None:
    reader = HeadReader()
    said = b"as curl prints it: HTTP/2 200 OK\r\n and then HTTP/1.1 200 OK\r\n\r\n"
    reader.attach(memoryview(said), memoryview(b""))
    assert reader.find(0, len(said), SERVER) == said.index(b"HTTP/1.1")


@pytest.mark.parametrize(
    "said",
    [
        b"SSH-2.0-x\r\n",
        b"HTXP",
        b"H\0",
        b"http/2 200 no\r\n",
        b"HTTP is a protocol\r\n",
        b"HTTPS/1.1 200 OK\r\n",
        b"HTTP/1.1.1.1.1.1 200 no\r\n",
    ],
)
def test_what_is_no_status_line(said: bytes) -> None:
    assert read(said, SERVER)[0] == -1


@pytest.mark.parametrize("side", [CLIENT, SERVER], ids=["request", "response"])
def test_every_beginning_of_a_head_may_go_on(side: int) -> None:
    start = b"HTTP/1.1 200 OK" if side else b"GET /index.html HTTP/1.1"
    said = start + b"\r\nContent-Length: 12\r\nFolded: a\r\n b\r\n\r\n"
    for stop in range(1, len(said)):
        length, head = read(said[:stop], side)
        assert length == 0
        assert head.has_start_line == (stop >= len(start) + 2)
    assert read(said, side)[0] == len(said)


def test_a_head_in_the_arena_is_read_by_its_address() -> None:
    said = b"xxGET / HTTP/1.1\r\n\r\n"
    reader = HeadReader()
    reader.attach(memoryview(b""), memoryview(said))
    assert reader.read(ARENA + 2, len(said) - 2, CLIENT) == len(said) - 2


def test_reading_outside_the_buffers_is_an_error_and_not_a_read() -> None:
    reader = HeadReader()
    reader.attach(memoryview(b"GET / HTTP/1.1\r\n"), memoryview(b""))
    with pytest.raises(IndexError):
        reader.read(0, 100, CLIENT)


LENGTHS = {
    b"Content-Length: 5": (5, Note(0)),
    b"content-LENGTH:5": (5, Note(0)),
    b"Content-Length: 007": (7, Note.LEADING_ZEROS),
    b"Content-Length: 9223372036854775800": (-1, Note.BAD_LENGTH),
    b"Content-Length: 922337203685477580": (922337203685477580, Note(0)),
    b"Content-Length: 5, 5": (5, Note.REPEATED_LENGTH),
    b"Content-Length: 5, 6": (5, Note.TWO_LENGTHS),
    b"Content-Length: 5,": (5, Note.BAD_LENGTH),
    b"Content-Lengths: 5": (-1, Note(0)),
    b"XContent-Length: 5": (-1, Note(0)),
}


@pytest.mark.parametrize(("field", "found"), LENGTHS.items(), ids=map(repr, LENGTHS))
def test_content_length(field: bytes, found: tuple[int, Note]) -> None:
    _, head = read(b"GET / HTTP/1.1\r\n" + field + b"\r\n\r\n")
    assert (head.content_length, Note(head.notes)) == found


def test_other_fields_that_matter_are_noted() -> None:
    fields = b"Upgrade: websocket\r\nExpect: 100-continue\r\nContent-Type: text/event-stream; charset=utf-8\r\n"
    _, head = read(b"GET / HTTP/1.1\r\n" + fields + b"\r\n")
    assert Note(head.notes) == Note.UPGRADE | Note.EXPECTS_CONTINUE | Note.EVENT_STREAM


@given(st.binary(max_size=200), st.sampled_from([CLIENT, SERVER]))
def test_no_bytes_make_it_fail_or_run_past_the_end(said: bytes, side: int) -> None:
    for start in (b"", b"GET / HTTP/1.1\r\n", b"HTTP/1.1 200 OK\r\nContent-Length:"):
        length, _ = read(start + said, side)
        assert -1 <= length <= len(start + said)


def test_the_next_start_line_is_found_among_other_bytes() -> None:
    reader = HeadReader()
    for said, side, at in (
        (b"junk HTTP/1.1 HTTP/1.1 200 OK\r\n", SERVER, 14),
        (b"junk\r\nGET /a HTTP/1.1\r\n", CLIENT, 6),
        (b"junk HTTP/1.1", SERVER, -1),
        (b"\0\1\2\3", CLIENT, -1),
        (b"GE", CLIENT, 0),
        (b"HT", SERVER, 0),
        (b"lower", CLIENT, -1),
        (b'OK "and', CLIENT, -1),
        (b"GET / HTTP/1.\r\nHost: a\r\n\r\nGET /b HTTP/1.1\r\n", CLIENT, 26),
        (b"HTTP/1.1 is a protocol\r\nHTTP/1.1 200 OK\r\n", SERVER, 24),
    ):
        reader.attach(memoryview(said), memoryview(b""))
        assert reader.find(0, len(said), side) == at
