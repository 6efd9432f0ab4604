"""Every layer that is not part of the hot path, by its code."""

from __future__ import annotations

from inspector.wire import links, ppp, tunnels, udp_tunnels, wifi
from inspector.wire.layers import UDP_PORT, Opener, Step

OPENERS: dict[int, Opener] = {
    **links.OPENERS,
    **wifi.OPENERS,
    **ppp.OPENERS,
    **tunnels.OPENERS,
    **udp_tunnels.OPENERS,
}

UDP_PORTS = frozenset(code - UDP_PORT for code in OPENERS if code >= UDP_PORT)
"""Ports on which a tunnel may run."""


def open_layer(code: int, packet: memoryview) -> Step:
    """The layer behind layer `code`, with which `packet` begins; None when it is unknown, cut off or not ours."""
    opener = OPENERS.get(code)
    if opener is None:
        return None
    try:
        return opener(packet)
    except IndexError:
        return None
