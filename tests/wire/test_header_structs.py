"""Headers that always look the same are read field by field as the RFCs draw them, wherever they stand."""

from __future__ import annotations

import pytest

from inspector.wire.header_structs import ipv4_header, sum_of_words, tcp_header, tcp_timestamps

IPV4 = bytes.fromhex("46 10 0102 0304 6005 40 06 ffff 7f000001 c0000207")
TCP = bytes.fromhex("9c41 0050 fffffffe 80000001 a012 ffff eeee dddd")
TIMESTAMPS = bytes.fromhex("0101080a ffffffff 00000007")


@pytest.mark.parametrize("before", [0, 1, 7])
def test_ipv4(before: int) -> None:
    """Version and header length, total length, identification, flags and offset, protocol, both addresses."""
    read = ipv4_header(memoryview(bytes(before) + IPV4 + b"behind"), before)
    assert read == (0x46, 0x0102, 0x0304, 0x6005, 6, 0x7F000001, 0xC0000207)


@pytest.mark.parametrize("before", [0, 1, 7])
def test_tcp(before: int) -> None:
    """Ports, sequence number, acknowledgment, offset and flags, window; not checksum and urgent pointer."""
    read = tcp_header(memoryview(bytes(before) + TCP + b"behind"), before)
    assert read == (40001, 80, 0xFFFFFFFE, 0x80000001, 0xA012, 0xFFFF)


@pytest.mark.parametrize("before", [0, 1, 7])
def test_timestamps(before: int) -> None:
    """NOP, NOP, kind and length in one; value; echo."""
    assert tcp_timestamps(memoryview(bytes(before) + TIMESTAMPS), before) == (0x0101080A, 0xFFFFFFFF, 7)


@pytest.mark.parametrize("before", [0, 1, 7])
def test_sum_of_words(before: int) -> None:
    """The sum of RFC 1071 §3's example; an odd byte at the end is the upper half of a word."""
    example = bytes.fromhex("0001 f203 f4f5 f6f7")
    assert sum_of_words(memoryview(bytes(before) + example + b"behind"), before, 8) == 0xDDF2
    assert sum_of_words(memoryview(bytes(before) + example + b"behind"), before, 3) == 0xF201
