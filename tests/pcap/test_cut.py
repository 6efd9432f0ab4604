"""A capture that is truncated or overwritten while it is read: a note says so, and what was read is kept."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from inspector.engine.capture import Capture
from inspector.pcap import file_window
from inspector.pcap.interfaces import Interface
from inspector.pcap.pcapng_writer import interface_description, packet, section_header
from inspector.pcap.reader import open_packets
from tests.pcap.craft import Pcap, save
from tests.wire.samples import FRAME

SOME = 800

READS_AGAIN_AND_AGAIN = """
import sys, inspector
print("ready", flush=True)
for turn in range(20):
    try:
        with inspector.open(sys.argv[1]) as capture:
            [capture.packet_bytes(row) for row in range(0, len(capture.packets), 50)]
    except inspector.NotACapture:
        pass
"""


def a_pcap(packets: int = SOME) -> bytes:
    file = Pcap()
    for number in range(packets):
        file.packet(number, number, FRAME)
    return bytes(file.data)


def a_spool(packets: int = SOME) -> bytes:
    blocks = [packet(number, FRAME, len(FRAME)) for number in range(packets)]
    return section_header("x") + interface_description(Interface(1)) + b"".join(blocks)


def truncate(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def write_over(path: Path) -> None:
    path.write_bytes(a_pcap(SOME + 50)[:24] + a_pcap(SOME + 50)[24:][::-1])


@pytest.mark.parametrize("content", [a_pcap(), a_spool()], ids=["pcap", "spool"])
@pytest.mark.parametrize(
    "spoil", [truncate, write_over, lambda path: os.truncate(path, 0)], ids=["half", "over", "nothing"]
)
def test_packets_that_were_read_stay_and_the_loss_is_said(
    tmp_path: Path, content: bytes, spoil: Callable[[Path], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(file_window, "AHEAD", len(content) // 4)
    path = save(tmp_path, content)
    with Capture(open_packets(path)) as capture:
        read = capture.advance(SOME // 8)
        spoil(path)
        capture.analyse()
        assert read <= len(capture.packets) < SOME // 2
        assert capture.packet_bytes(0) == FRAME
        (note,) = capture.notes
        assert f"{len(capture.packets)} packets, up to offset {capture.source.offset}, were read before" in note
        assert capture.source.is_cut
        assert not capture.refresh()


def test_a_file_that_is_cut_after_it_was_read_says_so_when_its_bytes_are_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(file_window, "BEHIND", 0)
    monkeypatch.setattr(file_window, "STEP", 1 << 12)
    path = save(tmp_path, a_pcap())
    with Capture(open_packets(path)) as capture:
        capture.analyse()
        assert capture.notes == []
        truncate(path)
        assert capture.packet_bytes(SOME - 1) == FRAME
        assert capture.notes == []
        assert capture.packet_bytes(0) == b""
        assert len(capture.notes) == 1
        assert len(capture.packets) == SOME


def test_no_signal_ends_a_process_whose_file_is_cut_and_grows_all_the_time(tmp_path: Path) -> None:
    content = a_pcap(5_000)
    path = save(tmp_path, content)
    command = [sys.executable, "-c", READS_AGAIN_AND_AGAIN, str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as reader:
        assert reader.stdout
        assert reader.stdout.readline() == "ready\n"
        sizes = [0, 24, 4096, len(content) // 2, len(content) - 1]
        turn = 0
        while reader.poll() is None:
            os.truncate(path, sizes[turn % len(sizes)])
            path.write_bytes(content)
            turn += 1
        assert (reader.returncode, reader.stdout.read()) == (0, "")
