"""One-line summaries of packets (the Info column): the request, response or message that begins in each.

A packet table shows it beside the flags, so that readers need not look up which packet holds the request.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from inspector.http.head import head
from inspector.tables.table import MessageKind, Table
from inspector.views.rows import MAX_INFO, message_rows

if TYPE_CHECKING:
    from inspector.engine.capture import Capture

Piece = dict[str, Any]
"""A message that begins in a packet: `kind` (request, response or message), `row` of its exchange or message, and
`text`."""

MAX_PIECES = 4
"""Maximum number of messages described per packet, which may hold thousands of frames. The others are counted."""


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


def _pieces(capture: Capture, found: list[tuple[int, bool]]) -> tuple[list[Piece], int]:
    texts = [_http(capture, row) if is_http else _message(capture, row) for row, is_http in found[:MAX_PIECES]]
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
