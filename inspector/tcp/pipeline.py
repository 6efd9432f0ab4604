"""From packets to connections: the TCP stage of the engine.

Each pass answers one question and fills columns for the next: `ConnectionTracker` determines which connection a segment
belongs to, `Analysis` what the segment is, `Lifecycle` which states it leaves both ends in, `Conformance` which rules
it breaks, `Streams` which bytes it makes readable, and `Overlaps` whether bytes that are sent twice are the same.
"""

from __future__ import annotations

import os

import numpy as np

from inspector.tables.arena import Arena, Want, lost
from inspector.tables.table import Table
from inspector.tcp.analysis import Analysis
from inspector.tcp.conformance import Conformance
from inspector.tcp.connection_tracker import ConnectionTracker
from inspector.tcp.lifecycle import Lifecycle
from inspector.tcp.overlaps import Overlaps
from inspector.tcp.reassembly import Streams
from inspector.tcp.verdicts import RETRANSMISSIONS
from inspector.units import count


class TcpPipeline:
    """Fills `connections` and `chunks`, the connection columns of `packets`, and the rows of `anomalies` about TCP."""

    def __init__(
        self, packets: Table, headers: Table, connections: Table, chunks: Table, anomalies: Table, arena: Arena
    ) -> None:
        self._packets, self._headers, self._connections = packets, headers, connections
        self._connection_tracker = ConnectionTracker(packets, headers, connections, int.from_bytes(os.urandom(8)))
        self._analysis = Analysis(packets, connections)
        self._lifecycle = Lifecycle(packets, connections)
        self._conformance = Conformance(packets, connections, anomalies)
        self._overlaps = Overlaps(packets, chunks, anomalies, arena)
        self._streams = Streams(packets, connections, chunks, self._overlaps)

    def attach(self, data: memoryview, floor: int = 0, want: Want = lost) -> None:
        """Set the buffer that holds the capture file.

        Its bytes before `floor` have been released; `want` must make them readable first.
        """
        self._overlaps.attach(data, floor, want)

    def advance(self, first: int, stop: int) -> None:
        """Process packets rows [first, stop), whose decoded headers are in the scratch table."""
        self._connection_tracker.advance(first, stop)
        self._analysis.advance(self._headers, first, stop)
        self._count_retransmissions(slice(first, stop))
        self._lifecycle.advance(self._headers, first, stop)
        self._conformance.advance(first, stop)
        self._streams.advance(first, stop)

    def _count_retransmissions(self, rows: slice) -> None:
        packets = self._packets
        again = packets["analysis"][rows] & RETRANSMISSIONS.value != 0
        ends = packets["connection"][rows][again], packets["direction"][rows][again]
        np.add.at(self._connections.raw("retransmissions"), ends, 1)

    def turn(self, connection: int) -> None:
        """Swap client and server of a connection in every stage's state; in the tables they are already swapped."""
        for stage in (self._connection_tracker, self._analysis, self._lifecycle, self._conformance, self._streams):
            stage.turn(connection)

    def note(self) -> str | None:
        """A note about packets that were captured twice; None if there are none."""
        copies = self._connection_tracker.copies_so_far
        if not copies:
            return None
        return (
            f"{count(copies, 'packet')} captured a second time, as by mirror ports, bridges and the device “any” (same"
            " IP identification, same TCP segment): marked as duplicate, and not counted"
        )

    def finish(self) -> None:
        """Deliver what waits for missing bytes and report what waits for later packets: the capture has ended."""
        self._conformance.finish()
        self._streams.finish()
