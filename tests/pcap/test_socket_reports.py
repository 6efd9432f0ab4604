"""Reports in a recording: they come back as they were, and other readers do not see them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from inspector.errors import InspectorError
from inspector.pcap import pcapng_writer
from inspector.pcap.formats import MAX_REPORT, REPORTS_MAGIC
from inspector.pcap.interfaces import Interface
from inspector.pcap.pcapng_writer import SpoolWriter
from inspector.pcap.reader import open_packets
from inspector.pcap.socket_reports import ReportWriter, block, line
from inspector.tables.table import Table
from tests.tools import needs_tshark, tshark_fields

LOOPBACK = Interface(1, 262_144, "lo", "Loopback")
FRAME = bytes(60)


def written(path: Path) -> Path:
    """A recording: packet, two reports, packet, one report."""
    spool = SpoolWriter(path, LOOPBACK)
    writer = ReportWriter(path)
    spool.write(pcapng_writer.packet(1, FRAME, 60))
    writer.write({"call": "socket", "fd": 7}, {"name": "Zoë"})
    spool.write(pcapng_writer.packet(2, FRAME, 60))
    writer.write({"call": "close", "fd": 7})
    writer.write()
    spool.write_statistics(3, 2, 0)
    writer.close()
    spool.close()
    return path


def reports(path: Path) -> tuple[int, list[bytes]]:
    file, packets = open_packets(path), Table("packets")
    count = 0
    while read := file.read(packets, 1):
        count += read
    file.finish()
    assert file.notes == []
    told = file.take_reports()
    file.close()
    return count, told


def test_reports_come_back_in_order_beside_the_packets(tmp_path: Path) -> None:
    count, told = reports(written(tmp_path / "x.pcapng"))
    assert count == 2
    assert [json.loads(one) for one in told] == [
        {"call": "socket", "fd": 7},
        {"name": "Zoë"},
        {"call": "close", "fd": 7},
    ]


@needs_tshark
def test_tshark_sees_the_packets_and_nothing_else(tmp_path: Path) -> None:
    path = written(tmp_path / "x.pcapng")
    assert tshark_fields(path, "frame.number") == [["1"], ["2"]]


@pytest.mark.parametrize("length", range(5))
def test_a_block_is_padded_with_what_means_nothing(length: int) -> None:
    made = block(b"x" * length)
    assert len(made) % 4 == 0
    assert made[8 + len(REPORTS_MAGIC) : -4].strip(b"\n") == b"x" * length


def test_a_block_of_the_same_type_that_is_not_ours_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "x.pcapng"
    theirs = block(b"").replace(REPORTS_MAGIC, b"SOMEBODY")
    path.write_bytes(pcapng_writer.section_header("x") + pcapng_writer.interface_description(LOOPBACK) + theirs)
    assert reports(path) == (0, [])


def test_a_line_of_any_length_is_bounded(tmp_path: Path) -> None:
    path = tmp_path / "x.pcapng"
    lines = line({"a": 1}) + b"x" * (MAX_REPORT + 1) + b"\n" + line({"b": 2})
    path.write_bytes(pcapng_writer.section_header("x") + pcapng_writer.interface_description(LOOPBACK) + block(lines))
    assert reports(path) == (0, [b'{"a":1}', b'{"b":2}'])


def test_a_recording_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InspectorError, match="cannot be added to"):
        ReportWriter(tmp_path / "none.pcapng")
