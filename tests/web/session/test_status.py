"""A session in a few words and numbers."""

from __future__ import annotations

from pathlib import Path

import pytest

from inspector.engine.capture import Capture
from inspector.lab.demo.action_list import ACTIONS
from inspector.live.packet_source import Counters
from inspector.pcap.interfaces import Interface
from inspector.pcap.pcapng_writer import SpoolWriter
from inspector.pcap.reader import open_packets
from tests.web.traffic import SAMPLE_PACKETS, sample
from web.session.status import CaptureStatus, Source, State, describe_demo


def test_bytes_are_summed_as_packets_come(tmp_path: Path) -> None:
    with Capture(open_packets(sample(tmp_path / "sample.pcapng"))) as capture:
        status = CaptureStatus(capture, Source.FILE)
        assert status.describe(State.LOADING, [], [])["bytes"] == 0
        for _ in range(3):
            capture.advance(7)
            assert status.describe(State.LOADING, [], [])["bytes"] == int(capture.packets["length"].sum())


@pytest.mark.parametrize(("named", "told"), [("", None), ("tcp", None), ("vlan 5", "vlan 5")])
def test_a_capture_filter_is_told_live_and_saved_where_it_may_leave_out_sockets(
    tmp_path: Path, named: str, told: str | None
) -> None:
    spool = SpoolWriter(tmp_path / "x.pcapng", Interface(1, 0, "lo"), named)
    spool.close()
    with Capture(open_packets(spool.path)) as capture:
        for source in (Source.LIVE, Source.FILE):
            assert CaptureStatus(capture, source).describe(State.RUNNING, [], [])["filter"] == told


def test_of_a_live_capture_the_folder_of_the_recording_is_not_told(tmp_path: Path) -> None:
    with Capture(open_packets(sample(tmp_path / "sample.pcapng"))) as capture:
        shown = CaptureStatus(capture, Source.LIVE, "eth0", lambda: Counters(9, 2)).describe(
            State.RUNNING, ["a note"], []
        )
        assert shown["recording"] == "sample.pcapng"
        assert str(tmp_path) not in str(shown)
        assert (shown["name"], shown["received"], shown["dropped"], shown["notes"]) == ("eth0", 9, 2, ["a note"])


def test_lengths_are_those_of_the_tables(tmp_path: Path) -> None:
    with Capture(open_packets(sample(tmp_path / "sample.pcapng"))) as capture:
        capture.advance()
        lengths = CaptureStatus(capture, Source.FILE).lengths()
        assert lengths["packets"] == SAMPLE_PACKETS
        assert lengths["connections"] == 3


def test_without_a_lab_there_is_no_demo() -> None:
    assert describe_demo(None) is None
    assert len({action.name for action in ACTIONS}) == len(ACTIONS)
