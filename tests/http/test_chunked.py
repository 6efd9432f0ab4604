"""The framing of chunked bodies, byte by byte and at once."""

from __future__ import annotations

import pytest

from inspector.http.chunked import ChunkedBody
from inspector.http.message_notes import Note


def contents(said: bytes, step: int) -> tuple[bytes, ChunkedBody, int]:
    """Content of a chunked body that comes `step` bytes at a time; the reader, and how far it read."""
    body, found, at, due = ChunkedBody(), b"", 0, 0
    view = memoryview(said)
    while at < len(said) and not body.is_over() and not body.is_bad():
        stop = min(len(said), at + step)
        if due:
            take = min(due, stop - at)
            found += said[at : at + take]
            at, due = at + take, due - take
        else:
            at = body.read(view, at, stop)
            due = body.content_due()
    return found, body, at


LINE_LIMIT = 16 * 1024
"""Bytes of the longest size line, with its CR."""

BODIES = {
    b"5\r\nhello\r\n0\r\n\r\n": (b"hello", Note(0)),
    b"1\r\na\r\n2\r\nbc\r\n000\r\n\r\n": (b"abc", Note(0)),
    b"5;x=y;z\r\nhello\r\n0;last\r\n\r\n": (b"hello", Note.CHUNK_EXTENSION),
    b"5 \t\r\nhello\r\n0\r\n\r\n": (b"hello", Note.CHUNK_LINE),
    b"5\nhello\n0\n\n": (b"hello", Note.CHUNK_LINE),
    b"5;a \r\nhello\r\n0\r\n\r\n": (b"hello", Note.CHUNK_EXTENSION),
    b"A\r\n0123456789\r\n0\r\nSum: 1\r\nX: y\r\n\r\n": (b"0123456789", Note.TRAILERS),
    b"0\r\n\r\n": (b"", Note(0)),
    b"0" * (LINE_LIMIT - 2) + b"1\r\nx\r\n0\r\n\r\n": (b"x", Note(0)),
    b"1;" + b"e" * (LINE_LIMIT - 3) + b"\r\nx\r\n0\r\n\r\n": (b"x", Note.CHUNK_EXTENSION),
}


@pytest.mark.parametrize(("said", "expected"), BODIES.items(), ids=[repr(said[:20]) for said in BODIES])
@pytest.mark.parametrize("step", [1, 3, 1000])
def test_bodies(said: bytes, expected: tuple[bytes, Note], step: int) -> None:
    found, body, at = contents(said + b"GET /next", step)
    assert (found, Note(body.notes()), at) == (*expected, len(said))
    assert body.is_over()
    assert not body.is_bad()


@pytest.mark.parametrize(
    "said",
    [
        b"x",
        b";ext\r\n",
        b"\r\n",
        b"5x\r\n",
        b"5\rx",
        b"5;a\rb\n",
        b"5\r\nhelloX",
        b"5\r\nhello\r\r",
        b"f" * 16,
        b"0" * (LINE_LIMIT + 1),
        b"1;" + b"e" * (LINE_LIMIT - 1),
    ],
)
@pytest.mark.parametrize("step", [1, 1 << 20])
def test_what_cannot_be_read(said: bytes, step: int) -> None:
    _, body, _ = contents(said, step)
    assert body.is_bad()
    assert not body.is_over()
