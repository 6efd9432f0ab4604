"""What must not be taken for TCP: quoted, encrypted, cut into pieces elsewhere, or not ours to dissect."""

from __future__ import annotations

import pytest

from tests.wire import samples
from tests.wire.decoding import decode
from tests.wire.samples import (
    FRAME,
    IP4,
    IP6,
    MAC,
    QOS_DATA,
    SNAP,
    V4,
    V6,
    ethernet,
    ipv4,
    ipv6,
    over_ip,
    over_udp,
    tcp,
)

UNREACHABLE = bytes.fromhex("0300 0000 00000000")
ENCRYPTED = QOS_DATA[:1] + b"\x42" + QOS_DATA[2:]
PIECE = QOS_DATA[:1] + b"\x06" + QOS_DATA[2:]
LATER_PIECE = QOS_DATA[:22] + b"\x11" + QOS_DATA[23:]


def _hex(text: str) -> bytes:
    return bytes.fromhex(text)


REFUSED: dict[str, tuple[int, bytes]] = {
    "no bytes at all": (1, b""),
    "an interface of an unknown link type": (147, V4),
    "a TCP header quoted by an ICMP error": (1, over_ip(1, UNREACHABLE + V4)),
    "a TCP header quoted by an ICMPv6 error": (1, ethernet(ipv6(_hex("0100 0000 00000000") + V6, 58), IP6)),
    "an unknown ethertype": (1, ethernet(V4, _hex("88b5"))),
    "a type field that is neither length nor type": (1, ethernet(V4, _hex("05ff"))),
    "SNAP of another organisation": (1, MAC + _hex("0050 aaaa03 00000c") + IP4 + V4),
    "SNAP with a number that is no ethertype": (1, MAC + _hex("0050 aaaa03 000000 0100") + V4),
    "LLC of another protocol": (1, MAC + _hex("0050 424203") + V4),
    "LLC that acknowledges instead of carrying data": (1, MAC + _hex("0050 060601") + V4),
    "more VLAN tags than anybody stacks": (1, MAC + _hex("8100 0001") * 70 + IP4 + V4),
    "IPv4 where the link type says IPv6": (229, V4),
    "IPv4 under IPv6's ethertype": (1, ethernet(V4, IP6)),
    "IPv6 under IPv4's ethertype": (1, ethernet(V6, IP4)),
    "bare bytes of no IP version": (101, _hex("75") + V4[1:]),
    "a BSD loopback address family that is not IP": (0, _hex("07000000") + V4),
    "FDDI's own management": (10, _hex("41") + MAC + SNAP + IP4 + V4),
    "Token Ring's own management": (6, _hex("1000") + MAC + SNAP + IP4 + V4),
    "netfilter log of a bridge": (239, _hex("0700 0000 3c00 0900") + V4),
    "netfilter log without a packet": (239, _hex("0200 0000 0800 0100 08000100")),
    "an encrypted 802.11 frame": (105, ENCRYPTED + SNAP + IP4 + V4),
    "the first fragment of an 802.11 frame": (105, PIECE + SNAP + IP4 + V4),
    "a later fragment of an 802.11 frame": (105, LATER_PIECE + SNAP + IP4 + V4),
    "an 802.11 frame without data": (105, _hex("4802") + QOS_DATA[2:] + SNAP + IP4 + V4),
    "an 802.11 beacon": (105, _hex("8000") + QOS_DATA[2:] + SNAP + IP4 + V4),
    "a PPPoE session being set up": (51, _hex("1109 0001 0060 0021") + V4),
    "PPP negotiating its link": (9, _hex("ff03 c021") + V4),
    "an L2TP control message": (1, over_udp(1701, _hex("8002 0001 0001 ff03 0021") + V4)),
    "L2TP of another version": (1, over_udp(1701, _hex("0003 0001 0001 ff03 0021") + V4)),
    "MPLS with something that is not IP": (1, ethernet(_hex("00010140 10000000") + FRAME, _hex("8847"))),
    "MPLS without a bottom of the stack": (1, ethernet(_hex("00010040") * 30, _hex("8847"))),
    "GRE of an unknown version": (1, over_ip(47, _hex("0002 0800") + V4)),
    "GRE that keeps the tunnel alive": (1, over_ip(47, _hex("0000 0000"))),
    "PPTP that only acknowledges": (1, over_ip(47, _hex("2081 880b 0000 0001 00000002"))),
    "ERSPAN of a version that is not said to be": (
        1,
        over_ip(47, _hex("1000 88be 00000001 20010001 00000000") + FRAME),
    ),
    "ERSPAN type III of another version": (1, over_ip(47, _hex("0000 22eb 10010001 00000000 00000000") + FRAME)),
    "EtherIP of another version": (1, over_ip(97, _hex("4000") + FRAME)),
    "a network service header that is too short to be one": (1, MAC + _hex("894f 0001 0101") + V4),
    "VXLAN without a network identifier": (1, over_udp(4789, _hex("00000000 00002a00") + FRAME)),
    "VXLAN that announces an unknown protocol": (1, over_udp(4790, _hex("0c000009 00002a00") + V4)),
    "Geneve of another version": (1, over_udp(6081, _hex("4000 6558 00002a00") + FRAME)),
    "a Geneve control packet": (1, over_udp(6081, _hex("0080 6558 00002a00") + FRAME)),
    "a GTP-U echo request": (1, over_udp(2152, _hex("3201 0038 00000001 00000000") + V4)),
    "GTP-U with an extension header of no length": (1, over_udp(2152, _hex("34ff 0038 00000001 000000c0 00") + V4)),
    "Teredo's bubble": (1, over_udp(3544, ipv6(b"", 59))),
    "something else on Teredo's port": (1, over_udp(3544, V4)),
    "AYIYA that carries no packet": (1, over_udp(5072, _hex("4152 4029 00000000") + bytes(36) + V6)),
    "TZSP that keeps the stream alive": (1, over_udp(37008, _hex("0104 0001 01") + FRAME)),
    "TZSP around something unknown": (1, over_udp(37008, _hex("0100 0099 01") + FRAME)),
    "a UDP datagram to an ordinary port": (1, over_udp(53, V4)),
    "an encrypted IP packet": (1, over_ip(50, V4)),
    "IPv4 that says it has nothing to carry": (1, ethernet(ipv6(tcp(), 59), IP6)),
    "an IPv6 extension header inside IPv4": (1, over_ip(0, _hex("0600 0104 00000000") + tcp())),
    "an IPv4 header of four words": (1, ethernet(b"\x44" + V4[1:])),
    "an IPv4 header longer than its packet": (1, ethernet(ipv4(tcp(), total=19))),
    "an IPv4 packet that ends inside the TCP header": (1, ethernet(ipv4(tcp(), total=39))),
    "a TCP header of four words": (1, over_ip(6, tcp(offset=4))),
    "a TCP header longer than its packet": (1, over_ip(6, tcp(offset=15))),
}


@pytest.mark.parametrize(("link_type", "packet"), REFUSED.values(), ids=REFUSED)
def test_it_is_not_taken_for_tcp(link_type: int, packet: bytes) -> None:
    found = decode(packet, link_type)
    assert found["is_tcp"] == 0
    assert found["flags"] == found["payload"] == found["payload_captured"] == found["source_port"] == 0


@pytest.mark.parametrize(
    ("packet", "protocol", "family"),
    [
        pytest.param(over_ip(1, UNREACHABLE + V4), 1, 4, id="the ICMP error's own header, not the quoted one"),
        pytest.param(over_udp(53, b""), 17, 4, id="UDP"),
        pytest.param(over_udp(4789, _hex("08000000 00002a00") + over_ip(1, b"")), 1, 4, id="the innermost of a tunnel"),
        pytest.param(ethernet(ipv6(_hex("3a00 0104 00000000"), 0), IP6), 58, 6, id="what follows extension headers"),
        pytest.param(ethernet(b"", _hex("0806")), 255, 0, id="none when there is no IP"),
        pytest.param(over_ip(6, tcp(offset=4)), 6, 4, id="TCP though its header is broken"),
    ],
)
def test_the_ip_protocol_is_said_of_every_packet(packet: bytes, protocol: int, family: int) -> None:
    found = decode(packet)
    assert (found["ip_protocol"], found["family"]) == (protocol, family)


def test_the_samples_are_taken_for_tcp() -> None:
    """Otherwise the table above would prove nothing."""
    assert decode(samples.FRAME)["is_tcp"] == 1
