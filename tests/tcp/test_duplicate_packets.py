"""Packets captured twice are recognised, and similar ones are not."""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import inspector
from inspector.engine.capture import Capture
from inspector.pcap.reader import open_packets
from inspector.views import rows
from tests.pcap.craft import Pcapng

from .mutations import MILLISECOND, START_NS, Packet, Packets, segment

MICROSECOND = 1000
REQUEST = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"
RESPONSE = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"

Change = Callable[[Packet], Packet]


def conversation() -> Packets:
    """One HTTP exchange, each packet numbered by its sender."""
    sayings = [
        (0, "S", 99, 0, b""),
        (1, "SA", 299, 100, b""),
        (0, "A", 100, 300, b""),
        (0, "PA", 100, 300, REQUEST),
        (1, "A", 300, 100 + len(REQUEST), b""),
        (1, "PA", 300, 100 + len(REQUEST), RESPONSE),
        (0, "A", 100 + len(REQUEST), 300 + len(RESPONSE), b""),
    ]
    made = (segment(START_NS + i * MILLISECOND, *saying[:4], 1000, saying[4], None) for i, saying in enumerate(sayings))
    return [numbered(100 + i)(checksummed(packet)) for i, packet in enumerate(made)]


def checksummed(packet: Packet) -> Packet:
    """The packet with some TCP checksum of its own."""
    value = hash(packet.data[20:]) & 0xFFFF
    return replace(packet, data=packet.data[:36] + struct.pack(">H", value) + packet.data[38:])


def numbered(identification: int) -> Change:
    return lambda packet: replace(packet, data=packet.data[:4] + struct.pack(">H", identification) + packet.data[6:])


def hop(packet: Packet) -> Packet:
    """The packet after one more router."""
    return replace(packet, data=packet.data[:8] + bytes([packet.data[8] - 1]) + packet.data[9:])


def same(packet: Packet) -> Packet:
    return packet


def opened(folder: Path, packets: list[tuple[Packet, int]]) -> Capture:
    """A capture on two interfaces, which stamp packets in µs."""
    file = Pcapng().interface(101).interface(101)
    for packet, interface in packets:
        file.packet(packet.time_ns // 1000, packet.data, interface, packet.length)
    path = folder / "copies.pcapng"
    path.write_bytes(file.data)
    return inspector.open(path)


def twice(packets: Packets, change: Change, after_ns: int, interface: int = 0) -> list[tuple[Packet, int]]:
    """Each packet, and a little later a changed copy of it."""
    seen = []
    for packet in packets:
        seen += [(packet, 0), (replace(change(packet), time_ns=packet.time_ns + after_ns), interface)]
    return seen


@pytest.mark.parametrize(
    ("change", "after_ns", "interface"),
    [(same, 2 * MICROSECOND, 0), (hop, 5 * MICROSECOND, 0), (same, 40 * MICROSECOND, 1), (hop, 300 * MICROSECOND, 1)],
    ids=["a mirror of both directions", "a router, captured on any", "two interfaces of a bridge", "of a router"],
)
def test_each_packet_captured_twice_counts_once(tmp_path: Path, change: Change, after_ns: int, interface: int) -> None:
    with opened(tmp_path, twice(conversation(), change, after_ns, interface)) as capture:
        found = rows.packet_rows(capture)
        (connection,), (exchange,) = rows.connection_rows(capture), rows.exchange_rows(capture)
        assert [row["duplicate"] for row in found] == [False, True] * 7
        assert not any(row["verdicts"] for row in found)
        if (change, interface) != (same, 0):  # those two look the same to the last bit
            assert not any(row["analysis"] for row in found)
        assert all(a["client_state"] == b["client_state"] for a, b in zip(found[::2], found[1::2], strict=True))
        assert connection["packets"] == [4, 3]
        assert connection["bytes"] == [len(REQUEST), len(RESPONSE)]
        assert exchange["response"]["complete"]
        assert not len(capture.anomalies)
        assert any(note.startswith("7 packets captured a second time") for note in capture.notes)


def marked(capture: Capture) -> list[int]:
    return [int(row) for row in np.flatnonzero(capture.packets["duplicate"])]


def test_a_segment_that_is_sent_again_is_none(tmp_path: Path) -> None:
    packets = conversation()
    again = numbered(777)(replace(packets[3], time_ns=packets[3].time_ns + MILLISECOND // 2))
    with opened(tmp_path, [(p, 0) for p in [*packets[:4], again, *packets[4:]]]) as capture:
        assert marked(capture) == []
        assert rows.packet_rows(capture)[4]["analysis"] == ["retransmission"]


def test_the_same_identification_long_after_is_another_packet(tmp_path: Path) -> None:
    packets = conversation()
    again = replace(packets[3], time_ns=packets[3].time_ns + 200 * MILLISECOND)
    with opened(tmp_path, [(p, 0) for p in [*packets, again]]) as capture:
        assert marked(capture) == []


def test_equal_acks_of_a_sender_that_does_not_count_its_packets_are_not_copies(tmp_path: Path) -> None:
    packets = [numbered(5)(packet) for packet in conversation()]
    again = replace(packets[4], time_ns=packets[4].time_ns + MILLISECOND // 2)
    with opened(tmp_path, [(p, 0) for p in [*packets[:5], again, *packets[5:]]]) as capture:
        assert marked(capture) == []
        assert rows.packet_rows(capture)[5]["analysis"] == ["duplicate_ack"]


@pytest.mark.parametrize(
    ("interface", "after_us", "expected"),
    [(1, 100, [1]), (0, 100, []), (1, 900, [])],
    ids=["seen elsewhere at once", "seen at the same place", "seen elsewhere later"],
)
def test_without_an_identification_place_and_moment_must_tell(
    tmp_path: Path, interface: int, after_us: int, expected: list[int]
) -> None:
    ack = numbered(0)(conversation()[2])
    again = replace(ack, time_ns=ack.time_ns + after_us * MICROSECOND)
    with opened(tmp_path, [(ack, 0), (again, interface)]) as capture:
        assert marked(capture) == expected


@pytest.mark.parametrize(
    ("identification", "interface", "limit_us"),
    [(107, 1, 100_000), (107, 0, 5_000), (0, 1, 500)],
    ids=["elsewhere", "at the same place", "without an identification"],
)
@pytest.mark.parametrize("sign", [1, -1], ids=["later", "earlier"])
def test_how_long_after_its_original_a_copy_may_be_captured(
    tmp_path: Path, identification: int, interface: int, limit_us: int, sign: int
) -> None:
    packets = [replace(packet, time_ns=packet.time_ns + 10**9 * i) for i, packet in enumerate(conversation())]
    last = numbered(identification)(packets[-1])
    for over, expected in ((0, [len(packets)]), (1, [])):
        again = replace(last, time_ns=last.time_ns + sign * (limit_us + over) * MICROSECOND)
        with opened(tmp_path, [*((p, 0) for p in packets[:-1]), (last, 0), (again, interface)]) as capture:
            assert marked(capture) == expected


def test_copies_do_not_depend_on_batches(tmp_path: Path) -> None:
    with opened(tmp_path, twice(conversation(), hop, 5000, 1)) as whole:
        pieces = Capture(open_packets(whole.path))
        while pieces.advance(1):
            pass
        pieces.finish()
        for name in whole.packets.columns:
            np.testing.assert_array_equal(whole.packets[name], pieces.packets[name])
        described: list[Any] = [rows.packet_rows(whole), whole.notes]
        assert described == [rows.packet_rows(pieces), pieces.notes]
        pieces.close()
