"""Opens the packet source of a live capture: AF_PACKET's ring where the system has one, scapy's sniffer elsewhere."""

from __future__ import annotations

from collections.abc import Sequence

from inspector.live import bpf
from inspector.live.afpacket import PacketRing, RingUnavailable
from inspector.live.packet_source import LiveSource
from inspector.live.scapy_sniffer import Sniffer


def open_source(
    interface: str, expression: str | None, only: Sequence[int], without: Sequence[int], through: str = "auto"
) -> LiveSource:
    """Start a capture with the best method that this system supports.

    Args:
        through: "ring", "scapy", or "auto" for the ring if the system has one.
    Raises:
        BadFilter: the expression is invalid.
        CaptureRefused: capturing is not permitted, or there is no such interface.
    """
    if through != "scapy":
        try:
            ring = PacketRing(interface)
        except RingUnavailable:
            if through == "ring":
                raise
        else:
            try:
                ring.start(bpf.program_for(expression, only, without, ring.interface.link_type, interface))
            except BaseException:
                ring.close()
                raise
            return ring
    return Sniffer(interface, bpf.expression_for(expression, only, without))
