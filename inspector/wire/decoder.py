"""Decodes packet headers: fills the header columns of every packet, in two passes over the same few thousand rows.

`layer_walk.py` walks from the link layer to the TCP header and stores its position in the payload columns;
`tcp_header.py` reads the TCP header there and moves the payload columns on to the payload itself.
"""

from __future__ import annotations

from collections.abc import Mapping

from inspector.tables.arena import Arena
from inspector.tables.table import Table
from inspector.wire.ip_reassembly import Fragments
from inspector.wire.layer_walk import LayerWalker
from inspector.wire.tcp_header import TcpHeaderReader

ENOUGH = 2
"""The number of datagrams to one port that must look like a tunnel before a note says so: a single one may do so by
chance."""


class Decoder:
    """Fills the header columns of `packets`, and the scratch table `headers`, whose row i belongs to row first + i of
    `packets`.
    """

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
        gives the kind of tunnel (udp_tunnels.KINDS) on UDP ports other than the usual ones. With `ignores_vlans`, a
        VLAN does not count as a separate network.
        """
        self.fragments = Fragments()
        """The fragmented datagrams; `fragments.refused` lists those that were given up, with the reasons."""
        self._headers = headers
        self._network = LayerWalker(packets, headers, arena, link_types, self.fragments, tunnels, ignores_vlans)
        self._segments = TcpHeaderReader(packets, headers, arena)

    def notes(self) -> list[str]:
        """Notes on packets that were not decoded although they may contain connections, as plain sentences."""
        return [
            f"{count} UDP packets to port {port} look like {kind}: --tunnel {kind}:{port} reads what is in them"
            for (kind, port), count in self._network.suspicions().items()
            if count >= ENOUGH
        ]

    def attach(self, data: memoryview) -> None:
        """Read from `data`, a view of the capture file, from now on."""
        self._network.attach(data)
        self._segments.attach(data)

    def advance(self, first: int, stop: int) -> None:
        """Decode rows [first, stop) of `packets`. No packet content makes it raise an exception."""
        headers = self._headers
        headers.rows = 0
        headers.reserve(stop - first)
        headers.rows = stop - first
        for column in headers.columns:
            headers[column].fill(0)
        self._network.advance(first, stop)
        self._segments.advance(first, stop)
