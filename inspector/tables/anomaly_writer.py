"""Writes anomaly rows, and keeps a flood of one kind from filling the table.

Hot module: compiled by Cython where there is a compiler, plain Python otherwise (docs/architecture.md).
"""

from __future__ import annotations

import cython

from inspector.tables.table import Table

FIRST = cython.declare(cython.longlong, 25)
"""Anomalies of one code reported per connection; after that, one in `EVERY`."""

EVERY = cython.declare(cython.longlong, 1000)


@cython.cclass
class Oddities:
    """The writer of the `anomalies` table. The numbers a, b, c are what the code's sentence names."""

    table: Table
    counts: dict[int, int]
    """How many were seen, by connection and code in one number."""

    capacity: cython.Py_ssize_t
    """Rows of the table for which the views below are good."""
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
        """Room for one row more; other writers of the table may have moved it."""
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
        """Report an anomaly (`code` is its index, as anomalies.index_of gives it) unless there were too many of its
        kind.
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
        """Report an anomaly that a connection has at most once, so that it need not be counted."""
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
