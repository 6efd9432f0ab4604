"""A packet with a route in it belongs to the connection with its last hop (RFC 791 §3.1, RFC 8200 §4.4)."""

from __future__ import annotations

import struct

import pytest

from tests.wire import samples
from tests.wire.decoding import decode
from tests.wire.samples import IPV4_DESTINATION, IPV6_DESTINATION, ethernet, ipv4, ipv6, tcp

HOP, FINAL = bytes([10, 0, 0, 9]), bytes([203, 0, 113, 7])
HOP6, FINAL6 = bytes.fromhex("20010db8" + "00" * 11 + "09"), bytes.fromhex("20010db8" + "00" * 11 + "77")


def number(address: bytes) -> int:
    return int.from_bytes(address, "big")


@pytest.mark.parametrize(
    ("options", "final"),
    [
        pytest.param(b"\x83\x0b\x04" + HOP + FINAL + b"\0", FINAL, id="loose"),
        pytest.param(b"\x89\x0b\x08" + HOP + FINAL + b"\0", FINAL, id="strict, one hop done"),
        pytest.param(b"\x83\x0b\x0c" + HOP + FINAL + b"\0", IPV4_DESTINATION, id="used up"),
        pytest.param(b"\x01\x83\x07\x04" + FINAL, FINAL, id="behind a no-operation"),
        pytest.param(b"\x07\x0b\x04" + HOP + FINAL + b"\0", IPV4_DESTINATION, id="recorded, not asked for"),
        pytest.param(b"\x83\xff\x04" + HOP + FINAL + b"\0", IPV4_DESTINATION, id="longer than the header"),
        pytest.param(b"\0\x83\x07\x04" + FINAL, IPV4_DESTINATION, id="behind the end of options"),
    ],
)
def test_ipv4(options: bytes, final: bytes) -> None:
    found = decode(ethernet(ipv4(tcp(), options=options)), 1)
    assert found["is_tcp"] == 1
    assert found["destination_lo"] == number(final)


def routing(kind: int, left: int, *addresses: bytes) -> bytes:
    return struct.pack(">BBBBI", 6, 2 * len(addresses), kind, left, 0) + b"".join(addresses)


@pytest.mark.parametrize(
    ("header", "final"),
    [
        pytest.param(routing(0, 2, HOP6, FINAL6), FINAL6, id="type 0"),
        pytest.param(routing(0, 0, HOP6, FINAL6), IPV6_DESTINATION, id="type 0, used up"),
        pytest.param(routing(2, 1, FINAL6), FINAL6, id="a mobile node's home address"),
        pytest.param(routing(4, 1, FINAL6, HOP6), FINAL6, id="segment routing"),
        pytest.param(routing(4, 0, FINAL6, HOP6), IPV6_DESTINATION, id="segment routing, used up"),
        pytest.param(routing(3, 1, FINAL6), IPV6_DESTINATION, id="compressed addresses, which are not read"),
        pytest.param(routing(0, 1), IPV6_DESTINATION, id="no addresses"),
    ],
)
def test_ipv6(header: bytes, final: bytes) -> None:
    found = decode(ethernet(ipv6(header + tcp(), 43), samples.IP6), 1)
    assert found["is_tcp"] == 1
    assert (found["destination_hi"] << 64 | found["destination_lo"]) == number(final)
