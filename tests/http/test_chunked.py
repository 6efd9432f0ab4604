"""The framing of chunked bodies, byte by byte and at once."""

from __future__ import annotations

import h11
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

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


PIECES = [b"0", b"1", b"5", b"a", b"g", b" ", b"\t", b";", b"x=y", b"\r\n", b"\r", b"\n", b"hello", b"Sum: 1"]


@st.composite
def bodies(draw: st.DrawFn) -> bytes:
    """A chunked body that RFC 9112 §7.1 allows."""
    said = b""
    for chunk in draw(st.lists(st.binary(min_size=1, max_size=40), max_size=5)):
        zeros, extension = draw(st.sampled_from([b"", b"00"])), draw(st.sampled_from([b"", b";a", b";a=b"]))
        said += zeros + b"%x%s\r\n%s\r\n" % (len(chunk), extension, chunk)
    return said + b"0\r\n" + draw(st.sampled_from([b"", b"Sum: 1\r\n"])) + b"\r\n"


def by_h11(said: bytes) -> bytes | None:
    """The content of a body; None if h11 refuses it or does not see its end."""
    client = h11.Connection(h11.CLIENT)
    client.send(h11.Request(method="GET", target="/", headers=[("Host", "x")]))
    client.receive_data(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + said)
    content = b""
    try:
        while (event := client.next_event()) is not h11.NEED_DATA and not isinstance(event, h11.EndOfMessage):
            content += bytes(event.data) if isinstance(event, h11.Data) else b""
    except h11.RemoteProtocolError:
        return None
    return content if isinstance(event, h11.EndOfMessage) else None


@given(bodies() | st.lists(st.sampled_from(PIECES), max_size=12).map(b"".join), st.integers(1, 9))
@settings(max_examples=300)
def test_h11_reads_the_same_content_however_it_is_cut(said: bytes, step: int) -> None:
    whole, body, at = contents(said, max(1, len(said)))
    found, in_steps, stop = contents(said, step)
    assert (found, stop, in_steps.is_over(), in_steps.is_bad(), in_steps.notes()) == (
        *(whole, at, body.is_over(), body.is_bad()),
        body.notes(),
    )
    expected = by_h11(said)
    if expected is not None:
        assert (whole, body.is_over()) == (expected, True)


@given(bodies(), st.binary(max_size=20), st.integers(1, 9))
@settings(max_examples=100)
def test_a_body_ends_where_it_ends_whatever_follows(said: bytes, rest: bytes, step: int) -> None:
    alone, _, _ = contents(said, len(said))
    found, body, at = contents(said + rest, step)
    assert (found, at, body.is_over()) == (alone, len(said), True)
