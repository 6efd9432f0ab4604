"""At what pace a capture is worked through."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from inspector.engine.capture import Capture
from inspector.pcap.reader import open_packets
from tests.web.traffic import SAMPLE_PACKETS, START_NS, STEP_NS, Wire, exchange, sample
from web.session.paces import LONGEST_SILENCE_NS, AsItGrows, AsItHappened, AtOnce, due_ns, packet_times


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return sample(tmp_path / "sample.pcapng")


def test_a_saved_capture_is_read_at_once_and_then_over(path: Path) -> None:
    with Capture(open_packets(path)) as capture:
        assert AtOnce().step(capture) == SAMPLE_PACKETS
        assert AtOnce().step(capture) is None


def test_a_growing_capture_is_never_over(tmp_path: Path) -> None:
    wire = Wire(tmp_path / "spool.pcapng")
    with Capture(open_packets(wire.path)) as capture:
        pace = AsItGrows()
        assert pace.step(capture) == 0
        exchange(wire, 40001)
        assert pace.step(capture) == wire.packets
        assert pace.step(capture) == 0
        pace.hold()
        exchange(wire, 40002)
        wire.close()
        assert pace.step(capture) == wire.packets // 2


def test_a_replay_takes_the_time_that_the_traffic_took(path: Path) -> None:
    now = [100.0]
    pace = AsItHappened(path, clock=lambda: now[0])
    with Capture(open_packets(path)) as capture:
        assert pace.step(capture) == 1  # the first packet is due at once
        now[0] += 4.5 * STEP_NS / 1e9
        assert pace.step(capture) == 4
        assert pace.step(capture) == 0
        now[0] += 1000
        assert pace.step(capture) == SAMPLE_PACKETS - 5
        assert pace.step(capture) is None


def test_a_replay_may_go_faster(path: Path) -> None:
    now = [100.0]
    pace = AsItHappened(path, speed=10, clock=lambda: now[0])
    with Capture(open_packets(path)) as capture:
        pace.step(capture)
        now[0] += STEP_NS / 1e9 * 1.05
        assert pace.step(capture) == 10


def test_a_paused_replay_does_not_run_after_the_lost_time(path: Path) -> None:
    now = [100.0]
    pace = AsItHappened(path, clock=lambda: now[0])
    with Capture(open_packets(path)) as capture:
        pace.step(capture)
        now[0] += 1000
        pace.hold()
        assert pace.step(capture) == 0
        now[0] += 1.5 * STEP_NS / 1e9
        assert pace.step(capture) == 1


def test_the_times_of_a_file_are_those_of_its_packets(path: Path) -> None:
    assert packet_times(path).tolist() == [START_NS + i * STEP_NS for i in range(SAMPLE_PACKETS)]


def test_a_file_without_packets_has_no_times(tmp_path: Path) -> None:
    wire = Wire(tmp_path / "empty.pcapng")
    wire.close()
    assert packet_times(wire.path).tolist() == []
    with Capture(open_packets(wire.path)) as capture:
        assert AsItHappened(wire.path).step(capture) is None


@pytest.mark.parametrize(
    ("times", "due"),
    [
        pytest.param([], [], id="no packets"),
        pytest.param([7], [0], id="the first is due at once"),
        pytest.param([7, 9, 12], [0, 2, 5], id="the others as long after it as they came"),
        pytest.param([7, 5, 8], [0, 0, 3], id="a step back takes no time"),
        pytest.param([0, 10 * LONGEST_SILENCE_NS], [0, LONGEST_SILENCE_NS], id="a long silence is shortened"),
    ],
)
def test_when_packets_are_due(times: list[int], due: list[int]) -> None:
    assert due_ns(np.array(times, np.int64)).tolist() == due
