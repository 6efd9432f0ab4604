"""The number of round trips up to the first useful byte.

A flight is everything that one end sends until the other end sends something. Two flights are a round trip.
Retransmissions and empty acknowledgments do not count, since nobody waits for them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from inspector.compare.delivery_methods import Kind, first_of
from inspector.compare.messages import AllMessages
from inspector.engine.clocks import elapsed
from inspector.tables.arrays import Ints
from inspector.tcp.flags_and_seq import SYN
from inspector.tcp.verdicts import Verdict

if TYPE_CHECKING:
    from inspector.engine.capture import Capture

READ_FROM_SYN = 1
"""The value of connections.isn_known if the beginning of this direction was captured."""

REPEATS = Verdict.RETRANSMISSION | Verdict.FAST_RETRANSMISSION | Verdict.SPURIOUS_RETRANSMISSION
KEEP_ALIVE = Verdict.KEEP_ALIVE | Verdict.ZERO_WINDOW_PROBE


@dataclass(frozen=True, slots=True)
class FirstBytes:
    """The first useful bytes of the connections whose beginning was captured; all arrays have the same length.

    Attributes:
        connection: row of the connection.
        packet: row of the packet that carried the first useful byte.
        flights: the number of flights up to and including that packet.
        took_ns: the time from the connection's first packet, its SYN, to that packet.
    """

    connection: Ints
    packet: Ints
    flights: Ints
    took_ns: Ints

    def of(self, where: npt.NDArray[np.bool_]) -> FirstBytes:
        """The rows that the mask selects."""
        return FirstBytes(self.connection[where], self.packet[where], self.flights[where], self.took_ns[where])


def find_first_bytes(capture: Capture, kinds: Ints, all_messages: AllMessages) -> dict[Kind, FirstBytes]:
    """The first useful bytes, by kind. Connections that were already open when the capture began are left out, since
    they prove nothing.
    """
    connections, packets = capture.connections, capture.packets
    first = first_of(all_messages.packet, all_messages.connection, len(kinds))
    seen = (connections["isn_known"] == READ_FROM_SYN).all(axis=1)
    chosen = np.flatnonzero((first >= 0) & seen)
    flights = _flights(capture, chosen, first)
    took = elapsed(packets, connections["first_packet"][chosen], first[chosen])
    found = FirstBytes(chosen, first[chosen], flights, took).of(took >= 0)
    return {kind: found.of(kinds[found.connection] == kind) for kind in Kind}


def _flights(capture: Capture, chosen: npt.NDArray[np.intp], until: Ints) -> Ints:
    """For each chosen connection, the number of flights up to packets row `until[connection]`: how often the sender
    changed, plus one.
    """
    packets, count = capture.packets, len(capture.connections)
    last: Ints = np.full(count, -1)
    last[chosen] = until[chosen]
    of = packets["connection"]
    sends = (of >= 0) & ((packets["payload"] > 0) | (packets["flags"] & SYN != 0))
    sends &= packets["analysis"] & (REPEATS | KEEP_ALIVE).value == 0
    rows = np.flatnonzero(sends)
    rows = rows[rows <= last[of[rows]]]
    rows = rows[np.argsort(of[rows], kind="stable")]
    connection, direction = of[rows], packets["direction"][rows]
    turns = np.ones(len(rows), bool)
    turns[1:] = (connection[1:] != connection[:-1]) | (direction[1:] != direction[:-1])
    flights = np.bincount(connection[turns], minlength=count)[chosen]
    return flights.astype(np.int64)
