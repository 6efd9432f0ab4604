"""The walkers by themselves; what a whole file becomes is in test_reader.py and test_blocks.py."""

from __future__ import annotations

import numpy as np
import pytest

from inspector.pcap.formats import MAX_BLOCK, MAX_CAPTURED, Stop
from inspector.pcap.reader import COLUMNS
from inspector.pcap.records import PcapngRecords, PcapRecords
from inspector.tables.table import Table
from tests.pcap.craft import Pcap, Pcapng


def columns_of(packets: Table) -> tuple[memoryview, ...]:
    packets.reserve(64)
    return tuple(packets.view(name) for name in COLUMNS)


def pcap_walker(data: bytes) -> PcapRecords:
    return PcapRecords(memoryview(data), 24, False, columns_of(Table("packets")), 16, 1000)


def pcapng_walker(data: bytes, comments: int = 0) -> PcapngRecords:
    walker = PcapngRecords(memoryview(data), columns_of(Table("packets")), comments)
    walker.describe(memoryview(np.array([[1000, 1, 0, 0, 0]], np.int64)), 1, 0)
    walker.move(28, False)
    return walker


def test_a_walk_stops_at_the_row_it_was_given_and_goes_on_from_there() -> None:
    walker = pcap_walker(Pcap().packet(1, 0, b"a").packet(2, 0, b"b").packet(3, 0, b"c").data)
    assert walker.walk(0, 2) == 2
    assert walker.reason == Stop.FULL
    assert walker.walk(2, 10) == 3
    assert walker.reason == Stop.END


def test_a_walk_for_no_rows_tells_whether_a_packet_is_there() -> None:
    walker = pcap_walker(Pcap().packet(1, 0, b"a").data)
    assert (walker.walk(0, 0), walker.reason, walker.offset) == (0, Stop.FULL, 24)
    empty = pcap_walker(Pcap().data)
    assert (empty.walk(0, 0), empty.reason) == (0, Stop.END)


def test_the_longest_packet_is_read_and_a_longer_one_is_damage() -> None:
    crafted = Pcap().packet(1, 0, bytes(MAX_CAPTURED))
    walker = pcap_walker(crafted.data)
    assert walker.walk(0, 5) == 1
    walker = pcap_walker(Pcap().packet(1, 0, bytes(MAX_CAPTURED + 1)).data)
    assert (walker.walk(0, 5), walker.reason) == (0, Stop.DAMAGED)


@pytest.mark.parametrize("over", [0, 4], ids=["as long as may be", "longer"])
def test_the_longest_block_is_skipped_and_a_longer_one_is_damage(over: int) -> None:
    crafted = Pcapng().block(0x0BAD, bytes(MAX_BLOCK - 12 + over)).packet(1, b"a")
    walker = pcapng_walker(crafted.data)
    assert (walker.walk(0, 5), walker.reason) == ((0, Stop.DAMAGED) if over else (1, Stop.END))


@pytest.mark.parametrize("kind", [0x0A0D0D0A, 1, 5])
def test_blocks_that_matter_are_left_to_the_layout(kind: int) -> None:
    crafted = Pcapng().packet(1, b"a")
    offset = len(crafted.data)
    walker = pcapng_walker(crafted.block(kind, bytes(16)).packet(2, b"b").data)
    assert (walker.walk(0, 5), walker.reason, walker.offset) == (1, Stop.OTHER, offset)
    walker.move(offset + 28, False)
    assert walker.walk(1, 5) == 2


def test_a_packet_of_an_unknown_interface_stops_the_walk_before_it() -> None:
    walker = pcapng_walker(Pcapng().packet(1, b"a", 1).data)
    assert (walker.walk(0, 5), walker.reason, walker.offset) == (0, Stop.STRANGER, 28)


def test_as_many_comments_are_noted_as_are_wanted() -> None:
    crafted = Pcapng()
    for i in range(5):
        crafted.packet(i, b"a", 0, None, (2, bytes(4)), (1, b"comment %d" % i))
    walker = pcapng_walker(crafted.data, comments=3)
    walker.walk(0, 10)
    found = walker.take_comments()
    assert [(row, crafted.data[at : at + size]) for row, at, size in found] == [
        (i, b"comment %d" % i) for i in range(3)
    ]
    assert walker.take_comments() == []


def test_options_that_run_off_their_block_are_not_followed() -> None:
    body = b"\x00" * 20 + b"\x01\x00\xff\xff"
    walker = pcapng_walker(Pcapng().block(6, body).data, comments=3)
    assert walker.walk(0, 5) == 1
    assert walker.take_comments() == []
