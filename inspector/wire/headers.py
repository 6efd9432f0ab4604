"""The first stage behind the file: header columns for every packet, in two passes over the same few thousand rows.

`network.py` walks from the link layer to where TCP begins and leaves that place in the payload columns; `segments.py`
reads the TCP header there and moves them on to the payload proper.
"""

from __future__ import annotations

from inspector.arena import Arena
from inspector.tables import Table
from inspector.wire.fragments import Fragments
from inspector.wire.network import Network
from inspector.wire.segments import Segments


class Decoder:
    """Fills the header columns of `packets`, and the scratch table `headers` (row i is packets row first + i)."""

    def __init__(self, packets: Table, headers: Table, arena: Arena, link_types: list[int]) -> None:
        """`link_types` is indexed by the packets' `interface` column; it may grow while the capture is read."""
        self.fragments = Fragments()
        """What it knows of fragmented datagrams; `fragments.refused` says which were given up and why."""
        self._headers = headers
        self._network = Network(packets, headers, arena, link_types, self.fragments)
        self._segments = Segments(packets, headers, arena)

    def attach(self, data: memoryview) -> None:
        """Read from this mapping of the capture file from now on."""
        self._network.attach(data)
        self._segments.attach(data)

    def advance(self, first: int, stop: int) -> None:
        """Decode packets rows [first, stop). Nothing in a packet's bytes makes it raise."""
        headers = self._headers
        headers.rows = 0
        headers.reserve(stop - first)
        headers.rows = stop - first
        for column in headers.columns:
            headers[column].fill(0)
        self._network.advance(first, stop)
        self._segments.advance(first, stop)
