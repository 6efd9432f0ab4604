"""Numbers that identify networks: VLAN tags, and tunnel keys (VXLAN and Geneve, GRE, GTP-U)."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import numpy as np

from inspector.wire.byte_order import be16, be32
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


TURN = 0x9E3779B97F4A7C15
"""An odd number with bits all over: what is multiplied by it, and the next part added, keeps the order of its parts.
So a network's number is made of what stands around it: of VLANs, or of a tunnel's layer and key."""

BACK = np.uint64(pow(TURN, -1, 2**64))
"""Undoes that multiplication, modulo 2**64."""

VLANS = np.arange(1, 4096, dtype=np.uint64)
"""What a tag may name (IEEE 802.1Q §9.6); 0 is none."""

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


@lru_cache(4096)
def vlans_and_tunnel(network: int) -> tuple[tuple[int, ...], str | None]:
    """The VLANs, the outer first, and the tunnel with its key that a network's number (headers.network) is made of.

    More than two VLANs, or one inside a tunnel, are not found again: then nothing is named.
    """
    if network <= VLANS[-1]:
        return ((network,) if network else ()), None
    for layer, (name, _) in NETWORK_KEYS.items():
        key = (network - layer * TURN) % 2**64
        if key < 2**32:
            return (), f"{name} {key}"
    outer = (np.uint64(network) - VLANS) * BACK
    for at in np.flatnonzero(outer <= VLANS[-1])[:1].tolist():
        return (int(outer[at]), int(VLANS[at])), None
    return (), None
