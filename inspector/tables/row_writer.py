"""What the hot writers of a table's rows share: the count of them, and room for the next.

Hot module: compiled by Cython where there is a compiler, plain Python otherwise (docs/architecture.md).
"""

from __future__ import annotations

import cython

from inspector.tables.table import Table


@cython.cclass
class Writer:
    """Appends to a table that has no other writer. A new row's number is `count`; it becomes visible once `count`
    increases.

    `add` of each kind looks for itself whether `count` has reached `_room`: the usual row costs no call.
    """

    count: cython.Py_ssize_t
    _table: Table
    _room: cython.Py_ssize_t  # rows for which the views are good

    def __init__(self, table: Table) -> None:
        self._table = table
        self.count = table.rows
        self._room = table.capacity
        self._take_views()

    @cython.cfunc
    def _take_views(self) -> None:
        """Take the columns from the table: they are new, or have moved."""
        raise NotImplementedError

    @cython.cfunc
    def _make_room(self) -> None:
        """Make room for one more row."""
        self._table.rows = self.count
        self._table.reserve(1)
        self._room = self._table.capacity
        self._take_views()

    def settle(self) -> None:
        """Let the table know its new rows."""
        self._table.rows = self.count
