"""IP: addresses, lengths that lie, padding, and packets that the capture cut off."""

from __future__ import annotations

import pytest

from inspector.wire.layers import MAX_LAYERS
from tests.wire.decoding import decode
from tests.wire.samples import FRAME, IP4, IP6, MAC, PAYLOAD, V4, V6, ethernet, ipv4, ipv6, tcp

HEADERS = 14 + 20 + 20


def test_addresses_of_ipv4() -> None:
    found = decode(FRAME)
    assert (found["source_hi"], found["source_lo"]) == (0, 0xC0000201)
    assert (found["destination_hi"], found["destination_lo"]) == (0, 0xC6336402)
    assert found["ip_bytes"] == len(V4)


def test_addresses_of_ipv6() -> None:
    found = decode(ethernet(V6, IP6))
    assert (found["source_hi"], found["source_lo"]) == (0x20010DB8_00000000, 1)
    assert (found["destination_hi"], found["destination_lo"]) == (0x20010DB8_00000000, 2)
    assert found["ip_bytes"] == len(V6)


def test_an_address_with_all_bits_set() -> None:
    packet = bytearray(V6)
    packet[8:40] = b"\xff" * 32
    found = decode(bytes(packet), 101)
    assert found["source_hi"] == found["source_lo"] == found["destination_hi"] == found["destination_lo"] == 2**64 - 1


@pytest.mark.parametrize("padding", [b"\0" * 6, b"HTTP/1.1 200 OK\r\n\r\n"], ids=["zeros", "text"])
@pytest.mark.parametrize("frame", [FRAME, ethernet(V6, IP6)], ids=["IPv4", "IPv6"])
def test_what_stands_behind_the_ip_packet_is_no_payload(frame: bytes, padding: bytes) -> None:
    found = decode(frame + padding)
    assert found["bytes"] == PAYLOAD
    assert found["payload"] == len(PAYLOAD)


def test_an_inner_packet_is_drawn_in_by_the_outer_one() -> None:
    inner = ipv4(tcp(), total=len(V4) + 100)
    found = decode(ethernet(ipv4(inner, 4)) + bytes(200))
    assert found["bytes"] == PAYLOAD


def test_a_total_length_of_zero_means_to_the_end_of_the_frame() -> None:
    found = decode(ethernet(ipv4(tcp(b"x" * 60_000), total=0)))
    assert found["payload"] == 60_000
    assert found["ip_bytes"] == 60_040


def test_a_frame_of_segmentation_offload_longer_than_ip_can_say() -> None:
    found = decode(ethernet(ipv4(tcp(b"x" * 100_000), total=0)))
    assert found["payload"] == found["payload_captured"] == 100_000


def test_an_ipv6_payload_length_of_zero_means_to_the_end_of_the_frame() -> None:
    found = decode(ethernet(ipv6(tcp(b"x" * 100_000), length=0), IP6))
    assert found["payload"] == 100_000


def test_a_jumbogram_with_its_hop_by_hop_option() -> None:
    jumbo = bytes.fromhex("0600 c204 000186c8")
    found = decode(ethernet(ipv6(jumbo + tcp(b"x" * 100_000), 0, length=0), IP6))
    assert found["payload"] == 100_000


def test_the_capture_may_hold_less_than_was_sent() -> None:
    found = decode(FRAME[: HEADERS + 4], length=len(FRAME))
    assert (found["payload"], found["payload_captured"]) == (len(PAYLOAD), 4)
    assert found["bytes"] == PAYLOAD[:4]


def test_the_capture_may_hold_headers_alone() -> None:
    found = decode(FRAME[:HEADERS], length=len(FRAME))
    assert (found["is_tcp"], found["payload"], found["payload_captured"]) == (1, len(PAYLOAD), 0)


def test_an_ip_length_beyond_the_frame_is_not_believed() -> None:
    found = decode(ethernet(ipv4(tcp(), total=1500)))
    assert found["payload"] == found["payload_captured"] == len(PAYLOAD)


def test_a_record_that_claims_fewer_bytes_on_the_wire_than_it_holds() -> None:
    found = decode(FRAME, length=10)
    assert found["payload"] == found["payload_captured"] == len(PAYLOAD)


def test_layers_are_walked_to_a_bound() -> None:
    tags = bytes.fromhex("8100 0001")
    deepest = MAX_LAYERS - 2
    assert decode(MAC + tags * (deepest) + IP4 + V4)["is_tcp"] == 1
    assert decode(MAC + tags * (deepest + 1) + IP4 + V4)["is_tcp"] == 0


def test_extension_headers_may_not_run_beyond_the_packet() -> None:
    assert decode(ethernet(ipv6(bytes.fromhex("06ff 0104 00000000") + tcp(), 0), IP6))["is_tcp"] == 0
