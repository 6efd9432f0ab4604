"""The stage after the file: header columns for every packet, in two passes over the same few thousand rows.

`layer_walk.py` walks from the link layer to where TCP begins and leaves that place in the payload columns;
`tcp_header.py` reads the TCP header there and moves them on to the payload proper.
"""

from __future__ import annotations

from collections.abc import Mapping

from inspector.tables.arena import Arena
from inspector.tables.table import Table
from inspector.wire.ip_reassembly import Fragments
from inspector.wire.layer_walk import Network
from inspector.wire.tcp_header import Segments

ENOUGH = 2
"""Datagrams to one port that must look like a tunnel before a note says so: one may by chance."""


_ignores_vlans = False
"""What `ignore_vlans` has set."""


def ignore_vlans(ignores: bool = True) -> None:
    """Let a VLAN be no network of its own, in every capture that this process reads from here on."""
    global _ignores_vlans
    _ignores_vlans = ignores


class Decoder:
    """Fills the header columns of `packets`, and the scratch table `headers` (row i is packets row first + i)."""

    def __init__(
        self,
        packets: Table,
        headers: Table,
        arena: Arena,
        link_types: list[int],
        tunnels: Mapping[int, str] | None = None,
        ignores_vlans: bool = False,
    ) -> None:
        """`link_types` is indexed by the packets' `interface` column; it may grow while the capture is read. `tunnels`
        names the kind of tunnel on UDP ports that are not the usual ones (udp_tunnels.KINDS). `ignores_vlans`: a VLAN
        is no network of its own.
        """
        self.fragments = Fragments()
        """What it knows of fragmented datagrams; `fragments.refused` says which were given up and why."""
        self._headers = headers
        self._network = Network(
            packets, headers, arena, link_types, self.fragments, tunnels, ignores_vlans or _ignores_vlans
        )
        self._segments = Segments(packets, headers, arena)

    def notes(self) -> list[str]:
        """What in the packets was not looked into though it may hold connections, in plain sentences."""
        return [
            f"{count} UDP packets to port {port} look like {kind}: --tunnel {kind}:{port} reads what is in them"
            for (kind, port), count in self._network.suspicions().items()
            if count >= ENOUGH
        ]

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
