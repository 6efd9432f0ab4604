"""Packets of every link type and tunnel that carry one known TCP segment, written out byte by byte.

Each sample wraps the same segment, so that one expectation fits all, and one run of tshark can judge them all.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

SOURCE_PORT = 49200
DESTINATION_PORT = 8000
PAYLOAD = b"GET / HTTP/1.1\r\n"

IPV4_SOURCE = bytes([192, 0, 2, 1])
IPV4_DESTINATION = bytes([198, 51, 100, 2])
IPV6_SOURCE = bytes.fromhex("20010db8000000000000000000000001")
IPV6_DESTINATION = bytes.fromhex("20010db8000000000000000000000002")

MAC = bytes.fromhex("020000000002 020000000001")
SNAP = bytes.fromhex("aaaa03 000000")
IP4, IP6 = bytes.fromhex("0800"), bytes.fromhex("86dd")


def tcp(payload: bytes = PAYLOAD, options: bytes = b"", flags: int = 0x18, offset: int | None = None) -> bytes:
    """A segment; `options` must be padded to words, `offset` lies about the header's size in words."""
    words = 5 + len(options) // 4 if offset is None else offset
    fixed = struct.pack(">HHIIHHHH", SOURCE_PORT, DESTINATION_PORT, 1000, 2000, words << 12 | flags, 512, 0, 0)
    return fixed + options + payload


def ipv4(content: bytes, protocol: int = 6, total: int | None = None, fragment: int = 0, options: bytes = b"") -> bytes:
    """A packet; `total` lies about its length, `fragment` is the field of flags and offset."""
    header = 20 + len(options)
    length = header + len(content) if total is None else total
    first = 0x40 | header // 4
    fixed = struct.pack(">BBHHHBBH", first, 0, length, 0x4242, fragment, 64, protocol, 0)
    return fixed + IPV4_SOURCE + IPV4_DESTINATION + options + content


def ipv6(content: bytes, following: int = 6, length: int | None = None) -> bytes:
    """A packet; `length` lies about its payload's length."""
    size = len(content) if length is None else length
    return struct.pack(">IHBB", 6 << 28, size, following, 64) + IPV6_SOURCE + IPV6_DESTINATION + content


def udp(content: bytes, port: int, source: int = 50000) -> bytes:
    """A datagram."""
    return struct.pack(">HHHH", source, port, 8 + len(content), 0) + content


def ethernet(content: bytes, ethertype: bytes = IP4) -> bytes:
    """A frame."""
    return MAC + ethertype + content


def over_ip(protocol: int, content: bytes) -> bytes:
    """An Ethernet frame with an IPv4 packet of that protocol."""
    return ethernet(ipv4(content, protocol))


def over_udp(port: int, content: bytes) -> bytes:
    """An Ethernet frame with a UDP datagram to that port."""
    return over_ip(17, udp(content, port))


V4 = ipv4(tcp())
V6 = ipv6(tcp())
FRAME = ethernet(V4)


@dataclass(frozen=True)
class Sample:
    """One packet that carries the segment of `tcp()`, and how."""

    name: str
    link_type: int
    packet: bytes
    family: int = 4
    tshark_knows: bool = True
    """Whether tshark 4.0 with default preferences dissects it down to TCP."""

    def __str__(self) -> str:
        return self.name


def _frame(name: str, packet: bytes, family: int = 4, tshark_knows: bool = True) -> Sample:
    return Sample(name, 1, packet, family, tshark_knows)


def _hex(text: str) -> bytes:
    return bytes.fromhex(text)


LINKS = [
    _frame("Ethernet and IPv4", FRAME),
    _frame("Ethernet and IPv6", ethernet(V6, IP6), 6),
    _frame("one VLAN tag", MAC + _hex("8100 0016") + IP4 + V4),
    _frame("provider and customer VLAN tags", MAC + _hex("88a8 0064 8100 0016") + IP6 + V6, 6),
    _frame(
        "three VLAN tags, one of them of the old 0x9100 kind", MAC + _hex("9100 0001 8100 0002 8100 0003") + IP4 + V4
    ),
    _frame("LLC and SNAP behind an Ethernet length", MAC + struct.pack(">H", 8 + len(V4)) + SNAP + IP4 + V4),
    _frame("SNAP with 802.1H's bridge tunnel code", MAC + b"\x00\x50" + _hex("aaaa03 0000f8") + IP4 + V4),
    _frame("IP's own LLC service access point", MAC + b"\x00\x50" + _hex("060603") + V4),
    _frame("LLC behind a VLAN tag", MAC + _hex("8100 0016 0050") + SNAP + IP4 + V4),
    _frame("LLC behind the ethertype of jumbo frames", MAC + _hex("8870") + SNAP + IP4 + V4),
    Sample("BSD loopback written by a little-endian machine", 0, _hex("02000000") + V4),
    Sample("BSD loopback written by a big-endian machine", 0, _hex("00000002") + V4),
    Sample("BSD loopback with the IPv6 family of macOS", 0, _hex("1e000000") + V6, 6),
    Sample("BSD loopback with the IPv6 family of FreeBSD", 0, _hex("1c000000") + V6, 6),
    Sample("OpenBSD loopback", 108, _hex("00000018") + V6, 6),
    Sample("bare IPv4", 101, V4),
    Sample("bare IPv6", 101, V6, 6),
    Sample("bare IP under a link type number of BSD", 12, V4),
    Sample("a link type that is always IPv4", 228, V4),
    Sample("a link type that is always IPv6", 229, V6, 6),
    Sample("Linux cooked capture", 113, _hex("0000 0304 0006 000000000000 0000") + IP4 + V4),
    Sample("Linux cooked capture with a VLAN tag", 113, _hex("0000 0001 0006 020000000001 0000 8100 0016") + IP4 + V4),
    Sample("Linux cooked capture, version 2", 276, IP6 + _hex("0000 00000001 0304 00 06 0000000000000000") + V6, 6),
    Sample("FDDI", 10, _hex("50") + MAC + SNAP + IP4 + V4),
    Sample("Token Ring", 6, _hex("1040") + MAC + SNAP + IP4 + V4),
    Sample(
        "Token Ring with a source route", 6, _hex("1040 020000000002 820000000001 0630 0011 0020") + SNAP + IP4 + V4
    ),
    Sample("ATM with LLC", 100, SNAP + IP4 + V4),
    Sample("Cisco HDLC", 104, _hex("0f00") + IP4 + V4),
    Sample("OpenBSD's IPsec interface", 109, _hex("02000000 00001234 00000000") + V4),
    Sample("BSD's packet filter log, its header of 61 bytes padded", 117, _hex("3d02") + bytes(62) + V4),
    Sample(
        "netfilter log", 239, _hex("0200 0000 0800 0100 08000100 0900 0a00 6162636465 000000") + _hex("3c00 0900") + V4
    ),
    Sample("netfilter log written by a big-endian machine", 239, _hex("0a00 0000 0050 0009") + V6, 6, False),
    Sample(
        "macOS's tap on several interfaces",
        258,
        struct.pack("<III24sIIIIi20sIHHi20s", 108, 1, 1, b"en0", 1, 2, 14, 0, 7, b"ssh", 0, 6, 0, 7, b"") + FRAME,
    ),
    Sample("MPLS without Ethernet", 219, _hex("00010040 00020140") + V4, tshark_knows=False),
    Sample("frame relay, IPv4 by its NLPID", 107, _hex("1841 03 cc") + V4),
    Sample("frame relay, IPv6 behind SNAP and padding", 107, _hex("1841 03 00 80 000000") + IP6 + V6, 6),
    Sample("frame relay in Cisco's encapsulation", 107, _hex("1841") + IP4 + V4),
    Sample("frame relay behind a direction", 206, _hex("00 1841 03 cc") + V4, tshark_knows=False),
    Sample("PPP behind a direction", 204, _hex("01 ff03 0021") + V4),
    Sample("PPP with the direction in place of the address", 166, _hex("01 03 0021") + V4, tshark_knows=False),
    Sample("Cisco HDLC behind a direction", 205, _hex("00 0f00") + IP4 + V4, tshark_knows=False),
    Sample("SLIP with BSD's header", 8, bytes(16) + V4, tshark_knows=False),
    Sample("classical IP over ATM", 106, V4),
    Sample("classical IP over ATM with LLC", 106, SNAP + IP4 + V4, tshark_knows=False),
    Sample("IP over Fibre Channel", 122, bytes(16) + SNAP + IP4 + V4),
    Sample("IP over FireWire", 138, bytes(16) + IP4 + V4),
    Sample("IP over InfiniBand", 242, bytes(40) + IP4 + bytes(2) + V4),
    Sample("Solaris IPNET", 226, struct.pack(">BBHIIIII", 1, 2, 1, len(V4), 1, 0, 0, 0) + V4),
    Sample("Juniper Ethernet", 178, b"MGC\x01" + FRAME),
    Sample("Juniper Ethernet with extensions", 178, b"MGC\x81" + _hex("0006 010100 020142") + FRAME),
    Sample(
        "an Endace record of Ethernet with an extension header",
        197,
        bytes(8) + struct.pack(">BBHHH", 0x82, 4, 26 + len(FRAME), 0, len(FRAME)) + bytes(8) + bytes(2) + FRAME,
    ),
    Sample("an Endace record of IPv4", 197, bytes(8) + struct.pack(">BBHHH", 22, 4, 16 + len(V4), 0, len(V4)) + V4),
    Sample("netANALYZER", 240, bytes(4) + FRAME, tshark_knows=False),
    Sample("netANALYZER with the preamble", 241, bytes(4) + _hex("55555555555555d5") + FRAME, tshark_knows=False),
    Sample("Ethernet with its preamble", 274, _hex("55555555555555d5") + FRAME, tshark_knows=False),
    Sample("EPON", 259, _hex("5555d5555500 0100") + FRAME, tshark_knows=False),
    Sample("a switch's tag behind the addresses", 281, MAC + bytes(4) + IP4 + V4, tshark_knows=False),
    Sample("a switch's tag before the frame", 282, bytes(4) + FRAME, tshark_knows=False),
    Sample("a longer switch's tag", 284, MAC + _hex("dada 0000 00000000") + IP4 + V4, tshark_knows=False),
    Sample("an exported PDU of IP", 252, _hex("000c 0004") + b"ip\0\0" + bytes(4) + V4),
    Sample("an exported PDU of Ethernet", 252, _hex("000c 0010") + b"eth_withoutfcs\0\0" + bytes(4) + FRAME),
]

DATA_FROM_AP = _hex("0802 0000") + MAC + _hex("020000000003 1000")
QOS_DATA = _hex("8802 0000") + MAC + _hex("020000000003 1000 0000")

WIFI = [
    Sample("802.11 data from an access point", 105, DATA_FROM_AP + SNAP + IP4 + V4),
    Sample("802.11 QoS data", 105, QOS_DATA + SNAP + IP4 + V4),
    Sample("802.11 QoS data with HT control", 105, _hex("8882") + QOS_DATA[2:] + bytes(4) + SNAP + IP4 + V4),
    Sample(
        "802.11 between access points, four addresses", 105, _hex("0803") + DATA_FROM_AP[2:] + MAC[:6] + SNAP + IP4 + V4
    ),
    Sample(
        "802.11 aggregate: the first of its frames",
        105,
        QOS_DATA[:24] + b"\x80\x00" + MAC + struct.pack(">H", 8 + len(V4)) + SNAP + IP4 + V4,
    ),
    Sample("802.11 behind a radiotap header", 127, _hex("0000 0800 00000000") + DATA_FROM_AP + SNAP + IP4 + V4),
    Sample(
        "radiotap with two words of fields, a time stamp and a padded 802.11 header",
        127,
        _hex("0000 2000 030000a0 00000080 00000000 1122334455667788 20 00000000000000")[:32]
        + QOS_DATA
        + bytes(2)
        + SNAP
        + IP4
        + V4,
        tshark_knows=False,
    ),
    Sample(
        "802.11 behind a Prism header", 119, _hex("44000000 90000000") + bytes(136) + DATA_FROM_AP + SNAP + IP4 + V4
    ),
    Sample(
        "802.11 behind an AVS header under Prism's link type",
        119,
        _hex("80211001 00000040") + bytes(56) + DATA_FROM_AP + SNAP + IP4 + V4,
    ),
    Sample("802.11 behind an AVS header", 163, _hex("80211001 00000040") + bytes(56) + DATA_FROM_AP + SNAP + IP4 + V4),
    Sample("802.11 behind per-packet information", 192, _hex("0000 0800 69000000") + DATA_FROM_AP + SNAP + IP4 + V4),
]

PPP = [
    Sample("PPP with address and control", 9, _hex("ff03 0021") + V4),
    Sample("PPP without address and control", 9, _hex("0057") + V6, 6),
    Sample("PPP with its protocol field compressed to one byte", 9, _hex("21") + V4),
    Sample("PPP in HDLC framing", 50, _hex("ff03 0021") + V4),
    Sample("PPPoE as a link type", 51, _hex("1100 0001 0060 0021") + V4),
    _frame("PPPoE session", MAC + _hex("8864 1100 0001") + struct.pack(">H", 2 + len(V4)) + _hex("0021") + V4),
    _frame("L2TP with only the fields it must have", over_udp(1701, _hex("0002 0001 0001 ff03 0021") + V4)),
    _frame(
        "L2TP with length, sequence numbers and offset",
        over_udp(1701, _hex("4a02 0060 0001 0001 0001 0000 0002 0000 ff03 0021") + V4),
    ),
]

TUNNELS = [
    _frame("MPLS with one label", ethernet(_hex("00010140") + V4, _hex("8847"))),
    _frame("MPLS with three labels over IPv6", ethernet(_hex("00010040 00020040 00030140") + V6, _hex("8847")), 6),
    _frame("MPLS pseudowire with a control word", ethernet(_hex("00010140 00000000") + FRAME, _hex("8847")), 4, False),
    _frame("MPLS behind a VLAN tag", MAC + _hex("8100 0016 8847 00010140") + V4),
    _frame("MPLS in IP", over_ip(137, _hex("00010140") + V4)),
    _frame("MPLS in UDP", over_udp(6635, _hex("00010140") + V4)),
    _frame("VN-Tag", MAC + _hex("8926 00000000") + IP4 + V4),
    _frame("802.1BR's E-Tag", MAC + _hex("893f 000000000000") + IP4 + V4),
    _frame("MAC in MAC", MAC + _hex("88e7 00000001") + FRAME),
    _frame("seamless redundancy", MAC + _hex("892f") + struct.pack(">HH", 0x1000 | len(V4) + 6, 7) + IP4 + V4),
    _frame("network service header", MAC + _hex("894f 0fc6 0101 00000100") + bytes(16) + V4),
    _frame("IPv4 in IPv4", over_ip(4, V4)),
    _frame("IPv6 in IPv4", over_ip(41, V6), 6),
    _frame("IPv4 in IPv6", ethernet(ipv6(V4, 4), IP6)),
    _frame("GRE", over_ip(47, _hex("0000 0800") + V4)),
    _frame(
        "GRE with checksum, key and sequence number", over_ip(47, _hex("b000 0800 0000 0000 00000001 00000002") + V4)
    ),
    _frame("GRE with a source route", over_ip(47, _hex("4000 0800 00000000 0800 0004 0a000001 00000000") + V4)),
    _frame("GRE with Ethernet inside", over_ip(47, _hex("0000 6558") + FRAME)),
    _frame("GRE with MPLS inside", over_ip(47, _hex("0000 8847 00010140") + V4)),
    _frame("GRE with PPP inside", over_ip(47, _hex("0000 880b ff03 0021") + V4)),
    _frame("PPTP", over_ip(47, _hex("3081 880b 0060 0001 00000001 00000002 ff03 0021") + V4)),
    _frame("GRE from a web cache router", over_ip(47, _hex("0000 883e") + V4)),
    _frame("GRE from a web cache router with its redirect header", over_ip(47, _hex("0000 883e 00010203") + V4)),
    _frame("GRE with 802.11 inside", over_ip(47, _hex("0000 8240") + DATA_FROM_AP + SNAP + IP4 + V4)),
    _frame("GRE in UDP", over_udp(4754, _hex("0000 0800") + V4)),
    _frame("ERSPAN type I", over_ip(47, _hex("0000 88be") + FRAME)),
    _frame("ERSPAN type II", over_ip(47, _hex("1000 88be 00000001 10010001 00000000") + FRAME)),
    _frame("ERSPAN type III", over_ip(47, _hex("1000 22eb 00000001 20010001 00000000 00000000") + FRAME)),
    _frame(
        "ERSPAN type III with a platform's header",
        over_ip(47, _hex("1000 22eb 00000001 20010001 00000000 00000001") + bytes(8) + FRAME),
    ),
    _frame("EtherIP", over_ip(97, _hex("3000") + FRAME)),
    _frame("Ethernet as an IP protocol", over_ip(143, FRAME)),
]

UDP_TUNNELS = [
    _frame("VXLAN", over_udp(4789, _hex("08000000 00002a00") + FRAME)),
    _frame("VXLAN that says what follows", over_udp(4790, _hex("0c000001 00002a00") + V4)),
    _frame(
        "VXLAN that could say what follows, and does not", over_udp(4790, _hex("08000000 00002a00") + FRAME), 4, False
    ),
    _frame("Geneve", over_udp(6081, _hex("0000 6558 00002a00") + FRAME)),
    _frame("Geneve with options and IPv6 inside", over_udp(6081, _hex("0200 86dd 00002a00 00000001 00000000") + V6), 6),
    _frame("GTP-U", over_udp(2152, _hex("30ff") + struct.pack(">HI", len(V4), 1) + V4)),
    _frame(
        "GTP-U with a sequence number",
        over_udp(2152, _hex("32ff") + struct.pack(">HI", 4 + len(V4), 1) + bytes(4) + V4),
    ),
    _frame(
        "GTP-U with an extension header",
        over_udp(2152, _hex("34ff") + struct.pack(">HI", 8 + len(V6), 1) + _hex("000000c0 01000000") + V6),
        6,
    ),
    _frame("Teredo", over_udp(3544, V6), 6),
    _frame(
        "Teredo with authentication and origin",
        over_udp(3544, _hex("0001 0000 0000000000000000 00 0000 1234 3fffffff") + V6),
        6,
    ),
    _frame("AYIYA", over_udp(5072, _hex("4152 4129 00000000") + bytes(16 + 20) + V6), 6, False),
    _frame("LISP", over_udp(4341, _hex("80000001 00000001") + V4)),
    _frame("TZSP", over_udp(37008, _hex("0100 0001 00 0a0101 01") + FRAME)),
]

EXTENSIONS = [
    _frame("hop-by-hop options", ethernet(ipv6(_hex("06 00 0104 00000000") + tcp(), 0), IP6), 6),
    _frame("destination options of 16 bytes", ethernet(ipv6(_hex("06 01 010c") + bytes(12) + tcp(), 60), IP6), 6),
    _frame("a routing header", ethernet(ipv6(_hex("06 02 04 00 00000000") + IPV6_DESTINATION + tcp(), 43), IP6), 6),
    _frame("an atomic fragment", ethernet(ipv6(_hex("06 00 0000 00000042") + tcp(), 44), IP6), 6),
    _frame(
        "an authentication header", ethernet(ipv6(_hex("06 04 0000 00000001 00000001") + bytes(12) + tcp(), 51), IP6), 6
    ),
    _frame(
        "hop-by-hop options, then destination options, then an atomic fragment",
        ethernet(
            ipv6(_hex("3c 00 0104 00000000") + _hex("2c 00 0104 00000000") + _hex("06 00 0000 00000042") + tcp(), 0),
            IP6,
        ),
        6,
    ),
    _frame(
        "an authentication header behind IPv4", over_ip(51, _hex("06 04 0000 00000001 00000001") + bytes(12) + tcp())
    ),
    _frame("IPv4 with options", ethernet(ipv4(tcp(), options=_hex("94040000 01010100")))),
]

ALL = LINKS + WIFI + PPP + TUNNELS + UDP_TUNNELS + EXTENSIONS
