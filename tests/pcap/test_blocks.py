from __future__ import annotations

import struct
from pathlib import Path

import pytest

from inspector.pcap import blocks
from inspector.pcap.packet_times import NO_TIME
from tests.pcap.craft import SECOND, Pcap, Pcapng, columns, contents, read, save, times

MAGICS = {
    "microseconds, little-endian": (0xA1B2C3D4, "<", 1000),
    "microseconds, big-endian": (0xA1B2C3D4, ">", 1000),
    "nanoseconds, little-endian": (0xA1B23C4D, "<", 1),
    "nanoseconds, big-endian": (0xA1B23C4D, ">", 1),
}


@pytest.mark.parametrize(("magic", "order", "unit"), MAGICS.values(), ids=MAGICS)
def test_every_kind_of_pcap_is_read(tmp_path: Path, magic: int, order: str, unit: int) -> None:
    crafted = Pcap(magic, order, link_type=113).packet(1_700_000_000, 123_456, b"abc", length=70_000)
    file, packets = read(save(tmp_path, crafted.data))
    assert columns(packets, "time_ns", "length") == [(1_700_000_000 * SECOND + 123_456 * unit, 70_000)]
    assert contents(file, packets) == [b"abc"]
    assert file.link_types == [113]
    file.close()


def test_the_modified_pcap_of_old_linux_tools_has_longer_record_headers(tmp_path: Path) -> None:
    crafted = Pcap(0xA1B2CD34).packet(1, 2, b"abc", extra=bytes(8)).packet(3, 4, b"de", extra=bytes(8))
    file, packets = read(save(tmp_path, crafted.data))
    assert contents(file, packets) == [b"abc", b"de"]
    file.close()


def test_a_frame_check_sequence_in_the_link_type_field_is_no_part_of_it(tmp_path: Path) -> None:
    file, _ = read(save(tmp_path, Pcap(link_type=0x24000001).data))
    assert file.link_types == [1]
    file.close()


def test_each_section_has_its_own_byte_order_and_numbers_its_own_interfaces(tmp_path: Path) -> None:
    crafted = Pcapng("<").interface(1).interface(101).packet(5, b"little", 1)
    crafted.section(">").interface(113, 0, (9, b"\x09")).packet(7, b"big", 0)
    file, packets = read(save(tmp_path, crafted.data))
    assert file.link_types == [1, 101, 113]
    assert columns(packets, "time_ns", "interface") == [(5000, 1), (7, 2)]
    assert contents(file, packets) == [b"little", b"big"]
    file.close()


def test_unknown_blocks_are_skipped_wherever_they_stand(tmp_path: Path) -> None:
    crafted = Pcapng().block(0xBAD, b"custom").interface().block(4, b"names").packet(0, b"a")
    crafted.block(0x0A, b"secrets" * 100).packet(1, b"b").block(0x80000001, b"")
    file, packets = read(save(tmp_path, crafted.data))
    assert contents(file, packets) == [b"a", b"b"]
    assert file.is_complete
    file.close()


def test_an_interface_may_be_described_behind_its_first_packet(tmp_path: Path) -> None:
    crafted = Pcapng().packet(1, b"early", 1).statistics(0, (4, struct.pack("<Q", 9)))
    crafted.interface(1).interface(101).packet(2, b"late", 0)
    file, packets = read(save(tmp_path, crafted.data))
    assert columns(packets, "time_ns", "interface") == [(1000, 1), (2000, 0)]
    assert file.link_types == [1, 101]
    assert file.is_complete
    file.close()


def test_packets_of_an_interface_that_is_never_described_are_left_out_and_counted(tmp_path: Path) -> None:
    crafted = Pcapng().interface().packet(1, b"known").packet(2, b"lost", 7).packet(3, b"lost", 8).packet(4, b"known")
    crafted.section().interface().interface()
    file, packets = read(save(tmp_path, crafted.data))
    assert times(packets) == [1000, 4000]
    assert file.notes == ["2 packets belong to interfaces that the file never describes: left out"]
    file.close()


def test_old_and_simple_packet_blocks_are_packets_too(tmp_path: Path) -> None:
    crafted = Pcapng().interface(1, 4).old_packet(1_000_000, b"old one").simple_packet(b"simp", 6).simple_packet(b"ab")
    file, packets = read(save(tmp_path, crafted.data))
    assert contents(file, packets) == [b"old one", b"simp", b"ab"]
    assert columns(packets, "time_ns", "length") == [(SECOND, 7), (NO_TIME, 6), (NO_TIME, 2)]
    assert "2 packets have no time" in file.notes[0]
    file.close()


RESOLUTIONS = {
    "unsaid: microseconds": (None, 1_500_000, 1_500_000_000),
    "seconds": (0, 2, 2 * SECOND),
    "milliseconds": (3, 1500, 1_500_000_000),
    "nanoseconds": (9, 123, 123),
    "picoseconds, cut to whole nanoseconds": (12, 1_999, 1),
    "halves of a second": (0x81, 3, 1_500_000_000),
    "2^-30 s": (0x80 + 30, (5 << 30) + (1 << 29), 5_500_000_000),
    "2^-40 s": (0x80 + 40, (5 << 40) + (1 << 39), 5_500_000_000),
    "2^-63 s": (0x80 + 63, 1 << 62, 500_000_000),
    "2^0 s": (0x80, 7, 7 * SECOND),
}


@pytest.mark.parametrize(("resolution", "ticks", "expected"), RESOLUTIONS.values(), ids=RESOLUTIONS)
def test_time_stamps_count_in_the_interfaces_own_steps(
    tmp_path: Path, resolution: int | None, ticks: int, expected: int
) -> None:
    options = [] if resolution is None else [(9, bytes([resolution]))]
    file, packets = read(save(tmp_path, Pcapng().interface(1, 0, *options).packet(ticks, b"x").data))
    assert times(packets) == [expected]
    assert file.notes == []
    file.close()


@pytest.mark.parametrize("resolution", [19, 127, 0x80 + 64, 0xFF])
def test_steps_too_fine_to_tell_a_time_are_noted(tmp_path: Path, resolution: int) -> None:
    crafted = Pcapng().interface(1, 0, (9, bytes([resolution]))).packet(2**64 - 1, b"x")
    file, packets = read(save(tmp_path, crafted.data))
    assert times(packets) == [NO_TIME]
    assert "they do not fit in 64 bits" in file.notes[0]
    file.close()


@pytest.mark.parametrize("resolution", [0, 6, 9, 18, 0x81, 0xBF])
@pytest.mark.parametrize("offset", [-(2**63), 0, 2**63 - 1])
def test_a_time_beyond_reason_is_unknown_and_said(tmp_path: Path, resolution: int, offset: int) -> None:
    crafted = (
        Pcapng().interface(1, 0, (9, bytes([resolution])), (14, struct.pack("<q", offset))).packet(2**64 - 1, b"x")
    )
    file, packets = read(save(tmp_path, crafted.data))
    file.finish()
    (time_ns,) = times(packets)
    if offset or resolution in (0, 6, 9, 0x81):
        assert time_ns == NO_TIME
        assert file.notes
    else:
        assert time_ns in (18_446_744_073, 1_999_999_999)
    file.close()


def test_an_interfaces_time_offset_is_added(tmp_path: Path) -> None:
    crafted = Pcapng().interface(1, 0, (14, struct.pack("<q", 100))).packet(5, b"x")
    file, packets = read(save(tmp_path, crafted.data))
    assert times(packets) == [100 * SECOND + 5000]
    file.close()


def test_the_last_statistics_of_an_interface_hold(tmp_path: Path) -> None:
    def count(number: int) -> bytes:
        return struct.pack("<Q", number)

    crafted = Pcapng().interface().interface().statistics(0, (4, count(10)), (5, count(1)))
    crafted.statistics(0, (4, count(30)), (5, count(2)), (7, count(3))).statistics(9, (4, count(99)))
    file, _ = read(save(tmp_path, crafted.data))
    assert [(i.received, i.dropped) for i in file.interfaces] == [(30, 5), (None, None)]
    file.close()


DAMAGES = {
    "a block length of 0": struct.pack("<II", 6, 0) + bytes(24),
    "a block length of 8": struct.pack("<II", 6, 8) + bytes(24),
    "a block length that is no multiple of 4": struct.pack("<II", 6, 33) + bytes(40),
    "a block longer than any": struct.pack("<II", 6, 0xFFFFFFFC) + bytes(40),
    "two lengths that disagree": Pcapng().interface().packet(0, b"abcd").data[-36:-4] + struct.pack("<I", 99),
    "a packet longer than its block": struct.pack("<9I", 6, 36, 0, 0, 0, 5, 5, 0, 36),
    "a packet block without room for its header": struct.pack("<5I", 6, 20, 0, 0, 20),
    "a section in no byte order": struct.pack("<III", 0x0A0D0D0A, 28, 0x12345678) + bytes(16),
    "a section header that is too short": struct.pack("<4I", 0x0A0D0D0A, 16, 0x1A2B3C4D, 16) + bytes(16),
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_damage_between_packets_ends_the_reading_there(tmp_path: Path, damage: bytes) -> None:
    crafted = Pcapng().interface().packet(1, b"before")
    offset = len(crafted.data)
    file, packets = read(save(tmp_path, crafted.data + damage + Pcapng().interface().packet(2, b"behind").data))
    assert contents(file, packets) == [b"before"]
    assert f"damaged at offset {offset}" in file.notes[0]
    file.close()


def test_an_interface_description_that_is_cut_short_is_noted(tmp_path: Path) -> None:
    file, packets = read(save(tmp_path, Pcapng().block(1, b"abcd").interface().packet(1, b"x").data))
    assert len(packets) == 1
    assert "left out" in file.notes[0]
    file.close()


def test_twenty_thousand_interfaces_are_no_trouble(tmp_path: Path) -> None:
    crafted = Pcapng().interface()
    crafted.data += crafted.data[28:] * 19_999
    file, packets = read(save(tmp_path, crafted.packet(1, b"x", 19_999).data))
    assert columns(packets, "interface") == [(19_999,)]
    assert len(file.interfaces) == 20_000
    file.close()


def test_names_that_are_no_utf_8_are_shown_as_well_as_can_be(tmp_path: Path) -> None:
    file, _ = read(save(tmp_path, Pcapng().interface(1, 0, (2, b"et\xffh0\0")).data))
    assert file.interfaces[0].name == "et\ufffdh0"
    file.close()


@pytest.mark.parametrize(("before", "name"), [(255, "lo"), (256, "")], ids=["the last that is read", "one more"])
def test_so_many_options_of_a_block_are_read(tmp_path: Path, before: int, name: str) -> None:
    file, _ = read(save(tmp_path, Pcapng().interface(1, 0, *[(9999, b"x")] * before, (2, b"lo")).data))
    assert file.interfaces[0].name == name
    file.close()


@pytest.mark.parametrize(("most", "described"), [(3, 3), (2, 2)], ids=["as many as may be", "one more"])
def test_so_many_interfaces_are_described(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, most: int, described: int
) -> None:
    monkeypatch.setattr(blocks, "MAX_INTERFACES", most)
    crafted = Pcapng()
    for _ in range(3):
        crafted.interface()
    file, packets = read(save(tmp_path, crafted.packet(1, b"a", 2).data))
    assert (len(file.interfaces), len(packets)) == (described, described == 3)
    file.close()
