"""One-line summaries of packets (the Info column): the request, response or message that begins in each.

A packet table shows it beside the flags, so that readers need not look up which packet holds the request. For one
packet there is also a list of all messages that have bytes in it.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from inspector.http.head import head
from inspector.tables.arrays import Rows
from inspector.tables.table import ChunkKind, MessageKind, Table
from inspector.tcp.flags_and_seq import SYN, seq_offset
from inspector.tcp.verdicts import Verdict
from inspector.views.rows import MAX_INFO, message_rows

if TYPE_CHECKING:
    from inspector.engine.capture import Capture

Piece = dict[str, Any]
"""A message in a packet: `kind` (request, response or message), `row` of its exchange or message, and
`text`."""

MAX_PIECES = 4
"""Maximum number of messages described per packet, which may hold thousands of frames. The others are counted."""

MASK32 = 0xFFFF_FFFF

MAX_WITHIN = 20
"""The same where one packet is shown by itself."""


def cargo(capture: Capture, packets: npt.NDArray[np.intp]) -> list[tuple[list[Piece], int]]:
    """The messages that begin in each of these packets (rows, ascending).

    Returns:
        For each packet, at most `MAX_PIECES` pieces, and the number of further ones.
    """
    found: dict[int, list[tuple[int, bool]]] = defaultdict(list)
    for packet, row in _within(capture.http_messages, "packet", packets):
        found[packet].append((row, True))
    for packet, row in _within(capture.messages, "first_packet", packets):
        found[packet].append((row, False))
    return [_pieces(capture, found.get(packet, [])) for packet in packets.tolist()]


def _within(table: Table, column: str, packets: npt.NDArray[np.intp]) -> list[tuple[int, int]]:
    """(packet, row) for each row of the table that begins in one of the packets."""
    if not len(packets) or not len(table):
        return []
    begins = table[column]
    near = np.flatnonzero((begins >= packets[0]) & (begins <= packets[-1]))
    rows = near[np.isin(begins[near], packets)]
    return list(zip(begins[rows].tolist(), rows.tolist(), strict=True))


def within(capture: Capture, packet: int) -> tuple[list[Piece], int]:
    """The messages that have bytes in packets row `packet`, wherever they begin, and also if it sends the bytes again.

    Returns:
        At most `MAX_WITHIN` pieces, HTTP before WebSocket, each in the order of the stream, and the number of further
        ones.
    """
    spans = _stream_spans(capture, packet)
    http, frames = capture.http_messages, capture.frames
    if not spans:
        return [], 0
    heads, cut = (_of_sender(capture, table, packet) for table in (http, frames))
    parts = heads[_overlap(http["stream_offset"][heads], http["body_end"][heads], spans)]
    begins = frames["payload_offset"][cut]
    ends = begins + frames["length"][cut].astype(np.int64)
    touched = _overlap(begins, ends, spans) | (frames["packet"][cut] == packet)  # or its header alone
    messages = np.unique(frames["message"][cut[touched]])
    found = [(row, True) for row in parts.tolist()] + [(row, False) for row in messages.tolist() if row >= 0]
    return _pieces(capture, found, MAX_WITHIN)


def _stream_spans(capture: Capture, packet: int) -> list[tuple[int, int]]:
    """The stream offsets of a packet's payload: where its bytes begin and end, a pair for each run of them."""
    packets, chunks = capture.packets, capture.chunks
    connection, payload = int(packets["connection"][packet]), int(packets["payload"][packet])
    if connection < 0 or not payload or int(packets["analysis"][packet]) & Verdict.KEEP_ALIVE:
        return []
    of_it = _of_sender(capture, chunks, packet)
    data = of_it[chunks["kind"][of_it] == ChunkKind.DATA]
    own = data[chunks["packet"][data] == packet]
    if len(own):
        begins = chunks["stream_offset"][own]
        return list(zip(begins.tolist(), (begins + chunks["length"][own]).tolist(), strict=True))
    if not len(data):
        return []
    # No byte of it was new. Its place follows from that of another packet: the nearest, since numbers wrap.
    anchor = int(data[np.abs(chunks["packet"][data] - packet).argmin()])
    known = int(chunks["packet"][anchor])
    into = int(chunks["address"][anchor]) - int(packets["payload_address"][known])
    distance = seq_offset((_first_byte(packets, known) + into) & MASK32, _first_byte(packets, packet))
    begin = int(chunks["stream_offset"][anchor]) + distance
    return [(begin, begin + payload)]


def _first_byte(packets: Table, packet: int) -> int:
    """The sequence number of a packet's first byte of payload: a SYN takes one before it (RFC 9293 §3.4)."""
    return (int(packets["seq"][packet]) + bool(packets["flags"][packet] & SYN)) & MASK32


def _of_sender(capture: Capture, table: Table, packet: int) -> Rows:
    """The rows of the table that belong to the packet's connection and direction."""
    connection, direction = (capture.packets[name][packet] for name in ("connection", "direction"))
    return np.flatnonzero((table["connection"] == connection) & (table["direction"] == direction))


def _overlap(
    begins: npt.NDArray[np.int64], ends: npt.NDArray[np.int64], spans: list[tuple[int, int]]
) -> npt.NDArray[np.bool_]:
    """Which of the ranges share a byte with one of the spans."""
    found: npt.NDArray[np.bool_] = np.logical_or.reduce([(begins < stop) & (ends > start) for start, stop in spans])
    return found


def _pieces(capture: Capture, found: list[tuple[int, bool]], limit: int = MAX_PIECES) -> tuple[list[Piece], int]:
    texts = [_http(capture, row) if is_http else _message(capture, row) for row, is_http in found[:limit]]
    return texts, len(found) - len(texts)


def _http(capture: Capture, row: int) -> Piece:
    messages = capture.http_messages
    message_head = head(capture, row)
    is_request = messages["kind"][row] == MessageKind.REQUEST
    text = f"{message_head.method} {message_head.target}" if is_request else message_head.status_and_reason
    kind = "request" if is_request else "response"
    return {"kind": kind, "row": int(messages["exchange"][row]), "text": text.strip()[:MAX_INFO]}


def _message(capture: Capture, row: int) -> Piece:
    return {"kind": "message", "row": row, "text": message_rows(capture, [row])[0]["info"]}
