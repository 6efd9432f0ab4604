"""What lies behind the end that an outer header states is padding, though the header inside claims it."""

from __future__ import annotations

import struct

import pytest

from tests.wire import samples
from tests.wire.decoding import decode
from tests.wire.samples import IP4, MAC, PAYLOAD, SNAP, V4, ethernet, ipv4, tcp, udp

EXTRA = b"\xee" * 6
LYING = ipv4(tcp(PAYLOAD + EXTRA), total=0)
"""Segmentation offload: the header states no length, so only what is around it tells where the packet ends."""
PPP_IPV4 = b"\x00\x21"
SIZE = len(LYING) - len(EXTRA)


def inner() -> bytes:
    return ethernet(LYING)


@pytest.mark.parametrize(
    "packet",
    [
        pytest.param(ethernet(struct.pack(">BBHH", 0x11, 0, 1, 2 + SIZE) + PPP_IPV4 + LYING, b"\x88\x64"), id="PPPoE"),
        pytest.param(
            ethernet(struct.pack(">BBHH", 0x11, 0, 1, 2 + SIZE) + PPP_IPV4 + ipv4(tcp(PAYLOAD + EXTRA)), b"\x88\x64"),
            id="PPPoE against a total length",
        ),
        pytest.param(MAC + struct.pack(">H", 8 + SIZE) + SNAP + IP4 + LYING, id="LLC behind an Ethernet length"),
        pytest.param(MAC + b"\x81\0\0\1" + struct.pack(">H", 8 + SIZE) + SNAP + IP4 + LYING, id="LLC behind a tag"),
        pytest.param(
            samples.over_ip(17, struct.pack(">HHHHQ", 50000, 4789, 8 + 8 + 14 + SIZE, 0, 0x08 << 56) + inner()),
            id="UDP around VXLAN",
        ),
        pytest.param(samples.over_ip(17, udp(struct.pack(">BBHI", 0x30, 0xFF, SIZE, 1) + LYING, 2152)), id="GTP-U"),
        pytest.param(
            samples.over_ip(17, udp(struct.pack(">HHHH", 0x4002, 8 + 2 + SIZE, 1, 1) + PPP_IPV4 + LYING, 1701)),
            id="L2TP",
        ),
        pytest.param(
            samples.over_ip(47, struct.pack(">HHHHI", 0x3001, 0x880B, 2 + SIZE, 1, 1) + PPP_IPV4 + LYING), id="PPTP"
        ),
    ],
)
def test_padding_behind_a_stated_end_is_no_payload(packet: bytes) -> None:
    found = decode(packet, 1)
    assert found["is_tcp"] == 1
    assert (found["payload"], found["bytes"]) == (len(PAYLOAD), PAYLOAD)


def test_a_netfilter_log_ends_its_packet_where_the_attribute_ends() -> None:
    found = decode(struct.pack("<BBHHH", 2, 0, 0, 4 + SIZE, 9) + LYING, 239)
    assert found["bytes"] == PAYLOAD


def test_a_datagram_without_a_length_goes_to_the_end_of_its_packet() -> None:
    datagram = struct.pack(">HHHH", 50000, 4789, 0, 0) + b"\x08\0\0\0\0\0\1\0" + ethernet(V4)
    assert decode(samples.over_ip(17, datagram), 1)["bytes"] == PAYLOAD
