from __future__ import annotations

import os
import resource
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspector.errors import InspectorError
from inspector.pcap import pcapng_writer
from inspector.pcap.formats import LinkType
from inspector.pcap.interfaces import Interface
from inspector.pcap.pcapng_writer import DiskFull, JoinedSpool, SpoolWriter
from tests.pcap.craft import columns, contents, read, save
from tests.tools import needs_tshark, tshark_fields

LOOPBACK = Interface(1, 262_144, "lo", "Loopback")


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    spool = SpoolWriter(tmp_path / "x.pcapng", LOOPBACK)
    spool.packet(1_700_000_000_123_456_789, b"abc", 70_000)
    spool.packet(1_700_000_000_123_456_790, b"", 0)
    spool.flush()
    spool.write_statistics(1, 12, 10)
    spool.close()
    file, packets = read(tmp_path / "x.pcapng")
    assert contents(file, packets) == [b"abc", b""]
    assert columns(packets, "time_ns", "length") == [
        (1_700_000_000_123_456_789, 70_000),
        (1_700_000_000_123_456_790, 0),
    ]
    assert [(i.name, i.description, i.snaplen, i.tick) for i in file.interfaces] == [
        ("lo", "Loopback", 262_144, "10^-9 s")
    ]
    assert (file.interfaces[0].received, file.interfaces[0].dropped) == (12, 10)
    assert file.is_complete
    file.close()


@given(st.lists(st.tuples(st.integers(0, 2**62 - 1), st.binary(max_size=40), st.integers(0, 2**32 - 1)), max_size=20))
def test_any_packets_survive_writing_and_reading(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[int, bytes, int]]
) -> None:
    header = pcapng_writer.section_header("test") + pcapng_writer.interface_description(LOOPBACK)
    blocks = b"".join(pcapng_writer.packet(time_ns, data, length) for time_ns, data, length in rows)
    file, packets = read(save(tmp_path_factory.mktemp("any"), header + blocks))
    written = zip(columns(packets, "time_ns", "length"), contents(file, packets), strict=True)
    assert [(time_ns, data, length) for (time_ns, length), data in written] == rows
    file.close()


@needs_tshark
def test_tshark_reads_the_same_packets(tmp_path: Path) -> None:
    spool = SpoolWriter(tmp_path / "x.pcapng", LOOPBACK, "tcp port 80")
    for i in range(50):
        spool.packet(1_700_000_000_000_000_001 + i, bytes(60 + i), 60 + i)
    spool.flush()
    spool.write_statistics(1_700_000_001_000_000_000, 50, 0)
    spool.close()
    seen = tshark_fields(tmp_path / "x.pcapng", "frame.number", "frame.len", "frame.time_epoch", "frame.interface_name")
    assert seen == [[str(i + 1), str(60 + i), f"1700000000.{i + 1:09d}", "lo"] for i in range(50)]


def test_the_file_and_the_directories_made_for_it_are_their_owners_alone(tmp_path: Path) -> None:
    spool = SpoolWriter(tmp_path / "made" / "x.pcapng", LOOPBACK)
    spool.close()
    assert (tmp_path / "made").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "made" / "x.pcapng").stat().st_mode & 0o777 == 0o600


def test_the_header_is_there_before_the_first_packet(tmp_path: Path) -> None:
    spool = SpoolWriter(tmp_path / "x.pcapng", LOOPBACK)
    file, _ = read(tmp_path / "x.pcapng")
    assert file.link_types == [1]
    file.close()
    spool.close()


def test_single_packets_are_gathered_until_they_are_flushed_or_many(tmp_path: Path) -> None:
    path = tmp_path / "x.pcapng"
    spool = SpoolWriter(path, LOOPBACK)
    empty = path.stat().st_size
    spool.packet(1, bytes(1000), 1000)
    assert path.stat().st_size == empty
    for _ in range(300):
        spool.packet(1, bytes(1000), 1000)
    assert path.stat().st_size > 200_000
    spool.flush()
    spool.close()
    file, packets = read(path)
    assert len(packets) == 301
    file.close()


def test_an_existing_file_is_never_overwritten(tmp_path: Path) -> None:
    path = save(tmp_path, b"precious")
    with pytest.raises(InspectorError, match="exists already"):
        SpoolWriter(path, LOOPBACK)
    assert path.read_bytes() == b"precious"


def test_a_place_where_nothing_can_be_made_is_an_error_that_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(InspectorError, match="cannot be written"):
        SpoolWriter(tmp_path / "file" / "x.pcapng", LOOPBACK)


def test_a_nearly_full_disk_ends_the_capture_with_whole_blocks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "x.pcapng"
    spool = SpoolWriter(path, LOOPBACK)
    spool.write(pcapng_writer.packet(1, b"kept", 4))
    volume = os.statvfs(tmp_path)
    monkeypatch.setattr(pcapng_writer, "RESERVE", volume.f_blocks * volume.f_frsize)
    full = (*volume[:4], 0, *volume[5:])
    monkeypatch.setattr(os, "fstatvfs", lambda _: os.statvfs_result(full))
    with pytest.raises(DiskFull, match="less than"):
        spool.write(pcapng_writer.packet(2, b"lost", 4))
    spool.write_statistics(3, 2, 1)
    spool.close()
    file, packets = read(path)
    assert contents(file, packets) == [b"kept"]
    assert file.interfaces[0].dropped == 1
    assert file.is_complete
    file.close()


def test_a_write_that_fails_half_way_leaves_every_packet_before_it(tmp_path: Path) -> None:
    path = tmp_path / "x.pcapng"
    spool = SpoolWriter(path, LOOPBACK)
    spool.write(pcapng_writer.packet(1, b"kept", 4))
    limit = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size + 10, limit[1]))
    try:
        with pytest.raises(DiskFull, match="cannot grow"):
            spool.write(pcapng_writer.packet(2, bytes(100), 100))
        spool.write_statistics(3, 2, 1)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limit)
    spool.close()
    file, packets = read(path)
    assert contents(file, packets) == [b"kept"]
    assert "1 whole packets" in file.notes[0]
    file.close()


def test_a_second_interface_joins_a_spool_that_goes_on_growing(tmp_path: Path) -> None:
    path = tmp_path / "x.pcapng"
    spool = SpoolWriter(path, LOOPBACK)
    spool.write(pcapng_writer.packet(1, b"first", 5))
    joined = JoinedSpool(path, Interface(LinkType.RAW, 1000, "link", resolution=pcapng_writer.NANOSECONDS), "tcp")
    joined.write(pcapng_writer.packet(2, b"second", 6) + pcapng_writer.packet(3, b"third", 5))
    spool.write(pcapng_writer.packet(4, b"fourth", 6))
    joined.write_statistics(5, 2, 0)
    spool.write_statistics(6, 2, 1)
    spool.close()
    joined.close()
    file, packets = read(path)
    assert contents(file, packets) == [b"first", b"second", b"third", b"fourth"]
    assert packets["interface"].tolist() == [0, 1, 1, 0]
    assert [(one.link_type, one.name, one.received, one.dropped) for one in file.interfaces] == [
        (LinkType.ETHERNET, LOOPBACK.name, 2, 1),
        (LinkType.RAW, "link", 2, 0),
    ]
    file.close()


@pytest.mark.parametrize("content", [b"", bytes(64), b"no capture at all"], ids=["empty", "zeros", "words"])
def test_only_a_recording_is_joined(tmp_path: Path, content: bytes) -> None:
    path = save(tmp_path, content)
    with pytest.raises(InspectorError, match="cannot be added to"):
        JoinedSpool(path, LOOPBACK)


def test_what_is_not_there_cannot_be_joined(tmp_path: Path) -> None:
    with pytest.raises(InspectorError, match="cannot be added to"):
        JoinedSpool(tmp_path / "none.pcapng", LOOPBACK)
