"""Thinning keeps extremes, ends and order, and never more than it may."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspector.views.figures.downsample import some, thin

POINTS = st.lists(st.tuples(st.integers(0, 10**9), st.integers(-1000, 1000)), min_size=1, max_size=300)


@given(POINTS, st.integers(4, 400))
def test_extremes_and_ends_stay(points: list[tuple[int, int]], most: int) -> None:
    times, values = (np.array(column, dtype=float) for column in zip(*points, strict=True))
    kept = thin(times, values, most)
    assert len(kept) <= max(most, 4)
    assert len(set(kept.tolist())) == len(kept)
    assert (np.diff(times[kept]) >= 0).all()
    assert {values.min(), values.max()} <= set(values[kept].tolist())
    assert {times.min(), times.max()} <= set(times[kept].tolist())


def test_few_points_stay_as_they_are() -> None:
    assert thin(np.array([3.0, 1.0, 2.0]), np.array([1.0, 1.0, 1.0]), 10).tolist() == [1, 2, 0]


def test_a_spike_among_a_million_is_not_lost() -> None:
    values = np.zeros(1_000_000)
    values[777_777] = 9.0
    assert 777_777 in thin(np.arange(1_000_000.0), values, 1000)


@pytest.mark.parametrize(("count", "most"), [(3, 10), (1000, 10), (10, 10)])
def test_some_keeps_first_and_last(count: int, most: int) -> None:
    kept = some(np.arange(count), most)
    assert len(kept) == min(count, most)
    assert (kept[0], kept[-1]) == (0, count - 1)
