"""Parsers of the Point-to-Point Protocol and of the protocols that carry it: PPPoE and L2TP."""

from __future__ import annotations

from inspector.wire import layers
from inspector.wire.byte_order import be16
from inspector.wire.layers import UDP_PORT, Opener, Step

ADDRESS_AND_CONTROL = b"\xff\x03"
"""The two bytes before the protocol field, unless both ends have agreed to omit them (RFC 1661 §6.6)."""

PROTOCOLS: dict[int, int] = {0x0021: layers.IPV4, 0x0057: layers.IPV6, 0x0281: layers.MPLS}

PPPOE_VERSION_AND_TYPE = 0x11
PPPOE_DATA = 0

L2TP_CONTROL = 0x8000
L2TP_HAS_LENGTH = 0x4000
L2TP_HAS_SEQUENCE = 0x0800
L2TP_HAS_OFFSET = 0x0200
L2TP_VERSION = 2


def ppp(packet: memoryview) -> Step:
    """Parse a PPP frame (RFC 1661 §2). If the protocol field's first byte is odd, it is the only one (§6.5)."""
    at = 2 if packet[:2] == ADDRESS_AND_CONTROL else 0
    size = 1 if packet[at] & 1 else 2
    protocol = packet[at] if size == 1 else be16(packet, at)
    layer = PROTOCOLS.get(protocol)
    return (layer, at + size) if layer else None


def pppoe(packet: memoryview) -> Step:
    """Parse a PPPoE session frame (RFC 2516 §4)."""
    if packet[0] != PPPOE_VERSION_AND_TYPE or packet[1] != PPPOE_DATA:
        return None
    return layers.PPP, 6, 6 + be16(packet, 4)


def l2tp(packet: memoryview) -> Step:
    """Parse an L2TP data message of version 2 (RFC 2661 §3.1)."""
    flags = be16(packet, 0)
    if flags & L2TP_CONTROL or flags & 0x0F != L2TP_VERSION:
        return None
    stop = (be16(packet, 2),) if flags & L2TP_HAS_LENGTH else ()
    at = 6 + (2 if flags & L2TP_HAS_LENGTH else 0) + (4 if flags & L2TP_HAS_SEQUENCE else 0)
    if flags & L2TP_HAS_OFFSET:
        at += 2 + be16(packet, at)
    return (layers.PPP, at, *stop)


OPENERS: dict[int, Opener] = {layers.PPP: ppp, layers.PPPOE: pppoe, UDP_PORT + 1701: l2tp}
