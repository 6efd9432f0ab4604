"""Parsers of tunnels over UDP, recognised by their usual port: VXLAN, Geneve, GTP-U, Teredo, AYIYA, LISP, TZSP."""

from __future__ import annotations

from inspector.errors import InspectorError
from inspector.wire import layers
from inspector.wire.byte_order import be16
from inspector.wire.layers import IP_PROTOCOL, LINK, UDP_PORT, Opener, Step

VXLAN_HAS_ID = 0x08
VXLAN_GPE_HAS_NEXT = 0x04
VXLAN_GPE_NEXT = {1: layers.IPV4, 2: layers.IPV6, 3: layers.ETHERNET, 4: layers.NSH, 5: layers.MPLS}

GENEVE_CONTROL = 0x80
GENEVE_ETHERNET = 0x6558

GTP_VERSION_AND_TYPE = 0x30
"""The upper four bits of a GTP header: version 1, protocol type GTP (3GPP TS 29.281 §5.1)."""
GTP_OPTIONAL_FIELDS = 0x07
GTP_EXTENSION = 0x04
GTP_DATA = 0xFF

TEREDO_AUTHENTICATION = 1
TEREDO_ORIGIN = 0

AYIYA_FORWARD = 1

TZSP_RECEIVED = 0
TZSP_TO_SEND = 1
TZSP_PADDING = 0
TZSP_END = 1
TZSP_ENCAPSULATIONS = {1: layers.ETHERNET, 18: layers.WIFI, 119: LINK + 119, 127: LINK + 163}


KINDS = {
    "ayiya": 5072,
    "geneve": 6081,
    "gre": 4754,
    "gtp": 2152,
    "l2tp": 1701,
    "lisp": 4341,
    "mpls": 6635,
    "teredo": 3544,
    "tzsp": 37008,
    "vxlan": 4789,
    "vxlan-gpe": 4790,
}
"""The kinds of tunnel that can be set for additional ports, and the usual port of each."""


class NoTunnel(InspectorError):
    """The given text does not name a kind of tunnel and a valid port."""


def port_and_kind(words: str) -> tuple[int, str]:
    """The UDP port and the kind of tunnel that text such as "vxlan:8473" names.

    Raises:
        NoTunnel: there is no such kind of tunnel, or no such port.
    """
    kind, _, port = words.partition(":")
    if kind not in KINDS or not port.isdecimal() or not 0 < int(port) < 0x10000:
        raise NoTunnel(f"{words!r} is not a tunnel: give KIND:PORT, with one of the kinds {', '.join(sorted(KINDS))}.")
    return int(port), kind


INNER_ETHERTYPES = frozenset({layers.IPV4, 0x0806, layers.VLAN, layers.IPV6})
"""Ethertypes that make it likely that the payload of a suspected tunnel is an Ethernet frame."""


def looks_like(packet: memoryview) -> str | None:
    """The kind of tunnel that a datagram on any port may belong to, judged by bytes that rarely occur by chance."""
    try:
        if packet[0] == VXLAN_HAS_ID and not any(packet[1:4]) and not packet[7]:
            return "vxlan" if be16(packet, 20) in INNER_ETHERTYPES else None
        if be16(packet, 2) == GENEVE_ETHERNET and not packet[0] >> 6 and not packet[7]:
            return "geneve" if be16(packet, 8 + 4 * (packet[0] & 0x3F) + 12) in INNER_ETHERTYPES else None
        step = gtp(packet) if packet[0] & 0xF0 == GTP_VERSION_AND_TYPE else None
        return "gtp" if step and len(packet) == step[-1] and packet[step[1]] >> 4 in (4, 6) else None
    except IndexError:
        return None


def vxlan(packet: memoryview) -> Step:
    """Parse a VXLAN header (RFC 7348 §5)."""
    return (layers.ETHERNET, 8) if packet[0] & VXLAN_HAS_ID else None


def vxlan_gpe(packet: memoryview) -> Step:
    """Parse a VXLAN-GPE header (draft-ietf-nvo3-vxlan-gpe §3): VXLAN with a field for the next protocol."""
    if not packet[0] & VXLAN_GPE_HAS_NEXT:
        return vxlan(packet)
    layer = VXLAN_GPE_NEXT.get(packet[3])
    return (layer, 8) if layer else None


def geneve(packet: memoryview) -> Step:
    """Parse a Geneve header (RFC 8926 §3.4): version 0, the length of the options in 4-byte words, an ethertype."""
    if packet[0] >> 6 or packet[1] & GENEVE_CONTROL:
        return None
    ethertype = be16(packet, 2)
    layer = layers.ETHERNET if ethertype == GENEVE_ETHERNET else layers.ethertype_layer(ethertype)
    return layer, 8 + 4 * (packet[0] & 0x3F)


def gtp(packet: memoryview) -> Step:
    """Parse a GTP-U header of version 1 (3GPP TS 29.281 §5) that carries a user's packet, and its extension headers."""
    if packet[0] & 0xF0 != GTP_VERSION_AND_TYPE or packet[1] != GTP_DATA:
        return None
    at = 8
    if packet[0] & GTP_OPTIONAL_FIELDS:
        following = packet[11] if packet[0] & GTP_EXTENSION else 0
        at = 12
        while following:
            size = 4 * packet[at]
            if not size:
                return None
            following = packet[at + size - 1]
            at += size
    return layers.ANY_IP, at, 8 + be16(packet, 2)


def teredo(packet: memoryview) -> Step:
    """Parse a Teredo packet (RFC 4380 §5.1.1): IPv6, after an authentication and an origin indication if present."""
    at = 0
    if be16(packet, at) == TEREDO_AUTHENTICATION:
        at += 13 + packet[at + 2] + packet[at + 3]
    if be16(packet, at) == TEREDO_ORIGIN:
        at += 8
    return (layers.IPV6, at) if packet[at] >> 4 == 6 else None


def ayiya(packet: memoryview) -> Step:
    """Parse an AYIYA header (draft-massar-v6ops-ayiya §4): identity and signature, whose sizes are stated, then any IP
    protocol.
    """
    if packet[2] & 0x0F != AYIYA_FORWARD:
        return None
    identity = 1 << (packet[0] >> 4)
    signature = 4 * (packet[1] >> 4)
    return IP_PROTOCOL + packet[3], 8 + identity + signature


def lisp(_packet: memoryview) -> Step:
    """Parse a LISP header (RFC 9300 §5.1): eight bytes, then IP."""
    return layers.ANY_IP, 8


def tzsp(packet: memoryview) -> Step:
    """Parse a TaZmen Sniffer Protocol header: a list of tags, then the captured packet."""
    layer = TZSP_ENCAPSULATIONS.get(be16(packet, 2))
    if packet[0] != 1 or packet[1] not in (TZSP_RECEIVED, TZSP_TO_SEND) or layer is None:
        return None
    at = 4
    while (tag := packet[at]) != TZSP_END:
        at += 1 if tag == TZSP_PADDING else 2 + packet[at + 1]
    return layer, at + 1


OPENERS: dict[int, Opener] = {
    UDP_PORT + 2152: gtp,
    UDP_PORT + 3544: teredo,
    UDP_PORT + 4341: lisp,
    UDP_PORT + 4789: vxlan,
    UDP_PORT + 4790: vxlan_gpe,
    UDP_PORT + 5072: ayiya,
    UDP_PORT + 6081: geneve,
    UDP_PORT + 8472: vxlan,
    UDP_PORT + 37008: tzsp,
}
