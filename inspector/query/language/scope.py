"""What a condition is evaluated on: rows of a table, each with or without one of its packets; and how rows of other
tables belong to them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from inspector.http.head import Head, head
from inspector.query.language.errors import FilterError
from inspector.query.language.headers import Headers
from inspector.tables.arena import ARENA
from inspector.tables.arrays import Ints, Rows, Values
from inspector.tables.table import Table

if TYPE_CHECKING:
    from inspector.engine.capture import Capture

MAX_PAIRS = 50_000_000
"""Maximum number of pairs of rows that belong together that are kept at a time."""

PAIRS_AT_ONCE = 4_000_000
"""About how many pairs of a row and a packet are looked at together."""

NOWHERE = 1 << 40
"""A row number that no table has."""

PIECE = 1 << 20
"""Number of bytes read at a time where many are wanted that are near each other."""

HEADS = 4096
"""Number of HTTP headers that are kept, since several conditions may read the same."""

BY_PACKET = {"packets", "anomalies", "events"}
"""Tables whose rows belong to a single packet: rows of all other tables belong to them by that packet."""


class Part(NamedTuple):
    """Occurrences of a field, at most one for each position of a scope.

    Attributes:
        values: the values.
        at: the position of each, ascending; None if every position has one.
        layer: the number of the header that they are from, 1 for the outermost.
    """

    values: Values
    at: Rows | None
    layer: int = 1


class Related(NamedTuple):
    """Rows of another table, and the position of a scope to which each belongs; None if they are one for each."""

    rows: Rows
    at: Rows | None


@dataclass(frozen=True)
class Scope:
    """Positions at which a condition is decided.

    Attributes:
        links: which rows belong together, for this capture.
        name: the table.
        rows: a row of it for each position.
        packets: a packet of that row for each position; None if conditions about packets do not occur.
    """

    links: Links
    name: str
    rows: Rows
    packets: Rows | None = None

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def capture(self) -> Capture:
        return self.links.capture

    def chosen(self, positions: Rows) -> Scope:
        """The same scope at these positions alone."""
        packets = None if self.packets is None else self.packets[positions]
        return replace(self, rows=self.rows[positions], packets=packets)

    def related(self, name: str) -> Related:
        """The rows of the table `name` that belong to each position."""
        if name == self.name:
            return Related(self.rows, None)
        if name == "packets":
            assert self.packets is not None, "the caller pairs rows with their packets first"
            return Related(self.packets, None)
        if name == "connections":
            return _present(self._connections())
        if self.name in BY_PACKET:
            assert self.packets is not None
            return self.links.of_packets(name, self.packets)
        own = self.links.table(self.name)
        if self.name == "messages" and name == "frames":
            return self.links.joined("frames", "message", self.rows)
        if self.name == "frames" and name == "messages":
            return _present(own["message"][self.rows])
        if self.name == "exchanges" and name == "http_messages":
            return self.links.joined(name, "exchange", self.rows)
        if name == "anomalies":
            assert self.packets is not None
            return self.links.of_packets(name, self.packets)
        return self.links.joined(name, "connection", self._connections())

    def _connections(self) -> Rows:
        """The connection of each position; -1 for none."""
        if self.name == "connections":
            return self.rows
        if self.packets is not None and self.name in BY_PACKET:
            return self.capture.packets["connection"][self.packets].astype(np.intp)
        return self.links.table(self.name)["connection"][self.rows].astype(np.intp)


def _present(rows: Values) -> Related:
    known = rows >= 0
    return Related(rows, None) if known.all() else Related(rows[known], np.flatnonzero(known))


class Links:
    """Which rows of a capture's tables belong together. It is made for one evaluation, since a capture grows.

    Args:
        headers: outlives an evaluation.
        events: the events, which are computed elsewhere; None if they are not asked for.
    """

    def __init__(self, capture: Capture, headers: Headers, events: Table | None = None) -> None:
        self.capture = capture
        self.headers = headers
        self._events = events
        self._pairs: dict[str, tuple[Rows, Ints]] = {}
        self._joins: dict[tuple[str, str], tuple[Rows, Ints]] = {}
        self._keys: tuple[Rows, Ints] | None = None
        self._heads: dict[int, Head] = {}
        self._everything: dict[str, Rows] = {}
        self.causes: Values | None = None
        """For each exchange, the main cause of its wait if it was slow; -1 otherwise. None until asked for."""

    def table(self, name: str) -> Table:
        if name == "events":
            assert self._events is not None, "the caller computes the events"
            return self._events
        table: Table = getattr(self.capture, name)
        return table

    def head(self, row: int) -> Head:
        """The header of an HTTP message."""
        found = self._heads.get(row)
        if found is None:
            if len(self._heads) >= HEADS:
                self._heads.clear()
            found = self._heads[row] = head(self.capture, row)
        return found

    def bytes_of(self, addresses: Ints, lengths: Ints) -> list[bytes]:
        """The bytes at each address. What is in the file is read in large pieces."""
        found = [b""] * len(addresses)
        order = np.argsort(addresses, kind="stable")
        ordered, sizes = addresses[order].tolist(), lengths[order].tolist()
        begin, piece = 0, b""
        for index, at, size in zip(order.tolist(), ordered, sizes, strict=True):
            if at + size > begin + len(piece):
                begin = at
                piece = self.capture.bytes_at(at, max(size, PIECE if at < ARENA else 0))
            found[index] = piece[at - begin : at - begin + size]
        return found

    def text(self, row: int) -> str:
        """The content of a WebSocket message, unmasked and decompressed, as much of it as is kept."""
        table = self.capture.messages
        content = self.capture.bytes_at(int(table["text_address"][row]), int(table["text_bytes"][row]))
        return content.decode("utf-8", "surrogateescape")

    def everything(self, name: str) -> Rows:
        """All rows of a table: always the same array, by which `column` knows it."""
        if name not in self._everything:
            self._everything[name] = np.arange(len(self.table(name)))
        return self._everything[name]

    def column(self, name: str, column: str, rows: Rows) -> Values:
        """A column of some rows of a table; of all rows, without a copy."""
        values = self.table(name)[column]
        return values if rows is self._everything.get(name) else values[rows]

    def spans(self, name: str) -> tuple[Values, Values, Values]:
        """For each row of a table: its connection, and the first and last of its packets."""
        table = self.table(name)
        if name == "connections":
            return np.arange(len(table)), table["first_packet"], table["last_packet"]
        if name in ("tokens", "kernel"):
            connection = table["connection"]
            known = np.maximum(connection, 0)
            if not len(self.capture.connections):
                return connection, np.zeros(len(table), np.intp), np.full(len(table), -1)
            first, last = (self.capture.connections[each][known] for each in ("first_packet", "last_packet"))
            return connection, first, np.where(connection >= 0, last, -1)
        if name == "exchanges":
            messages = self.capture.http_messages
            request, response = table["request"], table["response"]
            first = messages["packet"][np.where(request >= 0, request, response)]
            last = messages["last_packet"][np.where(response >= 0, response, request)]
            return table["connection"], np.minimum(first, last), np.maximum(first, last)
        first = {"messages": "first_packet", "http_messages": "last_packet", "frames": "last_packet"}.get(
            name, "packet"
        )
        last = first if name in ("anomalies", "events") else "last_packet"
        return table["connection"], table[first], table[last]

    def packets_of(self, name: str, rows: Rows) -> Iterator[tuple[Rows, Rows]]:
        """Pairs of a row and a packet that belongs to it, in pieces: indexes in `rows`, and rows of packets."""
        connection, first, last = (column[rows] for column in self.spans(name))
        if name in ("anomalies", "events", "frames", "http_messages"):
            known = np.flatnonzero(last >= 0)
            yield known, last[known].astype(np.intp)
            return
        order, keys = self._by_connection()
        start = np.searchsorted(keys, _key(connection, first), "left")
        count = np.maximum(np.searchsorted(keys, _key(connection, last), "right") - start, 0)
        count[connection < 0] = 0
        total = np.cumsum(count)
        begin = 0
        while begin < len(rows):
            done = int(total[begin - 1]) if begin else 0
            stop = max(int(np.searchsorted(total, done + PAIRS_AT_ONCE, "right")), begin + 1)
            part = count[begin:stop]
            at = np.repeat(np.arange(begin, stop), part)
            within = np.arange(len(at)) - np.repeat(np.cumsum(part) - part, part)
            yield at, order[start[at] + within]
            begin = stop

    def of_packets(self, name: str, packets: Rows) -> Related:
        """The rows of a table to which each of these packets belongs."""
        if name not in self._pairs:
            rows = np.arange(len(self.table(name)))
            pieces, size = [], 0
            for at, of in self.packets_of(name, rows):
                pieces.append((at, of))
                size += len(at)
                if size > MAX_PAIRS:
                    raise FilterError(f"Too many {name} overlap here to compare them with packets.", 0)
            at = np.concatenate([piece[0] for piece in pieces]) if pieces else np.empty(0, np.intp)
            of = np.concatenate([piece[1] for piece in pieces]) if pieces else np.empty(0, np.intp)
            order = np.argsort(of, kind="stable")
            self._pairs[name] = at[order], of[order].astype(np.int64)
        rows, keys = self._pairs[name]
        return _looked_up(rows, keys, packets)

    def joined(self, name: str, column: str, wanted: Rows) -> Related:
        """The rows of a table that have the wanted row number in this column, for each position."""
        if (name, column) not in self._joins:
            keys = self.table(name)[column]
            order = np.argsort(keys, kind="stable")
            self._joins[name, column] = order, keys[order].astype(np.int64)
        rows, ordered = self._joins[name, column]
        return _looked_up(rows, ordered, np.where(wanted < 0, NOWHERE, wanted))

    def _by_connection(self) -> tuple[Rows, Ints]:
        """The packets ordered by connection, and their keys."""
        if self._keys is None:
            owners = self.capture.packets["connection"]
            order = np.argsort(owners, kind="stable")
            self._keys = order, _key(owners[order], order)
        return self._keys


def _looked_up(rows: Rows, keys: Ints, wanted: Values) -> Related:
    start = np.searchsorted(keys, wanted, "left")
    count = np.searchsorted(keys, wanted, "right") - start
    if int(count.sum()) > MAX_PAIRS:
        raise FilterError("Too many rows of two tables belong together here to compare each with each.", 0)
    at = np.repeat(np.arange(len(wanted)), count)
    within = np.arange(len(at)) - np.repeat(np.cumsum(count) - count, count)
    return Related(rows[start[at] + within], at)


def _key(connection: Values, packet: Values) -> Ints:
    return np.asarray(connection, np.int64) << 32 | np.asarray(packet, np.int64)


def layered(values: Values, at: Rows | None) -> list[Part]:
    """Parts with one value for each position, of values with ascending positions of which some occur repeatedly."""
    if at is None or not len(at):
        return [Part(values, at)] if at is None else []
    begins = np.concatenate(([True], at[1:] != at[:-1]))
    if begins.all():
        return [Part(values, at)]
    first = np.maximum.accumulate(np.where(begins, np.arange(len(at)), 0))
    rank = np.arange(len(at)) - first
    order = np.argsort(rank, kind="stable")
    stops = np.cumsum(np.bincount(rank))
    starts = np.concatenate(([0], stops[:-1]))
    chosen = [order[start:stop] for start, stop in zip(starts.tolist(), stops.tolist(), strict=True)]
    return [Part(values[of], at[of], i + 1) for i, of in enumerate(chosen)]
