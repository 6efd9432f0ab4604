"""The TCP packets of one connection, of several or of all, as arrays grouped by connection."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from inspector.engine.clocks import elapsed
from inspector.tables.arrays import Rows, Values
from inspector.tables.table import Table
from inspector.tcp.flags_and_seq import ACK, FIN, RST, SYN
from inspector.tcp.verdicts import Acceptance, Verdict

if TYPE_CHECKING:
    from inspector.engine.capture import Capture


REPEATS = Verdict.RETRANSMISSION | Verdict.FAST_RETRANSMISSION | Verdict.SPURIOUS_RETRANSMISSION


Connections = int | Rows | None
"""One connection, several, or all of a capture."""


def rows_of(table: Table, connections: Connections) -> Rows:
    """Rows of a table that belong to one of these connections."""
    column = table["connection"]
    if connections is None:
        return np.flatnonzero(column >= 0)
    if isinstance(connections, int):
        return np.flatnonzero(column == connections)
    chosen = np.zeros(max(int(column.max(initial=-1)), int(connections.max(initial=-1))) + 2, bool)
    chosen[connections] = True  # the last entry stays False; index -1 (no connection) reads it
    return np.flatnonzero(chosen[column])


class PacketArrays:
    """TCP packets grouped by connection, in the order of the capture within each connection, without duplicates.

    Every array has one value per packet; the index of a packet in these arrays is called its place.

    Attributes:
        rows: row in the packets table.
        of: row of the connection.
        side: 0 if the client sent the packet, 1 if the server did.
        flags: the TCP flags.
        verdicts: bits of `Verdict`.
        begins: whether it is the first packet of its connection.
        starts: place of the first packet of its connection.
    """

    def __init__(self, capture: Capture, connections: Connections) -> None:
        self._packets = capture.packets
        self.connections = capture.connections
        self._columns: dict[str, Values] = {}
        rows: Rows = rows_of(capture.packets, connections)
        rows = rows[capture.packets["duplicate"][rows] == 0]
        rows = rows[np.argsort(capture.packets["connection"][rows], kind="stable")]
        self.rows = rows
        self.of = self["connection"]
        self.side = self["direction"]
        self.flags = self["flags"]
        self.verdicts = self["analysis"]
        begins = np.ones(len(rows), bool)
        begins[1:] = self.of[1:] != self.of[:-1]
        self.begins = begins
        self.starts: Rows = np.maximum.accumulate(np.where(begins, np.arange(len(rows)), 0))

    def __getitem__(self, column: str) -> Values:
        """The values of a column of the packets table for these packets."""
        if column not in self._columns:
            self._columns[column] = self._packets[column][self.rows]
        return self._columns[column]

    def __len__(self) -> int:
        return len(self.rows)

    @cached_property
    def times(self) -> Values:
        times: Values = self["time_ns"]
        return times

    @cached_property
    def payload(self) -> Values:
        payload: Values = self["payload"].astype(np.int64)
        return payload

    @cached_property
    def ends(self) -> Values:
        """True on the last packet of each connection."""
        ends = np.ones(len(self), bool)
        ends[:-1] = self.begins[1:]
        return ends

    @cached_property
    def is_syn(self) -> Values:
        is_syn: Values = self.flags & (SYN | ACK | RST) == SYN
        return is_syn

    @cached_property
    def is_syn_ack(self) -> Values:
        is_syn_ack: Values = self.flags & (SYN | ACK | RST) == SYN | ACK
        return is_syn_ack

    @cached_property
    def is_reset(self) -> Values:
        is_reset: Values = self.flags & RST != 0
        return is_reset

    @cached_property
    def ends_it(self) -> Values:
        """True for each RST that ends the connection: one that its receiver accepts, as far as the capture shows."""
        ends_it: Values = self.is_reset & ~self.is_dropped & ~self.lives_on
        return ends_it

    @cached_property
    def is_dropped(self) -> Values:
        """True for a segment that its receiver must drop; perhaps the other end never sent it."""
        acceptance = self["acceptance"]
        is_dropped: Values = (acceptance & Acceptance.REASON != 0) & (acceptance & Acceptance.AFTER_ALL == 0)
        return is_dropped

    @cached_property
    def reached(self) -> Values:
        """The highest relative sequence number that each end had sent before each packet: shape (2, n), the client's in
        the first row. RSTs, and segments that a receiver must drop, do not count.
        """
        takes = self.payload + (self.flags & SYN != 0) + self.is_fin
        ends = self.number("seq", of_peer=False) + takes
        base = (np.cumsum(self.begins) - 1) << 34
        found = np.empty((2, len(self)), np.int64)
        for side in (0, 1):
            counts = (self.side == side) & ~self.is_reset & ~self.is_dropped
            highest = np.maximum.accumulate(np.where(counts, ends, -(1 << 32)) + base)
            found[side, 1:] = highest[:-1]
            found[side, self.begins] = base[self.begins]
        reached: Values = found - base
        return reached

    @cached_property
    def is_old(self) -> Values:
        """True for a segment that begins below the highest sequence number that its sender had already sent; segments
        that a receiver must drop do not count.
        """
        is_old: Values = self.number("seq", of_peer=False) < self.reached[self.side, np.arange(len(self))]
        return is_old & ~self.is_dropped

    @cached_property
    def lives_on(self) -> Values:
        """True for a RST whose sender continues as if it had not sent it."""
        goes_on = self["acceptance"] & Acceptance.CONTINUES != 0
        lives_on: Values = self.is_reset & goes_on
        for side in (0, 1):
            own = self.side == side
            resets = self.last(own & self.is_reset)
            lives_on[resets[own & goes_on & ~self.is_reset & (resets >= 0)]] = True
        return lives_on

    @cached_property
    def is_fin(self) -> Values:
        is_fin: Values = (self.flags & FIN != 0) & ~self.is_reset & ~self.is_dropped
        return is_fin

    @cached_property
    def is_plain(self) -> Values:
        """True for a segment with neither SYN, FIN nor RST."""
        is_plain: Values = self.flags & (SYN | FIN | RST) == 0
        return is_plain

    @cached_property
    def is_repeat(self) -> Values:
        is_repeat: Values = (self.verdicts & REPEATS.value != 0) & self.is_old
        return is_repeat

    @cached_property
    def has_data(self) -> Values:
        has_data: Values = (self.payload > 0) & ~self.is_reset & ~self.is_dropped
        return has_data

    def has(self, *verdicts: Verdict) -> Values:
        """True for packets that have at least one of these verdicts."""
        found: Values = self.verdicts & np.bitwise_or.reduce([verdict.value for verdict in verdicts]) != 0
        return found

    def last(self, where: Values) -> Rows:
        """For each packet, the place of the latest earlier packet of its connection for which `where` is true; -1 for
        none.
        """
        places = np.full(len(self), -1, np.intp)
        found = np.maximum.accumulate(np.where(where, np.arange(len(self)), -1))
        places[1:] = found[:-1]
        places[places < self.starts] = -1
        return places

    def last_of(self, where: Values, *, peer: bool = False) -> Rows:
        """Like `last`, but only among the packets that the same end has sent or, if `peer`, the other end."""
        of_client, of_server = (self.last(where & (self.side == side)) for side in (0, 1))
        return np.where((self.side == 0) ^ peer, of_client, of_server)

    def first(self, where: Values) -> Rows:
        """For each packet, the place of the first packet of its connection for which `where` is true; -1 for none."""
        places = np.flatnonzero(where)[::-1]
        by_start = np.full(len(self), -1, np.intp)
        by_start[self.starts[places]] = places
        return by_start[self.starts]

    def counted(self, where: Values) -> Values:
        """For each packet, the number of packets of its connection, up to and including itself, for which `where` is
        true.
        """
        total = np.cumsum(where)
        counted: Values = total - total[self.starts] + where[self.starts]
        return counted

    def grouped(self, where: Values, *columns: Values) -> tuple[Rows, Values]:
        """Group the packets for which `where` is true by their values in all columns. For each packet, return the place
        of the first packet in its group and the size of the group; -1 and 0 for packets that are not chosen.
        """
        chosen = np.flatnonzero(where)
        firsts, sizes = np.full(len(self), -1, np.intp), np.zeros(len(self), np.int64)
        if len(chosen):
            keys = np.stack([column[chosen].astype(np.int64) for column in columns])
            _, first, group, count = np.unique(keys, axis=1, return_index=True, return_inverse=True, return_counts=True)
            firsts[chosen], sizes[chosen] = chosen[first[group.ravel()]], count[group.ravel()]
        return firsts, sizes

    def number(self, column: str, *, of_peer: bool) -> Values:
        """Relative sequence numbers from a column, of the sender's stream or of its peer's: the SYN is 0, the first
        byte is 1. They are signed, so that numbers before the SYN are negative.
        """
        isn = self.connections["isn"][self.of, self.side ^ of_peer]
        relative: Values = (self[column] - isn).astype(np.uint32).astype(np.int32).astype(np.int64)
        return relative

    def since(self, places: Rows) -> Values:
        """For each packet, the time in ns since the packet at its entry in `places`; -1 if the entry is -1, or if
        timestamps go back in between.
        """
        return self.between(places, np.arange(len(self)))

    def between(self, first: Rows, last: Rows) -> Values:
        """The time in ns from each packet at `first` to the one at `last`; -1 in the same cases as `since`."""
        return elapsed(self._packets, np.where(first >= 0, self.rows[first], -1), self.rows[last])
