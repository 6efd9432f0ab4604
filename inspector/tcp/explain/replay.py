"""The state of both endpoints before a segment, as the analysis had it.

It is computed on demand by letting `Analysis` process the connection's earlier packets once more, so that an
explanation compares exactly the numbers that the verdict was based on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from inspector.tables.arrays import Rows
from inspector.tables.table import Duplicate, Table
from inspector.tcp.analysis import Analysis, Standing
from inspector.tcp.flags_and_seq import ACK, FIN, RST, SYN

MASK32 = 0xFFFF_FFFF

FOLLOWED = ("time_ns", "clock", "flags", "seq", "ack", "payload", "direction", "peer_scale")
"""The columns of packets that `Analysis` reads."""


@dataclass(frozen=True)
class Situation:
    """A segment, and the state of both ends before it.

    Sequence numbers are as sent; `relative` counts them from the SYN. `sack` is the list of the segment's SACK blocks:
    left edge, right edge (RFC 2018 §3). `earlier` holds the connection's packets rows before this one; `window` is the
    header field, unscaled; `initial_rtt_ns` is 0 if it is not known.
    """

    packets: Table
    connections: Table
    row: int
    earlier: Rows
    window: int
    sender: Standing
    peer: Standing
    initial_rtt_ns: int
    sack: Sequence[tuple[int, int]]

    def _value(self, column: str) -> int:
        return int(self.packets[column][self.row])

    @cached_property
    def connection(self) -> int:
        return self._value("connection")

    @cached_property
    def side(self) -> int:
        return self._value("direction")

    @cached_property
    def time_ns(self) -> int:
        return self._value("time_ns")

    @cached_property
    def flags(self) -> int:
        return self._value("flags")

    @cached_property
    def seq(self) -> int:
        return self._value("seq")

    @cached_property
    def ack(self) -> int:
        return self._value("ack")

    @cached_property
    def length(self) -> int:
        return self._value("payload")

    @property
    def end(self) -> int:
        """The sequence number after the segment's last byte."""
        return (self.seq + self.length) & MASK32

    @property
    def end_counted(self) -> int:
        """The sequence number after the segment, including the one that a SYN or a FIN occupies (RFC 9293 §3.4)."""
        return (self.end + bool(self.flags & (SYN | FIN))) & MASK32

    @property
    def is_plain(self) -> bool:
        return not self.flags & (SYN | FIN | RST)

    @property
    def is_answer(self) -> bool:
        """Whether it is a SYN with an ACK."""
        return self.flags & (SYN | ACK) == SYN | ACK

    @property
    def occupies(self) -> bool:
        """Whether the segment occupies any sequence numbers."""
        return bool(self.length or self.flags & (SYN | FIN))

    @property
    def peer_scale(self) -> int:
        """The peer's window shift according to the packets up to this one; -1 if unknown, -2 if it has none."""
        return self._value("peer_scale")

    @property
    def offered(self) -> int:
        """The number of bytes that the peer's last window field offers, as the analysis interprets it."""
        field = max(self.peer.last_window, 0)
        return field << self.peer_scale if self.peer_scale > 0 and self.peer.window_is_scaled else field

    def relative(self, number: int, *, of_peer: bool = False) -> int:
        """A relative sequence number of the sender, or of its peer, as on the page: the SYN is 0, the first byte 1."""
        return (number - int(self.connections["isn"][self.connection, self.side ^ of_peer])) & MASK32

    def rows_of(self, *, peer: bool) -> Rows:
        """The earlier packets of the sender, or of its peer."""
        return self.earlier[self.packets["direction"][self.earlier] == self.side ^ peer]

    def syns(self, *, peer: bool, answers: bool) -> Rows:
        """The earlier SYNs of the sender, or of its peer: those with an ACK if `answers`, otherwise those without."""
        rows = self.rows_of(peer=peer)
        return rows[self.packets["flags"][rows] & (SYN | ACK) == (SYN | ACK if answers else SYN)]

    @cached_property
    def last_of_peer(self) -> int:
        """The peer's last packet before this one; -1 if there is none."""
        return _last(self.rows_of(peer=True))

    @cached_property
    def last_of_sender(self) -> int:
        """The sender's last packet before this one; -1 if there is none."""
        return _last(self.rows_of(peer=False))

    @cached_property
    def reached_next(self) -> int:
        """The sender's packet that ends exactly at `sender.next_seq`; -1 if there is none."""
        rows = self.rows_of(peer=False)
        reached = rows[self._ends(rows) == self.sender.next_seq]
        timed = reached[self.packets["time_ns"][reached] == self.sender.next_seq_ns]
        return _last(timed)

    @cached_property
    def first_sent(self) -> int:
        """The first packet that carried this segment's first byte; -1 if none was captured."""
        rows = self.rows_of(peer=False)
        starts = self.packets["seq"][rows].astype(np.int64)
        into = (self.seq - starts) & MASK32
        lengths = (self._ends(rows) - starts) & MASK32
        return _first(rows[into < lengths])

    @property
    def first_sent_end(self) -> int:
        """The sequence number after the packet `first_sent`."""
        return int(self._ends(np.array([self.first_sent]))[0])

    @cached_property
    def expected_isn(self) -> int | None:
        """The sender's initial sequence number according to the packets before this one; None if there are none.

        As in `ConnectionTracker`, it is that of the sender's first SYN, or else it is inferred from the sender's first
        sequence number or the peer's first acknowledgment number.
        """
        flags, rows = self.packets["flags"][self.earlier], self.earlier
        own = self.packets["direction"][rows] == self.side
        if (syn := _first(rows[own & (flags & SYN != 0)])) >= 0:
            return int(self.packets["seq"][syn])
        if (row := _first(rows[own | (flags & ACK != 0)])) < 0:
            return None
        column = "seq" if self.packets["direction"][row] == self.side else "ack"
        return (int(self.packets[column][row]) - 1) & MASK32

    def _ends(self, rows: Rows) -> npt.NDArray[np.int64]:
        column = {name: self.packets[name][rows].astype(np.int64) for name in ("seq", "payload", "flags")}
        ends: npt.NDArray[np.int64] = column["seq"] + column["payload"] + (column["flags"] & (SYN | FIN) != 0)
        return ends & MASK32


def recall(packets: Table, connections: Table, row: int, sack: Sequence[tuple[int, int]] = ()) -> Situation:
    """The state of both endpoints before packets row `row`, which must belong to a connection.

    `sack` is the list of the packet's SACK blocks.
    """
    connection = int(packets["connection"][row])
    first = int(connections["first_packet"][connection])
    is_judged = packets["duplicate"][first : row + 1] != Duplicate.ELSEWHERE
    belongs = (packets["connection"][first : row + 1] == connection) & is_judged
    belongs[-1] = True
    rows = first + np.flatnonzero(belongs)
    fields = window_fields(packets, rows)
    client, server, initial_rtt_ns = _follow(packets, rows[:-1], fields[:-1])
    sender, peer = (server, client) if packets["direction"][row] else (client, server)
    if packets["flags"][row] & (SYN | ACK) == SYN:
        sender = sender._replace(next_seq=sender.contiguous)  # as the analysis treats a repeated SYN
    return Situation(packets, connections, row, rows[:-1], int(fields[-1]), sender, peer, initial_rtt_ns, sack)


def _follow(packets: Table, rows: Rows, fields: npt.NDArray[Any]) -> tuple[Standing, Standing, int]:
    """The state of client and server and the initial round-trip time after `rows`.

    `rows` are all packets of one connection from its first on.
    """
    copy, headers, pair = Table("packets"), Table("headers"), Table("connections")
    for table, length in ((copy, len(rows)), (headers, len(rows)), (pair, 1)):
        table.reserve(max(length, 1))
        table.rows = length
    for name in FOLLOWED:
        copy[name][:] = packets[name][rows]
    copy["connection"][:] = 0
    headers["window_field"][:] = fields
    analysis = Analysis(copy, pair)
    analysis.advance(headers, 0, len(rows))
    return analysis.standing(0)


def window_fields(packets: Table, rows: Rows) -> npt.NDArray[np.uint16]:
    """The unscaled window fields, as they were in the headers."""
    shift = np.maximum(packets["window_shift"][rows], 0).astype(np.uint32)
    return (packets["window"][rows] >> shift).astype(np.uint16)


def _first(rows: Rows) -> int:
    return int(rows[0]) if len(rows) else -1


def _last(rows: Rows) -> int:
    return int(rows[-1]) if len(rows) else -1
