"""Parsers of link-layer headers, by link type (https://www.tcpdump.org/linktypes.html), and of IEEE 802.2 LLC."""

from __future__ import annotations

from collections.abc import Callable

from inspector.wire import layers
from inspector.wire.byte_order import be16, le16
from inspector.wire.layers import LINK, Opener, Step

ETHERNET = 1
SLL = 113
SLL2 = 276

FIXED_HEADERS: dict[int, tuple[int, int]] = {
    ETHERNET: (14, 12),
    SLL: (16, 14),
    138: (18, 16),  # IP over FireWire, as macOS captures it
    242: (44, 40),  # IP over InfiniBand (RFC 4391 §6)
    SLL2: (20, 0),
    281: (18, 16),  # Ethernet with a switch's tag after the addresses
    283: (18, 16),
    284: (22, 20),
}
"""Link types whose header has a fixed size and an ethertype at a fixed offset: (header bytes, offset of the
ethertype)."""

BARE: dict[int, int] = {
    0: layers.LOOPBACK,
    ETHERNET: layers.ETHERNET,
    12: layers.ANY_IP,
    14: layers.ANY_IP,
    101: layers.ANY_IP,
    108: layers.LOOPBACK,
    228: layers.IPV4,
    229: layers.IPV6,
}
"""Link types whose packets begin directly with a layer that has a code of its own."""

SNAP = b"\xaa\xaa\x03"
"""The DSAP, SSAP and control (unnumbered information) values before a SNAP header (RFC 1042)."""

ENCAPSULATED_ETHERNET = (b"\x00\x00\x00", b"\x00\x00\xf8")
"""The SNAP organisation codes that are followed by an ethertype: RFC 1042, and IEEE 802.1H's bridge tunnel."""

IP_SAP = 0x06
UNNUMBERED_INFORMATION = 0x03

AF_INET = 2
AF_INET6 = 10
NFULA_PAYLOAD = 9


NAMES: dict[int, str] = {
    143: "DOCSIS",
    187: "Bluetooth",
    189: "USB",
    195: "IEEE 802.15.4",
    201: "Bluetooth",
    209: "I2C",
    220: "USB",
    227: "CAN",
    230: "IEEE 802.15.4",
    231: "D-Bus",
    249: "USB",
    253: "Netlink",
    254: "Bluetooth",
}
"""Names of common link types that are not supported, used in the note about them."""


def name_of(link_type: int) -> str:
    """The text for an unsupported link type: its number, and its name if it is known here."""
    name = f"USER{link_type - 147}" if 147 <= link_type <= 162 else NAMES.get(link_type, "")
    return f"{link_type} ({name})" if name else str(link_type)


def layer_of(link_type: int) -> int:
    """The code of the layer with which packets of this link type begin."""
    return BARE.get(link_type, LINK + link_type)


def llc(packet: memoryview) -> Step:
    """Parse an IEEE 802.2 header, followed by a SNAP header with an ethertype, or by IP if the SAP is that of IP."""
    if packet[:3] == SNAP:
        if packet[3:6] not in ENCAPSULATED_ETHERNET:
            return None
        ethertype = be16(packet, 6)
        return (ethertype, 8) if ethertype >= layers.SMALLEST_ETHERTYPE else None
    if packet[0] == packet[1] == IP_SAP and packet[2] == UNNUMBERED_INFORMATION:
        return layers.IPV4, 3
    return None


def fddi(packet: memoryview) -> Step:
    """Parse an FDDI header: frame control and two addresses; LLC follows if the frame control says so (ISO 9314-2
    §7.3.3).
    """
    return (layers.LLC, 13) if packet[0] & 0x70 == 0x50 else None


def token_ring(packet: memoryview) -> Step:
    """Parse an IEEE 802.5 header: two control bytes, two addresses, and a source route if the group bit of the source
    address is set.
    """
    if packet[1] & 0xC0 != 0x40:
        return None
    route = packet[14] & 0x1F if packet[8] & 0x80 else 0
    return layers.LLC, 14 + route


def cisco_hdlc(packet: memoryview) -> Step:
    """Parse a Cisco HDLC header: address, control, ethertype."""
    return layers.ethertype_layer(be16(packet, 2)), 4


def nflog(packet: memoryview) -> Step:
    """Parse a Linux netfilter log header: a list of attributes in the byte order of the capturing machine, one of which
    contains the packet.
    """
    family = {AF_INET: layers.IPV4, AF_INET6: layers.IPV6}.get(packet[0])
    if family is None or packet[1] != 0:
        return None
    read16 = le16 if le16(packet, 6) <= 0xFF else be16
    at = _nflog_payload(packet, read16)
    return family, at, at - 4 + read16(packet, at - 4)


def _nflog_payload(packet: memoryview, read16: Callable[[memoryview, int], int]) -> int:
    """The offset of the payload attribute's content; raises IndexError if there is no payload attribute."""
    at = 4
    while read16(packet, at + 2) != NFULA_PAYLOAD:
        at += max(4, read16(packet, at) + 3 & ~3)
    return at + 4


def pflog(packet: memoryview) -> Step:
    """Parse a BSD packet filter log header, which states its own length; it is padded to a multiple of four bytes."""
    return layers.ANY_IP, packet[0] + 3 & ~3


def enc(_packet: memoryview) -> Step:
    """Parse the header of OpenBSD's IPsec interface: address family, SPI and flags."""
    return layers.ANY_IP, 12


def pktap(packet: memoryview) -> Step:
    """Parse a header of macOS's tap on several interfaces: header length, record type, then the link type of the
    packet that follows.
    """
    return layer_of(le16(packet, 8)), max(12, le16(packet, 0))


def _plain(layer: int) -> Opener:
    return lambda _packet: (layer, 0)


OPENERS: dict[int, Opener] = {
    layers.LLC: llc,
    0x8870: llc,
    LINK + 6: token_ring,
    LINK + 9: _plain(layers.PPP),
    LINK + 10: fddi,
    LINK + 50: _plain(layers.PPP),
    LINK + 51: _plain(layers.PPPOE),
    LINK + 100: _plain(layers.LLC),
    LINK + 104: cisco_hdlc,
    LINK + 109: enc,
    LINK + 117: pflog,
    LINK + 239: nflog,
    LINK + 258: pktap,
}
