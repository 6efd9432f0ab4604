"""Writes anomaly rows, and keeps a flood of one kind from filling the table."""

from __future__ import annotations

from inspector.tables import Table

FIRST = 25
"""So many anomalies of one code are reported of a connection; from then on one in `EVERY`."""

EVERY = 1000


class Oddities:
    """The writer of the `anomalies` table. The numbers a, b, c are what the code's sentence names (anomalies.py)."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._counts: dict[tuple[int, int], int] = {}

    def note(
        self, code: int, packet: int, connection: int, direction: int = -1, a: int = 0, b: int = 0, c: int = 0
    ) -> None:
        """Report an anomaly, unless there were too many of its kind; `code` is what anomalies.index_of gives."""
        seen = self._counts.get((connection, code), 0)
        self._counts[connection, code] = seen + 1
        if seen >= FIRST and seen % EVERY:
            return
        table = self._table
        table.reserve(1)
        row = table.rows
        values = (("code", code), ("packet", packet), ("connection", connection), ("direction", direction))
        for column, value in (*values, ("a", a), ("b", b), ("c", c)):
            table.raw(column)[row] = value
        table.rows = row + 1
