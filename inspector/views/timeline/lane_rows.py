"""The data shown beside each lane of the timeline: the connection's row, its first request, and how it went."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from inspector.engine.clocks import response_times
from inspector.http.head import head
from inspector.query.outcomes import established, is_open
from inspector.query.time_range import is_cut_off
from inspector.query.troubles import weights
from inspector.tables.arrays import Rows
from inspector.tables.table import MessageKind, Table
from inspector.views.rows import Row, connection_rows
from inspector.websocket.opcodes import FIRST_CONTROL

if TYPE_CHECKING:
    from inspector.engine.capture import Capture
    from inspector.views.timeline.marks import Drawing


MAX_STATUSES = 4
"""Maximum number of status codes shown per connection: a lane has no room for more."""

MAX_TEXT = 120
"""Maximum number of characters of a request shown beside a lane."""


def lane_rows(drawing: Drawing) -> list[Row]:
    """One row for each lane of the drawing.

    It has these keys in addition to those of a connection row: `is_open`; `established`, whether the connection was
    established; `closing_at_ns`, the time of the first FIN or RST, or null; `asks`, the method and target of the first
    request, or null; `status` and `wait_ns`, the status code and the response time of that exchange; `exchanges`, the
    number of exchanges; `statuses`, the most frequent status codes of the responses, each with its number of
    occurrences (null stands for exchanges without a response); `cut`, the number of responses that were cut off;
    `messages`, the numbers of messages from client and server; and `trouble`, the number of problems.
    """
    capture, connections = drawing.capture, drawing.connections
    first = _first(capture.exchanges, connections)
    statuses, cut = _outcomes(capture, connections)
    extra = {
        "is_open": is_open(capture.connections, connections).tolist(),
        "established": established(capture.connections, connections).tolist(),
        "closing_at_ns": _since_start(capture, drawing.closings()),
        "asks": [_asks(capture, exchange) for exchange in first.tolist()],
        "exchanges": _counted(capture.exchanges, connections),
        "status": [_status(capture, exchange) for exchange in first.tolist()],
        "wait_ns": [_wait(capture, exchange) for exchange in first.tolist()],
        "statuses": statuses,
        "cut": cut,
        "messages": _messages(capture, connections),
        "trouble": weights(capture)[connections].tolist(),
    }
    added = (dict(zip(extra, values, strict=True)) for values in zip(*extra.values(), strict=True))
    return [row | more for row, more in zip(connection_rows(capture, connections), added, strict=True)]


def _first(table: Table, connections: Rows) -> Rows:
    """For each connection, the first row of a table that belongs to it; -1 if there is none."""
    rows = np.flatnonzero(np.isin(table["connection"], connections))
    first = np.full(int(connections.max(initial=-1)) + 1, -1, np.intp)
    first[table["connection"][rows][::-1]] = rows[::-1]  # the last assignment to an index wins, so go backwards
    return first[connections]


def _outcomes(capture: Capture, connections: Rows) -> tuple[list[list[tuple[int | None, int]]], list[int]]:
    """For each connection, the most frequent status codes of its responses with their numbers of occurrences, and the
    number of responses that were cut off.
    """
    exchanges = capture.exchanges
    rows = np.flatnonzero(np.isin(exchanges["connection"], connections))
    found = {connection: Counter[int | None]() for connection in connections.tolist()}
    cut = Counter(exchanges["connection"][rows[is_cut_off(capture, rows)]].tolist())
    for connection, exchange in zip(exchanges["connection"][rows].tolist(), rows.tolist(), strict=True):
        found[connection][_status(capture, exchange)] += 1
    commonest = [counter.most_common(MAX_STATUSES) for counter in found.values()]
    return commonest, [cut[connection] for connection in connections.tolist()]


def _counted(table: Table, connections: Rows) -> list[int]:
    counts = np.bincount(table["connection"], minlength=int(connections.max(initial=0)) + 1)
    counted: list[int] = counts[connections].tolist()
    return counted


def _messages(capture: Capture, connections: Rows) -> list[list[int]]:
    """For each connection, the numbers of data messages from client and server; control frames do not count."""
    table = capture.messages
    data = table["kind"] < FIRST_CONTROL
    cells = 2 * table["connection"][data].astype(np.int64) + table["direction"][data]
    counts = np.bincount(cells, minlength=2 * (int(connections.max(initial=0)) + 1))
    pairs: list[list[int]] = counts[2 * connections[:, None] + (0, 1)].tolist()
    return pairs


def _asks(capture: Capture, exchange: int) -> str | None:
    request = int(capture.exchanges["request"][exchange]) if exchange >= 0 else -1
    if request < 0 or capture.http_messages["kind"][request] != MessageKind.REQUEST:
        return None
    message_head = head(capture, request)
    return f"{message_head.method} {message_head.target}"[:MAX_TEXT]


def _status(capture: Capture, exchange: int) -> int | None:
    response = int(capture.exchanges["response"][exchange]) if exchange >= 0 else -1
    return int(capture.http_messages["status"][response]) if response >= 0 else None


def _wait(capture: Capture, exchange: int) -> int | None:
    """The time in ns from the end of the request to the first byte of the response; None if it is unknown."""
    if exchange < 0:
        return None
    waited = int(response_times(capture, [exchange])[0])
    return waited if waited >= 0 else None


def _since_start(capture: Capture, times: npt.NDArray[Any]) -> list[int | None]:
    return [None if time < 0 else time - (capture.start_ns or 0) for time in times.tolist()]
