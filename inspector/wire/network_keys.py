"""The numbers that identify networks, computed from VLAN tags and tunnel keys (VXLAN and Geneve, GRE, GTP-U)."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import numpy as np

from inspector.wire.byte_order import be16, be32
from inspector.wire.layers import IP_PROTOCOL, UDP_PORT
from inspector.wire.tunnels import GRE_CHECKSUM, GRE_KEY, GRE_ROUTING


def vni(packet: memoryview) -> int:
    """The network identifier of VXLAN (RFC 7348 §5) and Geneve (RFC 8926 §3.4), which is at the same offset in both."""
    return be32(packet, 4) >> 8


def gre_key(packet: memoryview) -> int:
    """The GRE key (RFC 2890 §2.1), which contains NVGRE's virtual subnet ID (RFC 7637 §3.2); 0 if there is none."""
    flags = be16(packet, 0)
    if not flags & GRE_KEY:
        return 0
    return be32(packet, 8 if flags & (GRE_CHECKSUM | GRE_ROUTING) else 4)


def endpoint(packet: memoryview) -> int:
    """GTP-U's tunnel endpoint identifier (3GPP TS 29.281 §5.1), which differs between the two directions."""
    return be32(packet, 4)


HASH_MULTIPLIER = 0x9E3779B97F4A7C15
"""An odd multiplier whose bits are well mixed. Multiplying by it before adding the next part makes the result depend on
the order of the parts. A network's number is computed this way from the VLANs around it, or from a tunnel's layer and
key."""

INVERSE_MULTIPLIER = np.uint64(pow(HASH_MULTIPLIER, -1, 2**64))
"""The inverse of HASH_MULTIPLIER modulo 2**64, which undoes the multiplication."""

VLANS = np.arange(1, 4096, dtype=np.uint64)
"""The valid VLAN IDs (IEEE 802.1Q §9.6); 0 means no VLAN."""

NETWORK_KEYS: dict[int, tuple[str, Callable[[memoryview], int]]] = {
    IP_PROTOCOL + 47: ("GRE", gre_key),
    UDP_PORT + 2152: ("GTP", endpoint),
    UDP_PORT + 4754: ("GRE", gre_key),
    UDP_PORT + 4789: ("VXLAN", vni),
    UDP_PORT + 4790: ("VXLAN", vni),
    UDP_PORT + 6081: ("Geneve", vni),
}
"""By layer code: the tunnel's name, and the function that reads its key."""


def network_key(layer: int, packet: memoryview) -> int:
    """The key in the tunnel header with which `packet` begins; 0 if it has none."""
    try:
        return NETWORK_KEYS[layer][1](packet)
    except IndexError:
        return 0


def network_text(vlans: tuple[int, ...], tunnel: str | None) -> str | None:
    """The result of `vlans_and_tunnel` as text, such as "VLAN 10.20" or "VXLAN 7"; None if it is empty."""
    return f"VLAN {'.'.join(map(str, vlans))}" if vlans else tunnel


@lru_cache(4096)
def vlans_and_tunnel(network: int) -> tuple[tuple[int, ...], str | None]:
    """The VLANs, outermost first, and the tunnel with its key, that are combined in a network's number
    (headers.network).

    More than two VLANs, or a VLAN inside a tunnel, cannot be recovered from the number: the result is then empty.
    """
    if network <= VLANS[-1]:
        return ((network,) if network else ()), None
    for layer, (name, _) in NETWORK_KEYS.items():
        key = (network - layer * HASH_MULTIPLIER) % 2**64
        if key < 2**32:
            return (), f"{name} {key}"
    outer = (np.uint64(network) - VLANS) * INVERSE_MULTIPLIER
    for at in np.flatnonzero(outer <= VLANS[-1])[:1].tolist():
        return (int(outer[at]), int(VLANS[at])), None
    return (), None
