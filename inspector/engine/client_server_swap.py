"""Swaps client and server of connections whose content shows that the roles are reversed.

Where a capture begins in mid-connection and the ports do not tell, the first to speak is taken for the client. What the
two say may show that it is not: requests come from the client of HTTP, masked frames from the client of WebSocket
(RFC 6455 §5.1). Then every row that names a side changes it, as if the roles had been known from the beginning; what
the engine remembers of both ends follows in Tracker.turn and Conversations.turn.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt

from inspector.tables.arrays import Rows
from inspector.tables.table import Table

LETTER_CASE = 0x20
"""The bit by which upper and lower case of an ASCII letter differ: in Zeek's history, client and server."""


def turn_rows(connections: Table, tables: Iterable[Table], turned: list[int]) -> None:
    """Change sides in the rows of the `turned` connections, and in those that `tables` have of them."""
    is_turned = np.zeros(len(connections) + 1, np.bool_)  # the last for rows of no connection, whose number is -1
    is_turned[turned] = True
    for table in tables:
        _turn(table, np.flatnonzero(is_turned[table["connection"]]))
    _turn(connections, np.array(turned, np.intp))


def _turn(table: Table, rows: Rows) -> None:
    for column in table.schema:
        values = table.raw(column.name)
        if column.name.startswith("client_"):
            peers = table.raw(column.name.replace("client_", "server_", 1))
            values[rows], peers[rows] = peers[rows], values[rows]
        elif column.width == 2:
            values[rows] = values[rows, ::-1]
        elif column.name in CHANGES:
            values[rows] = CHANGES[column.name](values[rows])


def _other_side(sides: npt.NDArray[Any]) -> npt.NDArray[Any]:
    return np.where(sides >= 0, 1 - sides, sides)


def _other_bit(bits: npt.NDArray[Any]) -> npt.NDArray[Any]:
    return bits >> 1 | (bits & 1) << 1


def _other_case(letters: npt.NDArray[Any]) -> npt.NDArray[Any]:
    is_letter = np.isin(letters | LETTER_CASE, np.arange(ord("a"), ord("z") + 1))
    return np.where(is_letter, letters ^ LETTER_CASE, letters)


CHANGES = {
    "direction": _other_side,
    "closed_by": _other_side,
    "reset_by": _other_side,
    "assumed": _other_bit,
    "history": _other_case,
}
"""How to convert each column whose values name a side."""
