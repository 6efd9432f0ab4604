"""The base class of hot modules that append rows to a table: it counts the rows and makes room for the next.

Hot module: compiled by Cython where there is a compiler, plain Python otherwise (docs/architecture.md).
"""

from __future__ import annotations

import cython

from inspector.tables.table import Table


@cython.cclass
class Writer:
    """Appends rows to a table that has no other writer.

    A new row is written at index `count`, and counts as added once `count` is increased. The `add` method of each
    subclass checks by itself whether `count` has reached `_room`, so that most rows cost no extra call.
    """

    count: cython.Py_ssize_t
    _table: Table
    _room: cython.Py_ssize_t  # the number of rows that the views have room for

    def __init__(self, table: Table) -> None:
        self._table = table
        self.count = table.rows
        self._room = table.capacity
        self._take_views()

    @cython.cfunc
    def _take_views(self) -> None:
        """Take views of the table's columns; called at the start, and whenever the columns have moved."""
        raise NotImplementedError

    @cython.cfunc
    def _make_room(self) -> None:
        """Make room for one more row."""
        self._table.rows = self.count
        self._table.reserve(1)
        self._room = self._table.capacity
        self._take_views()

    def settle(self) -> None:
        """Set the table's number of rows."""
        self._table.rows = self.count
