"""The content of an HTTP message, assembled on demand: chunks are joined and codings decoded, within limits.

Contents are not stored in tables: they are read from the capture when they are to be shown.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from inspector.content.content_coding import BadCoding, decode
from inspector.http.chunked import ChunkedBody
from inspector.http.head import Head, head, parse_fields
from inspector.http.message_notes import Note
from inspector.tables.table import BodyFraming, ChunkKind

if TYPE_CHECKING:
    from inspector.engine.capture import Capture

LIMIT = 1 << 20
"""Maximum bytes of content that are returned, unless the caller requests another limit."""

LAYERS = 3
"""The maximum number of codings that are decoded, content and transfer codings together; more layers are a sign of a
decompression bomb."""

WIRE_LIMIT = 16 << 20
"""Maximum bytes of the stream that are read for one message."""


def content(capture: Capture, row: int, limit: int = LIMIT) -> tuple[bytes, list[str]]:
    """Decode the content of message `row` of http_messages: without chunk framing and codings, at most `limit` bytes.

    Returns:
        The bytes, and in plain sentences the reasons why they are not the complete content: gaps, limits, codings that
        are unknown or damaged.
    """
    coded, notes = coded_content(capture, row, WIRE_LIMIT)
    codings = _codings(head(capture, row))
    if len(codings) > LAYERS:
        notes.append(f"{len(codings)} codings; at most {LAYERS} are decoded")
        return coded[:limit], notes
    for kind, coding in reversed(codings):
        decoded = _decode(kind, coding, coded, limit + 1, notes)
        if decoded is None:
            break
        coded = decoded
    if len(coded) > limit:
        notes.append(f"cut at {limit} bytes")
    return coded[:limit], notes


def _codings(message_head: Head) -> list[tuple[str, str]]:
    """Return the codings applied other than chunked, in the order of application: content codings, then transfer
    codings (RFC 9112 §7).
    """
    content_codings = [("content", name) for name in message_head.tokens("Content-Encoding")]
    transfer_codings = [
        ("transfer", name.partition(";")[0].strip()) for name in message_head.tokens("Transfer-Encoding")
    ]
    return [each for each in content_codings + transfer_codings if each[1] not in ("identity", "chunked")]


def coded_content(capture: Capture, row: int, limit: int = LIMIT) -> tuple[bytes, list[str]]:
    """Return the content as sent, without chunk framing, and notes on what is missing from it."""
    pieces, notes = _pieces(capture, row), list[str]()
    if capture.http_messages["framing"][row] == BodyFraming.CHUNKED:
        pieces = _join_chunks(pieces)
    found = bytearray()
    missing = 0
    for piece, length in pieces:
        if piece is None:
            missing += length
        else:
            found += piece
        if len(found) > limit:
            notes.append(f"only the first {limit} bytes were read")
            break
    if missing:
        notes.append(f"{missing} bytes are not in the capture")
    if not capture.http_messages["complete"][row]:
        notes.append("the body is not complete")
    return bytes(found[:limit]), notes


def trailers(capture: Capture, row: int) -> list[tuple[str, str]]:
    """Return the fields after the last chunk (RFC 9112 §7.1.2); none unless Note.TRAILERS is set and the body is
    complete.
    """
    messages = capture.http_messages
    if not messages["notes"][row] & Note.TRAILERS or not messages["complete"][row]:
        return []
    framing = b"".join(piece or b"" for piece, _ in _pieces(capture, row))
    body, view, at = ChunkedBody(), memoryview(framing), 0
    while True:
        start = body.read(view, at, len(view))
        if not body.content_due():
            break
        at = start + body.content_due()
    size_line = framing.index(b"\n", at + 2 if at else 0)
    lines = framing[size_line + 1 :].decode("latin-1").replace("\r\n", "\n").split("\n")
    return parse_fields(lines)


def _pieces(capture: Capture, row: int) -> Iterator[tuple[bytes | None, int]]:
    """Yield the bytes of the body in the stream, one stream chunk at a time, each with its length; None for a gap."""
    messages, chunks = capture.http_messages, capture.chunks
    start, stop = int(messages["body_offset"][row]), int(messages["body_end"][row])
    rows = capture.chunks_of(int(messages["connection"][row]), int(messages["direction"][row]))
    offsets = chunks["stream_offset"][rows]
    wanted = rows[(offsets < stop) & (offsets + chunks["length"][rows] > start)]
    for chunk in wanted.tolist():
        begin, length = int(chunks["stream_offset"][chunk]), int(chunks["length"][chunk])
        skip = max(0, start - begin)
        take = min(length, stop - begin) - skip
        if chunks["kind"][chunk] == ChunkKind.DATA:
            yield capture.bytes_at(int(chunks["address"][chunk]) + skip, take), take
        elif chunks["kind"][chunk] == ChunkKind.GAP:
            yield None, take


def _join_chunks(pieces: Iterator[tuple[bytes | None, int]]) -> Iterator[tuple[bytes | None, int]]:
    """Remove the chunk framing (RFC 9112 §7.1)."""
    body, due = ChunkedBody(), 0
    for piece, length in pieces:
        if piece is None:
            yield None, min(due, length)
            due -= min(due, length)
            continue
        at = 0
        while at < length:
            take = min(due, length - at)
            if take:
                yield piece[at : at + take], take
                due -= take
                at += take
            else:
                at = body.read(memoryview(piece), at, length)
                due = body.content_due()
                if body.is_over() or body.is_bad():
                    return


def _decode(kind: str, coding: str, coded: bytes, limit: int, notes: list[str]) -> bytes | None:
    """Decode one coding as far as possible; return None if nothing can be decoded, and add the reason to `notes`."""
    try:
        decoded, is_whole = decode(coding, coded, limit)
    except KeyError:
        notes.append(f"{kind} coding {coding!r} is not known")
        return None
    except BadCoding as error:
        notes.append(f"declared as {coding}, but: {error}")
        return None
    if not is_whole and len(decoded) < limit:
        notes.append(f"the {coding} data is damaged or ends too early")
    return decoded
