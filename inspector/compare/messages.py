"""Messages with content, of all kinds: responses, events and WebSocket messages as rows of one shape.

A message is whatever carried content. Its useful bytes are that content as it was sent: a body, the data of an event,
the payload of frames. Heads, masks, comments and handshakes are the price.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from inspector.compare.delivery_methods import Kind
from inspector.compare.polling import Polls
from inspector.content.body import content
from inspector.content.event_stream_packets import PushedEvent, pushed_events
from inspector.http.message_notes import Note
from inspector.tables.arrays import Ints
from inspector.tables.table import Direction, MessageKind
from inspector.websocket.opcodes import Opcode

if TYPE_CHECKING:
    from inspector.engine.capture import Capture

CONTENT_BYTES = 16 * 1024
"""Bytes read of each message whose text matters."""


@dataclass(frozen=True, slots=True)
class Said:
    """Messages in order of time: arrays of one length.

    Attributes:
        kind: `Kind`.
        connection, direction, packet: where it was said; `packet` is the row that carried its first byte.
        time_ns, end_ns: when its first byte and its last were seen.
        useful: its useful bytes.
        is_push: whether the server said it unasked: no question of the client stands before it that it could answer.
        row: row in http_messages or messages; of an event, its place in `events`.
    """

    kind: Ints
    connection: Ints
    direction: Ints
    packet: Ints
    time_ns: Ints
    end_ns: Ints
    useful: Ints
    is_push: npt.NDArray[np.bool_]
    row: Ints
    events: list[PushedEvent] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.kind)

    def content(self, capture: Capture, i: int) -> bytes:
        """The content of message `i`, decoded, at most CONTENT_BYTES of it."""
        row = int(self.row[i])
        if self.kind[i] == Kind.STREAM and self.direction[i] == Direction.SERVER:
            return self.events[row].data
        if self.kind[i] == Kind.WEBSOCKET:
            kept = min(int(capture.messages["text_bytes"][row]), CONTENT_BYTES)
            return capture.bytes_at(int(capture.messages["text_address"][row]), kept)
        return content(capture, row, CONTENT_BYTES)[0]


Part = tuple[Ints, ...]


def all_said(capture: Capture, kinds: Ints, polls: Polls) -> Said:
    """Every message on a connection that has a kind."""
    events = pushed_events(capture, np.flatnonzero(kinds == Kind.STREAM))
    parts = (_bodies(capture, kinds, polls), _events(events), _messages(capture, kinds))
    columns = [np.concatenate(column) for column in zip(*parts, strict=True)]
    order = np.lexsort((columns[2], columns[3]))
    connection, direction, packet, time_ns, end_ns, useful, is_push, row = (column[order] for column in columns)
    kind = kinds[connection]
    return Said(kind, connection, direction, packet, time_ns, end_ns, useful, is_push.astype(bool), row, events)


def _bodies(capture: Capture, kinds: Ints, polls: Polls) -> Part:
    """Requests and answers with content; of polls only the answers that brought something new."""
    table = capture.http_messages
    kind = kinds[table["connection"]]
    counts = (kind >= 0) & (kind != Kind.WEBSOCKET) & (table["body_bytes"] > 0)
    counts &= (table["kind"] != MessageKind.INFORMATIONAL) & (table["notes"] & Note.EVENT_STREAM.value == 0)
    stale = polls.response[~polls.is_new]
    counts[stale[stale >= 0]] = False
    return _part(
        table["connection"], table["direction"], table["packet"], table["time_ns"], table["end_ns"],
        table["body_bytes"], np.zeros(len(table), bool), np.arange(len(table)), where=counts,
    )  # fmt: skip


def _events(events: list[PushedEvent]) -> Part:
    columns: Ints = np.array(
        [
            (e.connection, Direction.SERVER, e.packet, e.time_ns, e.time_ns, e.useful, True, i)
            for i, e in enumerate(events)
        ],
        np.int64,
    ).reshape(-1, 8)
    return tuple(columns.T)


def _messages(capture: Capture, kinds: Ints) -> Part:
    """Text and binary messages of WebSocket."""
    table = capture.messages
    rows = np.flatnonzero(np.isin(table["kind"], (Opcode.TEXT, Opcode.BINARY)) & (kinds[table["connection"]] >= 0))
    connection, direction = table["connection"][rows], table["direction"][rows]
    is_push = np.zeros(len(table), bool)
    is_push[rows] = _unasked(capture, connection, direction, table["first_packet"][rows])
    where = np.zeros(len(table), bool)
    where[rows] = True
    return _part(
        table["connection"], table["direction"], table["first_packet"], table["time_ns"], table["end_ns"],
        table["wire_bytes"], is_push, np.arange(len(table)), where=where,
    )  # fmt: skip


def _unasked(
    capture: Capture,
    connection: npt.NDArray[np.integer],
    direction: npt.NDArray[np.integer],
    packet: npt.NDArray[np.integer],
) -> npt.NDArray[np.bool_]:
    """Messages that the server sent without a message of the client since its previous one: certainly not replies.
    Unknown if bytes of the client are missing, or for what preceded a capture that begins mid-stream.
    """
    order = np.lexsort((packet, connection))
    connection, direction = connection[order], direction[order]
    table = capture.connections
    follows = np.zeros(len(order), bool)
    follows[1:] = connection[1:] == connection[:-1]
    follows_client = follows.copy()
    follows_client[1:] &= direction[:-1] == Direction.CLIENT
    is_heard = (table["missed_bytes"][:, Direction.CLIENT] == 0) & (table["packets"][:, Direction.CLIENT] > 0)
    is_whole = (table["isn_known"] == 1).all(axis=1)
    is_known = is_heard[connection] & (follows | is_whole[connection])
    unasked = np.empty(len(order), bool)
    unasked[order] = (direction == Direction.SERVER) & ~follows_client & is_known
    return unasked


def _part(*columns: npt.NDArray[np.generic], where: npt.NDArray[np.bool_]) -> Part:
    return tuple(column[where].astype(np.int64) for column in columns)
