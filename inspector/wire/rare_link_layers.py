"""Parsers of rare link types: frame relay, PPP with a direction byte, records of capture cards, exported PDUs."""

from __future__ import annotations

from inspector.wire import layers
from inspector.wire.byte_order import be16
from inspector.wire.layers import LINK, Opener, Step
from inspector.wire.link_layer import SNAP
from inspector.wire.ppp import ppp

LAST_ADDRESS_BYTE = 0x01
"""The bit that marks the last byte of a Q.922 address (RFC 2427 §3)."""
UNNUMBERED_INFORMATION = 0x03
NLPID_IPV4, NLPID_IPV6, NLPID_SNAP, NLPID_PADDING = 0xCC, 0x8E, 0x80, 0x00

JUNIPER_EXTENSIONS = 0x80
JUNIPER_NO_LINK_HEADER = 0x02

ERF_MORE = 0x80
"""In the type of a record or an extension header: another extension header, of 8 bytes, follows."""
ERF_HEADER = 16
ERF_ETHERNET = frozenset({2, 11, 16, 20})
"""The record types that contain an Ethernet frame after two bytes of padding."""
ERF_IP = frozenset({22, 23})

PDU_END = 0
PDU_NAMES = frozenset({12, 13})
"""The tags that give the name of the dissector, or of the heuristic dissector, of an exported PDU."""
PDU_LAYERS = {
    b"ip": layers.IPV4,
    b"ipv4": layers.IPV4,
    b"ipv6": layers.IPV6,
    b"raw_ip": layers.ANY_IP,
    b"eth": layers.ETHERNET,
    b"eth_withoutfcs": layers.ETHERNET,
    b"eth_withfcs": layers.ETHERNET,
    b"eth_maybefcs": layers.ETHERNET,
    b"mpls": layers.MPLS,
    b"ppp": layers.PPP,
    b"llc": layers.LLC,
    b"gre": layers.IP_PROTOCOL + 47,
}


def frame_relay(packet: memoryview) -> Step:
    """Parse a frame relay header (RFC 2427 §3 and §4), or Cisco's, which has an ethertype after the address."""
    at = 0
    while not packet[at] & LAST_ADDRESS_BYTE:
        at += 1
    at += 1
    if packet[at] != UNNUMBERED_INFORMATION:
        ethertype = be16(packet, at)
        return (ethertype, at + 2) if ethertype >= layers.SMALLEST_ETHERTYPE else None
    at += 1
    if packet[at] == NLPID_PADDING:
        at += 1
    if packet[at] == NLPID_SNAP:
        ethertype = be16(packet, at + 4)
        is_ethertype = not any(packet[at + 1 : at + 4]) and ethertype >= layers.SMALLEST_ETHERTYPE
        return (ethertype, at + 6) if is_ethertype else None
    layer = {NLPID_IPV4: layers.IPV4, NLPID_IPV6: layers.IPV6}.get(packet[at])
    return (layer, at + 1) if layer else None


def clip(packet: memoryview) -> Step:
    """Parse Classical IP over ATM, with LLC (RFC 2225 §3) or without."""
    return (layers.LLC if packet[0] == SNAP[0] else layers.ANY_IP), 0


def pppd(packet: memoryview) -> Step:
    """Parse a PPP frame whose address byte was replaced by the packet's direction."""
    step = ppp(packet[2:])
    return step and (step[0], 2 + step[1])


def juniper_ethernet(packet: memoryview) -> Step:
    """Parse Juniper's header before Ethernet: magic number, flags, and extensions whose length is stated."""
    if bytes(packet[:3]) != b"MGC" or packet[3] & JUNIPER_NO_LINK_HEADER:
        return None
    return layers.ETHERNET, 6 + be16(packet, 4) if packet[3] & JUNIPER_EXTENSIONS else 4


def erf(packet: memoryview) -> Step:
    """Parse a record in Endace's Extensible Record Format: a record header, extension headers, and, before Ethernet,
    two more bytes.
    """
    kind, more, at = packet[8] & 0x7F, packet[8], ERF_HEADER
    while more & ERF_MORE:
        more = packet[at]
        at += 8
    if kind in ERF_ETHERNET:
        return layers.ETHERNET, at + 2
    return (layers.ANY_IP, at) if kind in ERF_IP else None


def exported_pdu(packet: memoryview) -> Step:
    """Parse a PDU exported by Wireshark: tags, one of which names the dissector of the PDU that follows."""
    at, name = 0, b""
    while (tag := be16(packet, at)) != PDU_END:
        length = be16(packet, at + 2)
        if tag in PDU_NAMES:
            name = bytes(packet[at + 4 : at + 4 + length]).rstrip(b"\0")
        at += 4 + length
    layer = PDU_LAYERS.get(name)
    return (layer, at + 4 + be16(packet, at + 2)) if layer else None


def skip(count: int, layer: int) -> Opener:
    """An opener for a header of `count` bytes that is always followed by the same layer."""
    return lambda _packet: (layer, count)


OPENERS: dict[int, Opener] = {
    LINK + 8: skip(16, layers.ANY_IP),
    LINK + 106: clip,
    LINK + 107: frame_relay,
    LINK + 122: skip(16, layers.LLC),
    LINK + 166: pppd,
    LINK + 178: juniper_ethernet,
    LINK + 197: erf,
    LINK + 204: skip(1, layers.PPP),
    LINK + 205: skip(1, LINK + 104),
    LINK + 206: skip(1, LINK + 107),
    LINK + 219: skip(0, layers.MPLS),
    LINK + 226: skip(24, layers.ANY_IP),
    LINK + 240: skip(4, layers.ETHERNET),
    LINK + 241: skip(12, layers.ETHERNET),
    LINK + 252: exported_pdu,
    LINK + 259: skip(8, layers.ETHERNET),
    LINK + 274: skip(8, layers.ETHERNET),
    LINK + 282: skip(4, layers.ETHERNET),
}
