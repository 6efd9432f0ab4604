"""Which lanes the timeline has, and in which order."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

import inspector
from inspector.engine.capture import Capture
from inspector.query.outcomes import is_open
from inspector.query.time_range import Span, extent
from inspector.query.troubles import weights
from inspector.views.timeline.lanes import Group, Lanes, Order, Servers, alive, arrange
from tests.web.traffic import RST, START_NS, STEP_NS, Talk, Wire, chat, exchange


@pytest.fixture(scope="module")
def capture(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Capture]:
    """Connection 0 to port 80, 1 to 81 and reset, 2 to 80 and long, 3 to 81 with many bytes, 4 to 80 and left open."""
    wire = Wire(tmp_path_factory.mktemp("lanes") / "lanes.pcapng")
    exchange(wire, 40000)
    broken = Talk(wire, 40001, 81)
    long = Talk(wire, 40002, 80)
    broken.client(b"?")
    wire.put((81, 40001), 5001, 1002, RST)
    heavy = Talk(wire, 40003, 81)
    for _ in range(3):
        heavy.server(b"x" * 9000)
    heavy.close()
    long.close()
    chat(wire, 40004, "Hi")
    wire.close()
    with inspector.open(wire.path) as capture:
        yield capture


def everything(capture: Capture) -> np.ndarray:
    return np.ones(len(capture.connections), bool)


@pytest.mark.parametrize(
    ("order", "lanes"),
    [
        pytest.param(Order.START, [0, 2, 4, 1, 3], id="by start, the server first spoken to on top"),
        pytest.param(Order.NEWEST, [4, 2, 0, 3, 1], id="the newest on top, and its server"),
        pytest.param(Order.DURATION, [2, 0, 4, 3, 1], id="by duration, the longest on top"),
        pytest.param(Order.BYTES, [3, 1, 0, 4, 2], id="by bytes, the server of the heaviest on top"),
        pytest.param(Order.TROUBLE, [1, 3, 0, 2, 4], id="by trouble, the worst on top"),
    ],
)
def test_lanes_are_grouped_by_server_and_ordered(capture: Capture, order: Order, lanes: list[int]) -> None:
    placed = arrange(capture, Servers(), order, everything(capture))
    ports = capture.connections["server_port"][placed.connections]
    assert len(np.flatnonzero(np.diff(ports))) == 1
    if order is Order.BYTES:  # equally heavy ones stay in the order of their numbers
        assert placed.connections[0] == 3
    else:
        assert placed.connections.tolist() == lanes


def test_only_what_is_shown_has_a_lane(capture: Capture) -> None:
    shown = everything(capture)
    shown[[0, 1]] = False
    placed = arrange(capture, Servers(), Order.START, shown)
    assert (placed.connections.tolist(), placed.starts.tolist()) == ([2, 4, 3], [0, 2])
    assert (placed.lane(4), placed.lane(0)) == (1, None)


@pytest.mark.parametrize("order", Order)
def test_nothing_shown_has_no_lanes(capture: Capture, order: Order) -> None:
    placed = arrange(capture, Servers(), order, ~everything(capture))
    assert (len(placed.connections), placed.groups(0, 10)) == (0, [])


@pytest.mark.parametrize(
    ("first", "stop", "groups"),
    [
        pytest.param(0, 9, [Group(0, 3), Group(3, 4), Group(7, 2)], id="all"),
        pytest.param(2, 3, [Group(0, 3)], id="the last lane of one"),
        pytest.param(3, 7, [Group(3, 4)], id="exactly one"),
        pytest.param(6, 8, [Group(3, 4), Group(7, 2)], id="across an edge"),
    ],
)
def test_the_groups_of_a_range_are_told_whole(first: int, stop: int, groups: list[Group]) -> None:
    assert Lanes(np.arange(9), np.array([0, 3, 7])).groups(first, stop) == groups


def test_servers_keep_their_numbers_as_connections_come(capture: Capture) -> None:
    servers = Servers()
    assert servers.of(capture.connections).tolist() == servers.of(capture.connections).tolist() == [0, 1, 0, 1, 0]


def test_an_open_connection_lives_on_in_silence(capture: Capture) -> None:
    assert is_open(capture.connections).tolist() == [False, False, False, False, True]
    whole = extent(capture)
    assert whole is not None
    later = Span(whole.to_ns + STEP_NS, whole.to_ns + 9 * STEP_NS)
    assert np.flatnonzero(alive(capture, later)).tolist() == [4]
    assert np.flatnonzero(alive(capture, Span(START_NS, START_NS))).tolist() == [0]


def test_a_reset_is_trouble(capture: Capture) -> None:
    counted = weights(capture)
    assert counted[1] == counted.max() > 0
    assert counted[0] == 0


@pytest.mark.parametrize("look", [lambda c: extent(c), lambda c: weights(c).tolist() or None])
def test_an_empty_capture_has_nothing(tmp_path: Path, look: Callable[[Capture], object]) -> None:
    wire = Wire(tmp_path / "empty.pcapng")
    wire.close()
    with inspector.open(wire.path) as capture:
        assert look(capture) is None
