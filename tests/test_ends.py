"""Connections that ended as nobody wished, and the packets that show it."""

from __future__ import annotations

import numpy as np
import pytest

import inspector
from inspector.ends import ENDS, TITLES, shows_end
from inspector.lab.recordings import demo_recording
from inspector.lanes import BROKEN
from inspector.search import CODES
from inspector.tcp.header import RST, SYN


@pytest.mark.parametrize(
    ("recording", "code", "flag"),
    [
        pytest.param("refused", "refused", RST, id="nobody listens"),
        pytest.param("abort", "reset", RST, id="one end gives up"),
        pytest.param("syn-flood", "unanswered", SYN, id="more ask than are answered"),
    ],
)
def test_each_such_connection_shows_by_one_packet(recording: str, code: str, flag: int) -> None:
    with inspector.open(demo_recording().with_name(f"{recording}.pcapng")) as capture:
        packets, connections = capture.packets, capture.connections
        rows = np.flatnonzero(shows_end(capture, code))
        wanted = np.flatnonzero(np.isin(connections["conn_state"], ENDS[code]))
        assert len(wanted) > 0
        assert sorted(packets["connection"][rows].tolist()) == wanted.tolist()
        assert all(packets["flags"][rows] & flag)


def test_where_all_went_well_nothing_shows() -> None:
    with inspector.open(demo_recording()) as capture:
        assert [int(shows_end(capture, code).sum()) for code in ENDS] == [0, 0, 0]


def test_every_bad_end_has_a_name_of_its_own() -> None:
    assert {state for states in ENDS.values() for state in states} == set(BROKEN)
    assert ENDS.keys() == TITLES.keys()
    assert not ENDS.keys() & CODES.keys()
