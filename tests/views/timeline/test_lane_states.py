"""Both ends' states along the lanes of the timeline."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

import inspector
from inspector.engine.capture import Capture
from inspector.views.timeline import lane_states as module
from inspector.views.timeline.lane_states import lane_states
from tests.web.traffic import ACK, START_NS, STEP_NS, SYN, Talk, Wire, exchange


@pytest.fixture(scope="module")
def capture(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Capture]:
    """0 is opened and closed in 8 packets, 1 stays open."""
    wire = Wire(tmp_path_factory.mktemp("states") / "lanes.pcapng")
    exchange(wire, 40000, "/")
    Talk(wire, 40001)
    wire.close()
    with inspector.open(wire.path) as capture:
        yield capture


def changes(capture: Capture, *connections: int) -> list[tuple[int, int, int, str]]:
    columns = lane_states(capture, np.array(connections, np.intp))
    return list(zip(*(columns[name] for name in ("lane", "side", "at_ns", "state")), strict=True))


def test_what_is_assumed_and_what_is_unknown_is_told_apart(tmp_path: Path) -> None:
    wire = Wire(tmp_path / "assumed.pcapng")
    wire.put((40000, 80), 100, 0, SYN)
    wire.put((80, 40000), 500, 101, SYN | ACK)
    wire.put((40001, 80), 100, 0, SYN)
    wire.close()
    with inspector.open(wire.path) as capture:
        columns = lane_states(capture, np.array([0, 1], np.intp))
        told = list(zip(*(columns[name] for name in ("lane", "side", "state", "assumed")), strict=True))
    assert told[:2] == [(0, 0, "SYN-SENT", False), (0, 0, "ESTABLISHED", True)]
    assert [state for lane, side, state, _ in told if (lane, side) == (1, 1)] == [None]


def test_each_end_goes_from_state_to_state(capture: Capture) -> None:
    client = [(at, state) for _, side, at, state in changes(capture, 0) if side == 0]
    assert client[:3] == [(0, "SYN-SENT"), (STEP_NS, "ESTABLISHED"), (5 * STEP_NS, "FIN-WAIT-1")]
    assert client[-1][1] == "TIME-WAIT"
    assert [state for _, side, _, state in changes(capture, 0) if side == 1][-1] == "CLOSED"


def test_what_is_said_of_the_last_is_what_the_connection_is_in(capture: Capture) -> None:
    for lane, side, state in ((0, 0, "ESTABLISHED"), (0, 1, "ESTABLISHED")):
        said = [row for row in changes(capture, 1) if row[:2] == (lane, side)]
        assert said[-1][3] == state


def test_lanes_are_told_apart_by_their_place(capture: Capture) -> None:
    assert {lane for lane, *_ in changes(capture, 1, 0)} == {0, 1}
    assert min(at for lane, _, at, _ in changes(capture, 1, 0) if lane == 0) == 8 * STEP_NS
    assert capture.start_ns == START_NS
    assert changes(capture) == []


def test_an_end_that_changes_without_end_is_cut(
    capture: Capture, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(module, "MAX_CHANGES", 2)
    assert [state for _, side, _, state in changes(capture, 0) if side == 0] == ["SYN-SENT", "ESTABLISHED"]
