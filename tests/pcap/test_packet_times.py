"""Packets without a time in the file: null everywhere, and no interval is known."""

from __future__ import annotations

import re
import struct
from pathlib import Path

import pytest

import inspector
from inspector.cli.main import main
from inspector.engine.capture import Capture
from inspector.pcap.merge import NotMerged, merge
from inspector.pcap.reader import open_packets
from inspector.views import rows
from tests.pcap.craft import Pcapng, save
from tests.wire.samples import FRAME


def timeless(path: Path, folder: Path) -> Path:
    """The packets of a capture, in blocks without a time."""
    with inspector.open(path) as capture:
        file = Pcapng().interface(capture.source.link_types[0])
        for row in range(len(capture.packets)):
            file.simple_packet(capture.packet_bytes(row))
    return save(folder, bytes(file.data), "timeless.pcapng")


DEMO = Path(__file__).parent.parent.parent / "captures" / "demo.pcapng"
TIMES = ("time_ns", "at_ns", "start_ns", "end_ns", "duration_ns", "handshake_ns", "syn_rtt_ns", "ack_rtt_ns")


def test_a_capture_without_times_has_null_times_and_intervals_and_everything_else(tmp_path: Path) -> None:
    with inspector.open(DEMO) as whole, inspector.open(timeless(DEMO, tmp_path)) as capture:
        assert capture.start_ns is None
        assert f"{len(capture.packets)} packets have no timestamp in the file: their time is unknown" in capture.notes
        for name in ("packets", "connections", "frames", "messages"):
            found, wanted = rows.BUILDERS[name](capture), rows.BUILDERS[name](whole)
            assert len(found) == len(wanted)
            assert {row[key] for row in found for key in TIMES if key in row} == {None}
        for exchange in rows.exchange_rows(capture):
            assert exchange["request"]["time_ns"] is exchange["request"]["at_ns"] is None
            assert set(exchange["timing_ns"].values()) == {None}


@pytest.mark.parametrize(
    "command", ["summary", "packets", "connections", "exchanges", "messages", "events", "anomalies", "compare"]
)
def test_every_command_shows_it(tmp_path: Path, command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([command, str(timeless(DEMO, tmp_path))]) == 0
    said = capsys.readouterr().out
    assert not re.search(r"1970|\b0 n?s\b|0\.000000", said)


@pytest.mark.parametrize("limit", [1, 8192], ids=["one by one", "at once"])
def test_a_packet_without_a_time_between_others_leaves_theirs_alone(tmp_path: Path, limit: int) -> None:
    file = Pcapng().interface().simple_packet(FRAME).packet(10, FRAME).simple_packet(FRAME).packet(30, FRAME)
    capture = Capture(open_packets(save(tmp_path, bytes(file.data))))
    with capture:
        while capture.advance(limit):
            pass
        capture.finish()
        found = rows.BUILDERS["packets"](capture)
        assert [row["time_ns"] for row in found] == [None, 10_000, None, 30_000]
        assert [row["at_ns"] for row in found] == [None, 0, None, 20_000]
        assert "time-goes-back" not in {row["code"] for row in rows.BUILDERS["anomalies"](capture)}


def test_a_time_that_64_bits_do_not_hold_is_unknown_and_said(tmp_path: Path) -> None:
    file = Pcapng().interface().packet(2**63, FRAME).packet(5, FRAME)
    with inspector.open(save(tmp_path, bytes(file.data))) as capture:
        assert [row["time_ns"] for row in rows.BUILDERS["packets"](capture)] == [None, 5000]
        assert "1 packets have a timestamp after the year 2116: their time counts as unknown" in capture.notes


def test_captures_without_times_are_not_merged_by_time(tmp_path: Path) -> None:
    path = timeless(DEMO, tmp_path)
    with pytest.raises(NotMerged, match="without a time"):
        merge([str(DEMO), str(path)], tmp_path / "merged")


def test_custom_blocks_are_stepped_over_also_where_their_length_leaves_the_padding_out(tmp_path: Path) -> None:
    file = Pcapng().interface().block(0xBAD, struct.pack("<I", 32473) + b"data").packet(1, FRAME)
    body = struct.pack("<I", 32473) + b"unpadded!"
    stated = struct.pack("<I", 12 + len(body))
    file.data += struct.pack("<I", 0x40000BAD) + stated + body + bytes(-len(body) % 4) + stated
    file.packet(2, FRAME)
    with inspector.open(save(tmp_path, bytes(file.data))) as capture:
        assert (len(capture.packets), capture.notes) == (2, [])


def snoop(link: int = 4, *packets: bytes) -> bytes:
    file = b"snoop\0\0\0" + struct.pack(">II", 2, link)
    for second, packet in enumerate(packets):
        padding = -len(packet) % 4
        head = struct.pack(">IIIIII", len(packet) + 7, len(packet), 24 + len(packet) + padding, 3, 1000 + second, 5)
        file += head + packet + bytes(padding)
    return file


def test_snoop_of_solaris_is_read(tmp_path: Path) -> None:
    path = save(tmp_path, snoop(4, FRAME, FRAME + b"x", FRAME))
    with inspector.open(path) as capture:
        found = rows.BUILDERS["packets"](capture)
        assert [row["time_ns"] for row in found] == [(1000 + i) * 10**9 + 5000 for i in range(3)]
        assert [(row["captured"], row["length"]) for row in found][1] == (len(FRAME) + 1, len(FRAME) + 8)
        assert [capture.packet_bytes(row) for row in range(3)] == [FRAME, FRAME + b"x", FRAME]
        assert (len(capture.connections), capture.notes) == (1, [])
        assert capture.interfaces[0].dropped == 3
    path.write_bytes(path.read_bytes()[:-30])
    with inspector.open(path) as capture:
        assert len(capture.packets) == 2
        assert "ends in the middle of a packet" in capture.notes[0]


@pytest.mark.parametrize(
    ("begins", "said"),
    [(b"GMBU" + bytes(60), "Network Monitor"), (b"BZh9" + bytes(60), "bunzip2"), (b"PK\3\4" + bytes(60), "unzip")],
)
def test_what_is_another_format_is_named_with_what_to_do(tmp_path: Path, begins: bytes, said: str) -> None:
    with pytest.raises(inspector.NotACapture, match=said):
        inspector.open(save(tmp_path, begins))
