"""Parsers of tags and tunnels directly on Ethernet or IP: MPLS, backbone tags, GRE and ERSPAN, EtherIP."""

from __future__ import annotations

from inspector.wire import layers
from inspector.wire.byte_order import be16
from inspector.wire.layers import IP_PROTOCOL, UDP_PORT, Opener, Step

MPLS_BOTTOM = 0x01
MPLS_INNER_ETHERTYPES = (layers.IPV4, layers.IPV6, layers.VLAN, layers.PROVIDER_VLAN)

GRE_CHECKSUM = 0x8000
GRE_ROUTING = 0x4000
GRE_KEY = 0x2000
GRE_SEQUENCE = 0x1000
GRE_ACKNOWLEDGMENT = 0x0080
"""This flag exists only in the enhanced GRE of PPTP (RFC 2637 §4.1)."""

TRANSPARENT_ETHERNET = (0x6558, 0x6400)
GRE_PPP = 0x880B
GRE_WCCP = 0x883E
GRE_ERSPAN = 0x88BE
GRE_ERSPAN_3 = 0x22EB
GRE_ARUBA_WIFI = range(0x8200, 0x8371, 0x10)
"""The protocol types with which Aruba's access points send 802.11 frames, one per queue."""

ERSPAN_3_SUBHEADER = 0x01
ERSPAN_3_FRAMES = {0: layers.ETHERNET, 2: layers.ANY_IP}

NSH_NEXT = {1: layers.IPV4, 2: layers.IPV6, 3: layers.ETHERNET, 5: layers.MPLS}


def mpls(packet: memoryview) -> Step:
    """Parse the labels down to the bottom of the stack (RFC 3032 §2.1). They do not name the next layer, so it is
    determined by its first four bits.
    """
    at = 0
    while not packet[at + 2] & MPLS_BOTTOM:
        at += 4
    at += 4
    if packet[at] >> 4 in (4, 6):
        return layers.ANY_IP, at
    # A pseudowire's control word begins with 0 (RFC 4385 §3); Ethernet is assumed if the ethertype is a known one.
    if packet[at] >> 4 == 0 and be16(packet, at + 16) in MPLS_INNER_ETHERTYPES:
        # If padding follows, the control word states the length, which includes the control word (RFC 4385 §3).
        length = packet[at + 1] & 0x3F
        return (layers.ETHERNET, at + 4, at + length) if length else (layers.ETHERNET, at + 4)
    return None


def vn_tag(packet: memoryview) -> Step:
    """Parse Cisco's VN-Tag: four bytes, then an ethertype."""
    return layers.ethertype_layer(be16(packet, 4)), 6


def e_tag(packet: memoryview) -> Step:
    """Parse the E-tag of IEEE 802.1BR: six bytes, then an ethertype."""
    return layers.ethertype_layer(be16(packet, 6)), 8


def service_tag(_packet: memoryview) -> Step:
    """Parse the service tag of IEEE 802.1ah (MAC-in-MAC): four bytes, then the customer's Ethernet frame."""
    return layers.ETHERNET, 4


def hsr(packet: memoryview) -> Step:
    """Parse a High-availability Seamless Redundancy tag (IEC 62439-3): path, size and sequence number, then an
    ethertype.
    """
    return layers.ethertype_layer(be16(packet, 4)), 6


def nsh(packet: memoryview) -> Step:
    """Parse a Network Service Header (RFC 8300 §2.2): its length in 4-byte words, and the next protocol."""
    size = 4 * (packet[1] & 0x3F)
    layer = NSH_NEXT.get(packet[3])
    return (layer, size) if layer and size >= 8 else None


def gre(packet: memoryview) -> Step:
    """Parse a GRE header (RFC 2784), with the key and sequence number of RFC 2890 and the source routes of RFC 1701;
    version 1 is the enhanced GRE of PPTP.
    """
    flags, protocol = be16(packet, 0), be16(packet, 2)
    at = 8 if flags & (GRE_CHECKSUM | GRE_ROUTING) else 4
    at += 4 if flags & GRE_KEY else 0
    at += 4 if flags & GRE_SEQUENCE else 0
    version = flags & 7
    if version == 1:
        at += 4 if flags & GRE_ACKNOWLEDGMENT else 0
        # The upper half of the key is the payload's length (RFC 2637 §4.1).
        is_data = protocol == GRE_PPP and flags & GRE_SEQUENCE and flags & GRE_KEY
        return (layers.PPP, at, at + be16(packet, 4)) if is_data else None
    if version:
        return None
    if flags & GRE_ROUTING:
        at = _behind_routes(packet, at)
    return _gre_payload(packet, protocol, at, has_sequence=bool(flags & GRE_SEQUENCE))


def _behind_routes(packet: memoryview, at: int) -> int:
    """The offset after the source route entries, of which one of length 0 is the last (RFC 1701)."""
    while size := packet[at + 3]:
        at += 4 + size
    return at + 4


def _gre_payload(packet: memoryview, protocol: int, at: int, has_sequence: bool) -> Step:
    if protocol in TRANSPARENT_ETHERNET:
        return layers.ETHERNET, at
    if protocol == GRE_ERSPAN:
        # ERSPAN type I has no header of its own; a sequence number in the GRE header means type II.
        return layers.ERSPAN_2 if has_sequence else layers.ETHERNET, at
    if protocol == GRE_ERSPAN_3:
        return layers.ERSPAN_3, at
    if protocol == GRE_PPP:
        return layers.PPP, at
    if protocol == GRE_WCCP:
        # A router may put a redirect header of four bytes before the packet.
        return layers.IPV4, at if packet[at] >> 4 == 4 else at + 4
    if protocol in GRE_ARUBA_WIFI:
        return layers.WIFI, at
    return (protocol, at) if protocol >= layers.SMALLEST_ETHERTYPE else None


def erspan_2(packet: memoryview) -> Step:
    """Parse an ERSPAN type II header (draft-foschiano-erspan §4.2): eight bytes, version 1."""
    return (layers.ETHERNET, 8) if packet[0] >> 4 == 1 else None


def erspan_3(packet: memoryview) -> Step:
    """Parse an ERSPAN type III header (draft-foschiano-erspan §4.3): version 2, twelve bytes, and eight more if it has
    platform-specific information.
    """
    if packet[0] >> 4 != 2:
        return None
    layer = ERSPAN_3_FRAMES.get(packet[10] >> 2 & 0x1F)
    return (layer, 20 if packet[11] & ERSPAN_3_SUBHEADER else 12) if layer else None


def ether_ip(packet: memoryview) -> Step:
    """Parse an EtherIP header (RFC 3378): version 3 and reserved bits, then an Ethernet frame."""
    return (layers.ETHERNET, 2) if packet[0] >> 4 == 3 else None


def bare_ethernet(_packet: memoryview) -> Step:
    """Return Ethernet, which follows directly as an IP protocol of its own (RFC 8986 §4.9)."""
    return layers.ETHERNET, 0


OPENERS: dict[int, Opener] = {
    layers.MPLS: mpls,
    0x8848: mpls,
    0x88E7: service_tag,
    0x8926: vn_tag,
    0x892F: hsr,
    0x893F: e_tag,
    layers.NSH: nsh,
    layers.ERSPAN_2: erspan_2,
    layers.ERSPAN_3: erspan_3,
    IP_PROTOCOL + 47: gre,
    IP_PROTOCOL + 97: ether_ip,
    IP_PROTOCOL + 137: mpls,
    IP_PROTOCOL + 143: bare_ethernet,
    UDP_PORT + 4754: gre,
    UDP_PORT + 6635: mpls,
}
