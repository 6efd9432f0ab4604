"""Writes anomaly rows, and keeps a flood of one kind of anomaly from filling the table.

Hot module: compiled by Cython where there is a compiler, plain Python otherwise (docs/architecture.md).
"""

from __future__ import annotations

import cython

from inspector.tables.table import Table

FIRST = cython.declare(cython.longlong, 25)
"""How many anomalies of one code are reported per connection; after that, only one in `EVERY` is reported."""

EVERY = cython.declare(cython.longlong, 1000)


@cython.cclass
class AnomalyWriter:
    """Writes rows of the `anomalies` table. The code's detail template names the numbers `a`, `b` and `c`."""

    table: Table
    counts: dict[int, int]
    """The number of anomalies seen so far; the key is connection * 65536 + code."""

    capacity: cython.Py_ssize_t
    """The table's capacity when the views below were taken; they are valid as long as it does not change."""
    codes: cython.ushort[::1]
    packets: cython.int[::1]
    connections: cython.int[::1]
    directions: cython.schar[::1]
    first: cython.longlong[::1]
    second: cython.longlong[::1]
    third: cython.longlong[::1]

    def __init__(self, table: Table) -> None:
        self.table = table
        self.counts = {}
        self.capacity = 0

    @cython.cfunc
    def _make_room(self) -> cython.void:
        """Make room for one more row, and renew the views if the columns have moved (other writers may move them)."""
        table = self.table
        table.reserve(1)
        if table.capacity != self.capacity:
            self.capacity = table.capacity
            self.codes = table.view("code")
            self.packets = table.view("packet")
            self.connections = table.view("connection")
            self.directions = table.view("direction")
            self.first = table.view("a")
            self.second = table.view("b")
            self.third = table.view("c")

    @cython.ccall
    def note(
        self,
        code: cython.int,
        packet: cython.int,
        connection: cython.int,
        direction: cython.int = -1,
        a: cython.longlong = 0,
        b: cython.longlong = 0,
        c: cython.longlong = 0,
    ) -> cython.void:
        """Report an anomaly, unless its connection already has too many of the same code.

        `code` is the anomaly's index, as returned by `anomalies.index_of`.
        """
        key: cython.longlong = connection
        seen: cython.longlong
        key = key * 65536 + code
        seen = self.counts.get(key, 0)
        self.counts[key] = seen + 1
        if seen < FIRST or seen % EVERY == 0:
            self.note_once(code, packet, connection, direction, a, b, c)

    @cython.ccall
    def note_once(
        self,
        code: cython.int,
        packet: cython.int,
        connection: cython.int,
        direction: cython.int = -1,
        a: cython.longlong = 0,
        b: cython.longlong = 0,
        c: cython.longlong = 0,
    ) -> cython.void:
        """Report an anomaly that occurs at most once per connection, so that it need not be counted."""
        row: cython.Py_ssize_t
        self._make_room()
        row = self.table.rows
        self.codes[row] = code
        self.packets[row] = packet
        self.connections[row] = connection
        self.directions[row] = direction
        self.first[row] = a
        self.second[row] = b
        self.third[row] = c
        self.table.rows = row + 1
