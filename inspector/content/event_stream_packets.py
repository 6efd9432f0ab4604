"""Server-Sent Events, each with the packet that completed it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from inspector.content.event_stream import server_sent_events
from inspector.http.chunked import ChunkedBody
from inspector.http.message_notes import Note
from inspector.tables.table import BodyFraming, ChunkKind, MessageKind

if TYPE_CHECKING:
    from inspector.engine.capture import Capture

MOST_EVENTS = 10_000
"""The maximum number of events found in a capture; later ones are left out."""

MOST_BYTES = 4 << 20
"""Maximum bytes read of one event stream."""

LONGEST_EVENT = 64 * 1024
"""Maximum bytes of one event; of a longer one, only the end is examined."""

BLANK_LINE = re.compile(rb"\r\n\r\n|\n\n|\r\r")
"""Matches the end of an event (WHATWG HTML, §9.2.6)."""


@dataclass(frozen=True, slots=True)
class PushedEvent:
    """One event. `packet` is the row of the packet that carried its last byte, `time_ns` the time of that packet;
    `useful` is the number of bytes of its data.
    """

    connection: int
    packet: int
    time_ns: int
    useful: int
    data: bytes


def pushed_events(capture: Capture, connections: npt.NDArray[np.integer]) -> list[PushedEvent]:
    """Return the events on these connections, one stream after another; at most MOST_EVENTS."""
    messages = capture.http_messages
    is_stream = (messages["kind"] == MessageKind.RESPONSE) & (messages["notes"] & Note.EVENT_STREAM.value != 0)
    found: list[PushedEvent] = []
    for row in np.flatnonzero(is_stream & np.isin(messages["connection"], connections)).tolist():
        for event in _events(capture, row):
            if len(found) == MOST_EVENTS:
                return found
            found.append(event)
    return found


def _events(capture: Capture, row: int) -> Iterator[PushedEvent]:
    connection = int(capture.http_messages["connection"][row])
    for packet, block in _blocks(_pieces(capture, row)):
        for event in server_sent_events(block + b"\n\n", 1):
            data = event.data.encode()
            yield PushedEvent(connection, packet, int(capture.packets["time_ns"][packet]), len(data), data)


def _blocks(pieces: Iterator[tuple[int, bytes]]) -> Iterator[tuple[int, bytes]]:
    """Yield the blocks between blank lines, each with the packet that completed the blank line after it."""
    waiting = bytearray()
    for packet, piece in pieces:
        looked = max(0, len(waiting) - 3)
        waiting += piece
        start = 0
        while end := BLANK_LINE.search(waiting, max(start, looked)):
            yield packet, bytes(waiting[start : min(end.start(), start + LONGEST_EVENT)])
            start = end.end()
        del waiting[: max(start, len(waiting) - LONGEST_EVENT)]


def _pieces(capture: Capture, row: int) -> Iterator[tuple[int, bytes]]:
    """Yield the body of response `row` as its packets carried it, without chunk framing: packet rows and bytes."""
    messages, chunks = capture.http_messages, capture.chunks
    start, stop = int(messages["body_offset"][row]), int(messages["body_end"][row])
    framing = ChunkedBody() if messages["framing"][row] == BodyFraming.CHUNKED else None
    stream = capture.chunks_of(int(messages["connection"][row]), int(messages["direction"][row]))
    offsets, lengths = chunks["stream_offset"][stream], chunks["length"][stream]
    within = stream[(offsets < min(stop, start + MOST_BYTES)) & (offsets + lengths > start)]
    due = 0
    for chunk in within[chunks["kind"][within] == ChunkKind.DATA].tolist():
        begin, length = int(chunks["stream_offset"][chunk]), int(chunks["length"][chunk])
        skip = max(0, start - begin)
        piece = capture.bytes_at(int(chunks["address"][chunk]) + skip, min(length, stop - begin) - skip)
        if framing is not None:
            piece, due = _content(framing, piece, due)
        yield int(chunks["packet"][chunk]), piece


def _content(framing: ChunkedBody, piece: bytes, due: int) -> tuple[bytes, int]:
    """Return the content in a part of a chunked body (RFC 9112 §7.1), and how many bytes of the current chunk are still
    missing.
    """
    content, at = bytearray(), 0
    while at < len(piece) and not framing.is_over() and not framing.is_bad():
        take = min(due, len(piece) - at)
        content += piece[at : at + take]
        at, due = at + take, due - take
        if not due and at < len(piece):
            at = framing.read(memoryview(piece), at, len(piece))
            due = framing.content_due()
    return bytes(content), due
