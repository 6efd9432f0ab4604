"""A lane of the timeline in words and numbers: the connection's row, what was asked first, and how it went."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from inspector.engine.clocks import waits
from inspector.http.head import head
from inspector.query.outcomes import is_open
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
"""Maximum status codes shown of a connection: a lane has no room for more."""

MAX_TEXT = 120
"""Maximum characters of a request that are shown beside a lane."""


def lane_rows(drawing: Drawing) -> list[Row]:
    """A row for each lane of the drawing.

    Beside the columns of a connection: `is_open`; `closing_at_ns`, the first FIN or RST, or null; `asks`, the first
    request's method and target, or null, and `status` and `wait_ns` of that exchange; how many `exchanges`, the
    commonest `statuses` of their responses with how often (null where there is none), and how many responses were
    `cut` off; `messages` of client and server; `trouble`, how much went wrong.
    """
    capture, connections = drawing.capture, drawing.connections
    first = _first(capture.exchanges, connections)
    statuses, cut = _outcomes(capture, connections)
    extra = {
        "is_open": is_open(capture.connections, connections).tolist(),
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
    """The first row of a table that belongs to each connection; -1 where there is none."""
    rows = np.flatnonzero(np.isin(table["connection"], connections))
    first = np.full(int(connections.max(initial=-1)) + 1, -1, np.intp)
    first[table["connection"][rows][::-1]] = rows[::-1]  # of several values for one place the last stays
    return first[connections]


def _outcomes(capture: Capture, connections: Rows) -> tuple[list[list[tuple[int | None, int]]], list[int]]:
    """Of each connection the commonest statuses of its responses with how often, and how many were cut off."""
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
    """Messages with content, of client and server; pings, pongs and closes carry none."""
    table = capture.messages
    said = table["kind"] < FIRST_CONTROL
    cells = 2 * table["connection"][said].astype(np.int64) + table["direction"][said]
    counts = np.bincount(cells, minlength=2 * (int(connections.max(initial=0)) + 1))
    pairs: list[list[int]] = counts[2 * connections[:, None] + (0, 1)].tolist()
    return pairs


def _asks(capture: Capture, exchange: int) -> str | None:
    request = int(capture.exchanges["request"][exchange]) if exchange >= 0 else -1
    if request < 0 or capture.http_messages["kind"][request] != MessageKind.REQUEST:
        return None
    said = head(capture, request)
    return f"{said.method} {said.target}"[:MAX_TEXT]


def _status(capture: Capture, exchange: int) -> int | None:
    response = int(capture.exchanges["response"][exchange]) if exchange >= 0 else -1
    return int(capture.http_messages["status"][response]) if response >= 0 else None


def _wait(capture: Capture, exchange: int) -> int | None:
    """From the end of the request to the first byte of the answer; null where that is not known."""
    if exchange < 0:
        return None
    waited = int(waits(capture, [exchange])[0])
    return waited if waited >= 0 else None


def _since_start(capture: Capture, times: npt.NDArray[Any]) -> list[int | None]:
    return [None if time < 0 else time - (capture.start_ns or 0) for time in times.tolist()]
