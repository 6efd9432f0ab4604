"""The capture process's own code, run in this process; test_live_capture.py has the process."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from inspector.errors import CaptureRefused
from inspector.live import capture_process
from inspector.live.capture_process import Recorder
from inspector.live.packet_source import Counters
from inspector.pcap.interfaces import Interface
from inspector.pcap.pcapng_writer import SpoolWriter
from tests.pcap.craft import read


@dataclass
class Script:
    """A source that gives a scripted number of packets at each read, and then stops."""

    looks: list[int]
    stop: threading.Event
    received: int = 0
    written: int = 0
    in_ring: int = 0
    fails_after: int | None = None
    interface: Interface = field(default_factory=lambda: Interface(1, 100, "script"))

    def wait(self, seconds: float) -> None:
        if not self.looks:
            self.stop.set()

    def drain(self, spool: SpoolWriter) -> int:
        if self.fails_after is not None and self.written >= self.fails_after:
            raise CaptureRefused("The interface script is gone.")
        count = self.looks.pop(0) if self.looks else 0
        for _ in range(count):
            spool.packet(1, b"x", 1)
        spool.flush()
        self.written += count
        return count

    def shut(self) -> None:
        self.looks = [self.in_ring]

    def counters(self) -> Counters:
        return Counters(self.received, 0)

    def close(self) -> None:
        pass


def run(script: Script, path: Path) -> list[dict[str, object]]:
    events: list[dict[str, object]] = []
    spool = SpoolWriter(path, script.interface)
    try:
        Recorder(script, spool, events.append).run(script.stop)
    finally:
        spool.close()
    return events


def test_what_the_kernel_still_holds_at_the_end_is_written(tmp_path: Path) -> None:
    script = Script([2, 3], threading.Event(), received=9, in_ring=4)
    assert run(script, tmp_path / "x")[-1] == {"event": "statistics", "received": 9, "dropped": 0}
    file, packets = read(tmp_path / "x")
    assert len(packets) == 9
    assert (file.interfaces[0].received, file.interfaces[0].dropped) == (9, 0)
    file.close()


def test_what_did_not_reach_the_spool_is_counted_as_dropped(tmp_path: Path) -> None:
    script = Script([2, 3, 1], threading.Event(), received=50, fails_after=5)
    with pytest.raises(CaptureRefused):
        run(script, tmp_path / "x")
    file, packets = read(tmp_path / "x")
    assert len(packets) == 5
    assert (file.interfaces[0].received, file.interfaces[0].dropped) == (50, 45)
    file.close()


def test_statistics_are_told_only_when_they_change(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(capture_process, "STATISTICS_EVERY", 0.0)
    script = Script([1, 0, 0, 0], threading.Event(), received=1)
    assert run(script, tmp_path / "x") == [{"event": "statistics", "received": 1, "dropped": 0}]


def test_the_spool_is_given_statistics_on_the_way_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(capture_process, "SPOOL_STATISTICS_EVERY", 0.0)
    run(Script([1, 1], threading.Event(), received=2), tmp_path / "many")
    monkeypatch.undo()
    run(Script([1, 1], threading.Event(), received=2), tmp_path / "one")
    assert (tmp_path / "many").stat().st_size > (tmp_path / "one").stat().st_size
