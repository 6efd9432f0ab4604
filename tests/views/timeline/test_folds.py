"""Silence that is folded: which stretches, and where times lie beside them."""

from __future__ import annotations

import numpy as np
import pytest

from inspector.query.time_range import Span
from inspector.views.timeline.folds import FOLD_WIDTH, MOST_SHARE, columns, silent_stretches

SECOND = 10**9
START = 1_700_000_000 * SECOND


def at(*seconds: float) -> np.ndarray:
    return np.array([START + round(second * SECOND) for second in seconds], np.int64)


def span(first: float, last: float) -> Span:
    return Span(*at(first, last).tolist())


@pytest.mark.parametrize(
    ("times", "folded"),
    [
        pytest.param([0, 0.1, 0.2, 100], [(0.2, 100)], id="a long pause"),
        pytest.param([0, 0.1, 50, 50.1, 100], [(0.1, 50), (50.1, 100)], id="two of them"),
        pytest.param([40, 40.1, 40.2], [(0, 40), (40.2, 100)], id="before the first packet, and after the last"),
        pytest.param(np.linspace(0, 100, 40).tolist(), [], id="none in an even stream"),
        pytest.param([], [], id="none where there is no packet at all"),
    ],
)
def test_long_silence_is_folded(times: list[float], folded: list[tuple[float, float]]) -> None:
    assert silent_stretches(at(*times), span(0, 100), 1000) == [span(*fold) for fold in folded]


def test_folds_leave_most_of_the_width_to_what_happened() -> None:
    found = silent_stretches(at(*(10.0 * np.arange(200)), *(10.0 * np.arange(200) + 0.1)).copy(), span(0, 2000), 900)
    assert len(found) * FOLD_WIDTH <= 900 / MOST_SHARE


def test_times_beside_a_fold_share_the_width_by_their_length() -> None:
    folds = [span(1, 9)]
    middle = (1000 - FOLD_WIDTH) / 2
    found = columns(at(-1, 0, 0.5, 1, 5, 9.5, 10, 11), span(0, 10), 1000, folds)
    assert found.tolist() == [
        -1, 0, int(middle / 2), int(middle), 500, int(1000 - middle / 2), 999, 1000
    ]  # fmt: skip


def test_without_folds_columns_are_even() -> None:
    assert columns(at(-1, 0, 5, 10, 11), span(0, 10), 100, []).tolist() == [-1, 0, 50, 99, 100]
