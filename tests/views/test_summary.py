"""The figures of a capture."""

from __future__ import annotations

import numpy as np

from inspector.views.summary import Spread


def test_a_spread_has_the_median_the_95th_percentile_and_the_longest() -> None:
    assert Spread.over(np.arange(1, 201)) == Spread(median=100, p95=190, slowest=200, of=200)
    assert Spread.over(np.empty(0, np.int64)) is None
