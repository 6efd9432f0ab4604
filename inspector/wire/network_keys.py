"""What tunnels call the networks that they keep apart: VXLAN and Geneve, GRE, GTP-U."""

from __future__ import annotations

from collections.abc import Callable

from inspector.wire.endian import be16, be32
from inspector.wire.layers import IP_PROTOCOL, UDP_PORT
from inspector.wire.tunnels import GRE_CHECKSUM, GRE_KEY, GRE_ROUTING


def vni(packet: memoryview) -> int:
    """The network identifier of VXLAN (RFC 7348 §5) and of Geneve (RFC 8926 §3.4), which have it at the same place."""
    return be32(packet, 4) >> 8


def gre_key(packet: memoryview) -> int:
    """The key (RFC 2890 §2.1); NVGRE's virtual subnet is in it (RFC 7637 §3.2)."""
    flags = be16(packet, 0)
    if not flags & GRE_KEY:
        return 0
    return be32(packet, 8 if flags & (GRE_CHECKSUM | GRE_ROUTING) else 4)


def endpoint(packet: memoryview) -> int:
    """The tunnel endpoint identifier (3GPP TS 29.281 §5.1): another one in each direction."""
    return be32(packet, 4)


NETWORK_KEYS: dict[int, tuple[str, Callable[[memoryview], int]]] = {
    IP_PROTOCOL + 47: ("GRE", gre_key),
    UDP_PORT + 2152: ("GTP", endpoint),
    UDP_PORT + 4754: ("GRE", gre_key),
    UDP_PORT + 4789: ("VXLAN", vni),
    UDP_PORT + 4790: ("VXLAN", vni),
    UDP_PORT + 6081: ("Geneve", vni),
}
"""By layer: the tunnel's name, and what reads its key."""


def network_key(layer: int, packet: memoryview) -> int:
    """The key of a tunnel that begins with `packet`; 0 where it has none."""
    try:
        return NETWORK_KEYS[layer][1](packet)
    except IndexError:
        return 0
