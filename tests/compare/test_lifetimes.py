"""Lives: how long, how many at once, and which of many are drawn."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspector.compare.answers_connections import life
from inspector.compare.comparison import Findings
from inspector.compare.delivery_methods import Kind
from inspector.compare.lifetimes import MOST_DRAWN, Lives, most_at_once
from tests.compare.conftest import Write
from tests.compare.traffic import CHAT_PORT, MS, START_NS, Connection, Wire, upgrade

STRETCHES = st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)).map(sorted), min_size=1, max_size=30)


def lives(stretches: Sequence[Sequence[int]]) -> Lives:
    start, end = (np.array([stretch[i] for stretch in stretches], np.int64) for i in range(2))
    return Lives(np.arange(len(start)), start, end, np.zeros(len(start), bool), end - start, 0, 0)


@given(STRETCHES)
def test_most_at_once_is_the_fullest_moment(stretches: list[list[int]]) -> None:
    moments = [moment + 0.5 for moment in range(50)]
    fullest = max(sum(start < moment < end for start, end in stretches) for moment in moments)
    some = lives(stretches)
    assert most_at_once(some.start_ns, some.end_ns) == fullest


def test_a_picture_of_many_shows_the_longest_of_each_part() -> None:
    some = lives([(i, i + (50 if i % 10 == 3 else 1)) for i in range(10 * MOST_DRAWN)])
    assert some.drawn().tolist() == list(range(3, 10 * MOST_DRAWN, 10))


def test_a_life_in_which_times_go_back_has_no_length(measured: Callable[[Write], Findings]) -> None:
    def write(wire: Wire) -> None:
        upgrade(Connection(wire, 50001, CHAT_PORT))
        wire.now_ns -= 10_000 * MS
        Connection(wire, 50002)

    found = measured(write)
    assert found.lives[Kind.WEBSOCKET].lasted_ns.tolist() == [-1]
    assert life(found, Kind.WEBSOCKET).text == "not known"


def test_a_connection_that_nobody_closes_lives_to_the_end_of_the_capture(measured: Callable[[Write], Findings]) -> None:
    def write(wire: Wire) -> None:
        upgrade(Connection(wire, 50001, CHAT_PORT))
        wire.until(3000)
        Connection(wire, 50002)

    found = measured(write).lives[Kind.WEBSOCKET]
    assert found.is_open.tolist() == [True]
    assert int(found.end_ns[0]) - START_NS == pytest.approx(3000 * MS, abs=MS)


def test_lives_of_the_five_ways(five: Findings) -> None:
    assert len(five.lives[Kind.CLOSED].connection) == 6
    assert int(five.lives[Kind.CLOSED].lasted_ns.max()) < 2 * MS
    assert int(five.lives[Kind.WEBSOCKET].lasted_ns[0]) > 2600 * MS
    assert {kind: five.lives[kind].most for kind in Kind} == dict.fromkeys(Kind, 1)
