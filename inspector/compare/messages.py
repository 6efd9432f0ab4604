"""Messages with content of all kinds, in one form: HTTP requests and responses, events, and WebSocket messages.

A message is anything that carried content. Its useful bytes are that content as it was sent: a body, the data of an
event, or the payload of frames. Headers, masks, comments and handshakes count as overhead.
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
"""Maximum number of bytes read of a message when its text is needed."""


@dataclass(frozen=True, slots=True)
class AllMessages:
    """Messages in order of time; all arrays have the same length.

    Attributes:
        kind: `Kind` of the connection.
        connection, direction, packet: where the message was sent; `packet` is the row that carried its first byte.
        time_ns, end_ns: times of its first byte and its last.
        useful: the number of its useful bytes.
        is_push: whether the server sent it without being asked: no client message comes before it to which it could be
            the reply.
        row: row in http_messages or messages; for an event, its index in `events`.
        events: the Server-Sent Events.
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
        """The decoded content of message `i`, at most CONTENT_BYTES of it."""
        row = int(self.row[i])
        if self.kind[i] == Kind.STREAM and self.direction[i] == Direction.SERVER:
            return self.events[row].data
        if self.kind[i] == Kind.WEBSOCKET:
            kept = min(int(capture.messages["text_bytes"][row]), CONTENT_BYTES)
            return capture.bytes_at(int(capture.messages["text_address"][row]), kept)
        return content(capture, row, CONTENT_BYTES)[0]


Part = tuple[Ints, ...]


def find_messages(capture: Capture, kinds: Ints, polls: Polls) -> AllMessages:
    """All messages on connections that have a kind."""
    events = pushed_events(capture, np.flatnonzero(kinds == Kind.STREAM))
    parts = (_bodies(capture, kinds, polls), _events(events), _messages(capture, kinds))
    columns = [np.concatenate(column) for column in zip(*parts, strict=True)]
    order = np.lexsort((columns[2], columns[3]))
    connection, direction, packet, time_ns, end_ns, useful, is_push, row = (column[order] for column in columns)
    kind = kinds[connection]
    return AllMessages(kind, connection, direction, packet, time_ns, end_ns, useful, is_push.astype(bool), row, events)


def _bodies(capture: Capture, kinds: Ints, polls: Polls) -> Part:
    """HTTP requests and responses with content; of the responses to polls, only those that contained something new."""
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
    """WebSocket text and binary messages."""
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
    """Which messages the server certainly did not send as a reply: the client has sent none since the server's previous
    one.

    False where this is unknown: if bytes from the client are missing, and for the first message of a connection that
    was not captured from its beginning.
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
