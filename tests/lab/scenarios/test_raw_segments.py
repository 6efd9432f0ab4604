"""Crafted segments equal scapy's."""

from __future__ import annotations

from scapy.layers.inet import IP, TCP

from inspector.lab.scenarios.raw_segments import checksum, segment
from inspector.tcp.flags_and_seq import RST


def test_a_syn_is_the_one_that_scapy_would_make() -> None:
    made = segment("10.9.0.100", 1024, "10.9.0.1", 80, 7)
    asked = TCP(sport=1024, dport=80, seq=7, flags="S", window=64_240)
    assert made == bytes(IP(src="10.9.0.100", dst="10.9.0.1", id=0, ttl=64) / asked)


def test_a_reset_is_the_one_that_scapy_would_make() -> None:
    made = segment("10.9.0.2", 1024, "10.9.0.1", 80, 7, RST)
    asked = TCP(sport=1024, dport=80, seq=7, flags="R", window=64_240)
    assert made == bytes(IP(src="10.9.0.2", dst="10.9.0.1", id=0, ttl=64) / asked)


def test_the_checksum_of_what_holds_its_own_checksum_is_zero() -> None:
    assert checksum(segment("192.0.2.1", 1, "192.0.2.2", 2, 3)[:20]) == 0
