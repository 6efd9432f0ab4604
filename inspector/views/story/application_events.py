"""Events above TCP: HTTP, Server-Sent Events, WebSocket, and bytes of unknown protocols."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from inspector.content.event_stream_packets import pushed_events
from inspector.http.status_codes import SWITCHING_PROTOCOLS
from inspector.query.packet_arrays import rows_of
from inspector.tables.table import ChunkKind, MessageKind, Protocol
from inspector.views.story.kinds import EventKind
from inspector.views.story.packet_arrays import Found, Packets

if TYPE_CHECKING:
    from inspector.engine.capture import Capture

HTTP_KINDS = {
    MessageKind.REQUEST: EventKind.REQUEST,
    MessageKind.INFORMATIONAL: EventKind.INFORMATIONAL,
    MessageKind.RESPONSE: EventKind.RESPONSE,
}

WEBSOCKET_KINDS = {
    1: EventKind.MESSAGE,
    2: EventKind.MESSAGE,
    8: EventKind.CLOSE_FRAME,
    9: EventKind.PING,
    10: EventKind.PONG,
}


def gaps(capture: Capture, connection: int | None) -> Iterator[Found]:
    """Gaps: bytes of a stream that are missing from the capture."""
    chunks = capture.chunks
    rows = rows_of(chunks, connection)
    rows = rows[chunks["kind"][rows] == ChunkKind.GAP]
    yield Found(EventKind.GAP, chunks["packet"][rows], rows, bytes=chunks["length"][rows])


def data(p: Packets) -> Iterator[Found]:
    """Data from one end without interruption by the other, on connections whose protocol is not decoded."""
    is_read = np.isin(p.connections["protocol"][p.of], (Protocol.HTTP, Protocol.WEBSOCKET))
    chosen = np.flatnonzero(p.has_data & ~p.is_repeat & ~is_read)
    if not len(chosen):
        return
    begins = np.ones(len(chosen), bool)
    begins[1:] = (np.diff(p.of[chosen]) != 0) | (np.diff(p.side[chosen]) != 0)
    firsts = np.flatnonzero(begins)
    sizes = np.add.reduceat(p.payload[chosen], firsts)
    yield Found(EventKind.DATA, p.rows[chosen[firsts]], count=np.diff(firsts, append=len(chosen)), bytes=sizes)


def http(capture: Capture, connection: int | None) -> Iterator[Found]:
    """HTTP messages, and the packets that complete a body that spans several packets."""
    table, exchanges = capture.http_messages, capture.exchanges
    rows = rows_of(table, connection)
    switches = table["status"][rows] == SWITCHING_PROTOCOLS
    for message_kind, kind in HTTP_KINDS.items():
        chosen = rows[(table["kind"][rows] == message_kind) & ~switches]
        exchange = table["exchange"][chosen]
        request = np.where(exchange >= 0, exchanges["request"][exchange], -1) if len(exchanges) else exchange
        since = np.where((request >= 0) & (request != chosen), table["last_packet"][request], -1)
        yield Found(kind, table["packet"][chosen], chosen, since, bytes=table["body_bytes"][chosen])
    yield Found(EventKind.UPGRADED, table["packet"][rows[switches]], rows[switches])
    goes_on = (table["last_packet"][rows] != table["packet"][rows]) & (table["complete"][rows] == 1) & ~switches
    chosen = rows[goes_on & (table["body_bytes"][rows] > 0)]
    yield Found(
        EventKind.COMPLETE,
        table["last_packet"][chosen],
        chosen,
        table["packet"][chosen],
        bytes=table["body_bytes"][chosen],
    )


def server_events(capture: Capture, connection: int | None) -> Iterator[Found]:
    """Server-Sent Events; `count` is the index of each among the events of the same packet, from 0."""
    chosen = np.arange(len(capture.connections)) if connection is None else np.array([connection])
    pushed = pushed_events(capture, chosen)
    packets = np.array([event.packet for event in pushed], np.intp)
    seen: Counter[int] = Counter()
    places = []
    for packet in packets.tolist():
        places.append(seen[packet])
        seen[packet] += 1
    yield Found(
        EventKind.SERVER_EVENT,
        packets,
        count=np.array(places, np.intp),
        bytes=np.array([event.useful for event in pushed], np.int64),
    )


def websocket(capture: Capture, connection: int | None) -> Iterator[Found]:
    """WebSocket messages and control frames."""
    table = capture.messages
    rows = rows_of(table, connection)
    for opcode, kind in WEBSOCKET_KINDS.items():
        chosen = rows[table["kind"][rows] == opcode]
        yield Found(kind, table["last_packet"][chosen], chosen, bytes=table["bytes"][chosen].astype(np.int64))


def anomalies(capture: Capture, connection: int | None) -> Iterator[Found]:
    """Anomalies of the connection; of all connections if it is None."""
    rows = rows_of(capture.anomalies, connection)
    yield Found(EventKind.ANOMALY, capture.anomalies["packet"][rows], rows)
