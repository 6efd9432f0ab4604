"""What tells networks apart: VLAN tags, and the keys of tunnels (VXLAN and Geneve, GRE, GTP-U)."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import numpy as np
import numpy.typing as npt

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
"""Of what stands around a network the number is multiplied by this (an odd one), and the network's own added."""

BACK = np.uint64(pow(TURN, -1, 2**64))
"""What undoes that, modulo 2**64."""

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
def names(network: int) -> tuple[tuple[int, ...], str | None]:
    """The VLANs, the outer first, and the tunnel that make up a network as the engine numbers it (headers.network).

    Where there are more than two VLANs, or more than one in a tunnel, they are not found again: none is named.
    """
    if found := _single(np.array([network], np.uint64)):
        return found[1:]
    if found := _single((np.uint64(network) - VLANS) * BACK):
        at, around, tunnel = found
        return (*around, int(VLANS[at])), tunnel
    return (), None


def _single(networks: npt.NDArray[np.uint64]) -> tuple[int, tuple[int, ...], str | None] | None:
    """The index of the first of these that is one VLAN, one tunnel or neither (0), and which; None where none is."""
    for at in np.flatnonzero(networks <= VLANS[-1])[:1].tolist():
        return at, (int(networks[at]),) if networks[at] else (), None
    for layer, (name, _) in NETWORK_KEYS.items():
        keys = networks - np.uint64(layer * TURN % 2**64)
        for at in np.flatnonzero(keys < 2**32)[:1].tolist():
            return at, (), f"{name} {keys[at]}"
    return None
