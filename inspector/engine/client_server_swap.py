"""Swaps client and server of connections whose content shows that the roles are reversed.

If a capture begins in mid-connection and the ports do not tell the roles, the first end to send is taken for the
client. The content may show that this is wrong: in HTTP the client sends requests, and in WebSocket the client masks
its frames (RFC 6455 §5.1). Then the side is changed in every row that names one, as if the roles had been known from
the beginning; `TcpPipeline.turn` and `ApplicationLayer.turn` do the same for the state that the engine keeps of both
ends.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt

from inspector.tables.arrays import Rows
from inspector.tables.table import Table

LETTER_CASE = 0x20
"""The bit that distinguishes upper from lower case in ASCII; in Zeek's history, upper case stands for the client and
lower case for the server."""


def turn_rows(connections: Table, tables: Iterable[Table], turned: list[int]) -> None:
    """Swap client and server in the rows of the `turned` connections, and in rows of `tables` that refer to them."""
    is_turned = np.zeros(len(connections) + 1, np.bool_)  # the last item is for rows without a connection (-1)
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
