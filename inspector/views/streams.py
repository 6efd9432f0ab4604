"""Ranges of a connection's two byte streams: the pieces in the order they became readable, or whole messages."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

import numpy as np

from inspector.content.body import content
from inspector.engine.clocks import time_of
from inspector.http.head import head
from inspector.tables.arrays import Rows
from inspector.tables.table import SIDES, ChunkKind, MessageKind
from inspector.views import rows

if TYPE_CHECKING:
    from inspector.engine.capture import Capture


PIECE_BYTES = 4096
"""Maximum number of bytes returned per piece; the packet has all of them."""

BODY_BYTES = 2048
"""Maximum number of body bytes returned per message: enough to recognise it."""


def pieces(capture: Capture, connection: int, start: int, stop: int) -> dict[str, Any]:
    """Pieces [start, stop) of both streams, interleaved in the order in which they became readable.

    `data` is base64-encoded; it is null for pieces that are not data: a gap, the end of a stream (FIN), or an abort
    (RST).
    """
    of_connection = _pieces_of(capture, connection)
    chosen = of_connection[max(start, 0) : max(stop, 0)]
    return {
        "total": len(of_connection),
        "start": max(start, 0),
        "rows": [_piece(capture, row, max(start, 0) + i) for i, row in enumerate(chosen.tolist())],
    }


def _pieces_of(capture: Capture, connection: int) -> Rows:
    return np.flatnonzero(capture.chunks["connection"] == connection)


def _piece(capture: Capture, row: int, index: int) -> dict[str, Any]:
    chunks = capture.chunks
    kind = ChunkKind(int(chunks["kind"][row]))
    packet, length = int(chunks["packet"][row]), int(chunks["length"][row])
    data = capture.bytes_at(int(chunks["address"][row]), min(length, PIECE_BYTES)) if kind is ChunkKind.DATA else None
    return {
        "id": index,
        "side": SIDES[int(chunks["direction"][row])],
        "kind": kind.name.lower(),
        "packet": packet + 1,
        "at_ns": time_of(capture, packet),
        "offset": int(chunks["stream_offset"][row]),
        "bytes": length,
        "data": None if data is None else base64.b64encode(data).decode("ascii"),
    }


def messages(capture: Capture, connection: int, start: int, stop: int) -> dict[str, Any]:
    """Messages [start, stop) of the connection, both HTTP and WebSocket, in the order in which they began."""
    http = np.flatnonzero(capture.http_messages["connection"] == connection)
    websocket = np.flatnonzero(capture.messages["connection"] == connection)
    is_http = np.repeat([True, False], [len(http), len(websocket)])
    began = np.concatenate([capture.http_messages["packet"][http], capture.messages["first_packet"][websocket]])
    order = np.lexsort((np.concatenate([http, websocket]), ~is_http, began))[max(start, 0) : max(stop, 0)]
    found = np.concatenate([http, websocket])[order].tolist()
    return {
        "total": len(is_http),
        "start": max(start, 0),
        "rows": [
            {"id": max(start, 0) + i, **(_http(capture, row) if of_http else _websocket(capture, row))}
            for i, (row, of_http) in enumerate(zip(found, is_http[order].tolist(), strict=True))
        ],
    }


def _http(capture: Capture, row: int) -> dict[str, Any]:
    table = capture.http_messages
    message_head = head(capture, row)
    is_request = table["kind"][row] == MessageKind.REQUEST
    start = (
        f"{message_head.method} {message_head.target} {message_head.version}"
        if is_request
        else f"{message_head.version} {message_head.status_and_reason}"
    )
    body, notes = content(capture, row, BODY_BYTES)
    return {
        "kind": "http",
        "side": SIDES[int(table["direction"][row])],
        "packet": int(table["packet"][row]) + 1,
        "at_ns": int(table["time_ns"][row]) - (capture.start_ns or 0),
        "title": start.strip(),
        "headers": [list(field) for field in message_head.fields],
        "bytes": int(table["body_bytes"][row]),
        "data": base64.b64encode(body).decode("ascii"),
        "notes": notes,
    }


def _websocket(capture: Capture, row: int) -> dict[str, Any]:
    message = rows.message_rows(capture, [row])[0]
    table = capture.messages
    kept = capture.bytes_at(int(table["text_address"][row]), min(int(table["text_bytes"][row]), BODY_BYTES))
    return {
        "kind": "websocket",
        "side": message["direction"],
        "packet": message["first_packet"],
        "at_ns": message["at_ns"],
        "title": message["kind"] if message["close_code"] is None else f"close {message['close_code']}",
        "headers": [],
        "bytes": message["bytes"],
        "data": base64.b64encode(kept[2:] if message["kind"] == "close" else kept).decode("ascii"),
        "notes": [] if message["complete"] else ["not all of it is in the capture"],
    }


def place_of(capture: Capture, connection: int, packet: int, *, of_messages: bool) -> int:
    """The index of the first piece (or message, if `of_messages`) that begins in packets row `packet` or later.

    If there is none, the index of the last piece or message.
    """
    if of_messages:
        http, websocket = capture.http_messages, capture.messages
        found = np.concatenate(
            [
                http["packet"][http["connection"] == connection],
                websocket["first_packet"][websocket["connection"] == connection],
            ]
        )
    else:
        found = capture.chunks["packet"][_pieces_of(capture, connection)]
    in_order = np.sort(found) if of_messages else np.maximum.accumulate(found)
    return min(int(np.searchsorted(in_order, packet)), max(len(found) - 1, 0))
