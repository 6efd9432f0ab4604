"""The figures of a capture."""

from __future__ import annotations

import numpy as np

from inspector.views.capture_summary import Distribution


def test_a_spread_has_the_median_the_95th_percentile_and_the_longest() -> None:
    assert Distribution.over(np.arange(1, 201)) == Distribution(median=100, p95=190, slowest=200, of=200)
    assert Distribution.over(np.empty(0, np.int64)) is None
