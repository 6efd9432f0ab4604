"""The parsers of all layers that are not part of the hot path, by layer code."""

from __future__ import annotations

from inspector.wire import ieee80211, link_layer, ppp, rare_link_layers, tunnels, udp_tunnels
from inspector.wire.layers import LINK, UDP_PORT, Opener, Step

OPENERS: dict[int, Opener] = {
    **link_layer.OPENERS,
    **rare_link_layers.OPENERS,
    **ieee80211.OPENERS,
    **ppp.OPENERS,
    **tunnels.OPENERS,
    **udp_tunnels.OPENERS,
}

UDP_PORTS = frozenset(code - UDP_PORT for code in OPENERS if code >= UDP_PORT)
"""The usual UDP ports of the supported tunnels."""


def is_read(link_type: int) -> bool:
    """Whether packets of this link type are decoded."""
    return link_type in link_layer.BARE or link_type in link_layer.FIXED_HEADERS or LINK + link_type in OPENERS


def open_layer(code: int, packet: memoryview) -> Step:
    """The layer after the first layer of `packet`, which has the code `code`; None if that is unknown or cut off, or if
    what follows is not supported.
    """
    opener = OPENERS.get(code)
    if opener is None:
        return None
    try:
        return opener(packet)
    except IndexError:
        return None
