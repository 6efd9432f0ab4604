"""Content assembled from the capture: chunks joined, gaps left out and reported, codings decoded."""

from __future__ import annotations

import gzip
import zlib
from typing import Any, cast

import brotli
import numpy as np
import pytest

from inspector.content.body import LIMIT, coded_content, content, trailers
from inspector.engine.capture import Capture
from inspector.http.message_notes import Note
from inspector.tables.table import Direction
from tests.http.plays import chunked
from tests.play import SERVER, Play, Stage, at_random


class Shelf:
    """The parts of a Capture that bodies need, over the tables of a play."""

    def __init__(self, stage: Stage) -> None:
        self.http_messages, self.chunks, self.bytes_at = stage.http_messages, stage.chunks, stage.bytes_at

    def chunks_of(self, connection: int, direction: int) -> Any:
        chunks = self.chunks
        return np.flatnonzero((chunks["connection"] == connection) & (chunks["direction"] == direction))


def answered(said: bytes, **how: Any) -> Capture:
    return shelf(Play(at_random(1), **how).client(b"GET / HTTP/1.1\r\n\r\n").server(said))


def shelf(play: Play) -> Capture:
    return cast(Capture, Shelf(play.run()))


def head(body: bytes, coding: str = "") -> bytes:
    return f"HTTP/1.1 200 OK\r\nContent-Encoding: {coding}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


def test_a_body_by_length() -> None:
    assert content(answered(head(b"hello")), 1) == (b"hello", [])
    assert content(answered(head(b"hello"), is_in_arena=True), 1) == (b"hello", [])


def test_chunks_are_joined_and_trailers_kept() -> None:
    said = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x\r\nde\r\n0\r\nSum: 1\r\nX: y\r\n\r\n"
    capture = answered(said)
    assert content(capture, 1) == (b"abcde", [])
    assert trailers(capture, 1) == [("Sum", "1"), ("X", "y")]
    assert trailers(answered(head(b"hello")), 1) == []


TRANSFERS = {
    "gzip, chunked": (gzip.compress(b"text "), True),
    "deflate, chunked": (zlib.compress(b"text "), True),
    "deflate, gzip, chunked": (gzip.compress(zlib.compress(b"text ")), True),
    "x-gzip;q=1, chunked": (gzip.compress(b"text "), True),
    "gzip": (gzip.compress(b"text "), False),
    "chunked": (b"text ", True),
}


@pytest.mark.parametrize("coding", TRANSFERS)
def test_transfer_codings_are_undone(coding: str) -> None:
    coded, is_chunked = TRANSFERS[coding]
    body = chunked(coded[:7], coded[7:]) if is_chunked else coded
    said = f"HTTP/1.1 200 OK\r\nTransfer-Encoding: {coding}\r\n\r\n".encode() + body
    play = Play(at_random(1)).client(b"GET / HTTP/1.1\r\n\r\n").server(said).end(SERVER)
    assert content(shelf(play), 1) == (b"text ", [])


def test_transfer_codings_are_undone_before_content_codings() -> None:
    coded = gzip.compress(brotli.compress(b"text "))
    head = b"HTTP/1.1 200 OK\r\nContent-Encoding: br\r\nTransfer-Encoding: gzip, chunked\r\n\r\n"
    assert content(answered(head + chunked(coded)), 1) == (b"text ", [])


def test_a_transfer_coding_that_is_not_known_is_said() -> None:
    said = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: rot, chunked\r\n\r\n" + chunked(b"grkg")
    assert content(answered(said), 1) == (b"grkg", ["transfer coding 'rot' is not known"])


def test_codings_are_undone_in_reverse_order() -> None:
    text = b"text " * 1000
    assert content(answered(head(gzip.compress(text), "gzip")), 1) == (text, [])
    assert content(answered(head(brotli.compress(gzip.compress(text)), "gzip, br")), 1) == (text, [])
    assert content(answered(head(b"plain", "identity")), 1) == (b"plain", [])


def test_what_keeps_it_from_being_all_is_said() -> None:
    text = b"text " * 1000
    assert content(answered(head(text, "sdch")), 1)[1] == ["content coding 'sdch' is not known"]
    assert content(answered(head(text, "gzip")), 1) == (text, ["declared as gzip, but: neither gzip nor deflate"])
    for cut in (20, 9):
        found, notes = content(answered(head(gzip.compress(text)[:-cut], "gzip")), 1)
        assert text.startswith(found)
        assert notes == ["the gzip data is damaged or ends too early"]
    assert content(answered(head(text)), 1, 10) == (text[:10], ["cut at 10 bytes"])
    assert content(answered(head(text, "gzip, br, zstd, gzip")), 1)[1] == ["4 codings; at most 3 are decoded"]


def test_a_bomb_is_cut_at_the_bound() -> None:
    bomb = gzip.compress(gzip.compress(bytes(1 << 28)))
    found, notes = content(answered(head(bomb, "gzip, gzip")), 1)
    assert len(found) <= LIMIT
    assert notes


def test_gaps_are_left_out_and_told() -> None:
    side = Direction.SERVER
    play = Play().client(b"GET / HTTP/1.1\r\n\r\n").server(head(bytes(20))[:-20] + b"01234").gap(side, 10)
    found, notes = content(shelf(play.server(b"56789")), 1)
    assert found == b"0123456789"
    assert notes == ["10 bytes are not in the capture", "the body is not complete"]
    chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n14\r\n01234"
    play = Play().client(b"GET / HTTP/1.1\r\n\r\n").server(chunked).gap(side, 10).server(b"56789\r\n0\r\n\r\n")
    assert content(shelf(play), 1)[0] == b"0123456789"


def test_the_wire_is_read_up_to_a_bound() -> None:
    capture = answered(head(bytes(5000)))
    assert coded_content(capture, 1, 1000) == (bytes(1000), ["only the first 1000 bytes were read"])


def test_a_body_that_has_no_end_yet() -> None:
    capture = answered(b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nsome")
    assert content(capture, 1) == (b"some", ["the body is not complete"])
    assert not Note(int(capture.http_messages["notes"][1])) & Note.GAP
