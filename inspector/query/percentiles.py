"""Percentiles by nearest rank: always values that occurred, never interpolated."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from inspector.tables.arrays import Values


def percentiles(values: Values, percents: Iterable[int]) -> list[int]:
    """For each percentage, the smallest value that at least that share of the values does not exceed."""
    ordered = np.sort(values)
    return [int(ordered[-(-len(ordered) * percent // 100) - 1]) for percent in percents]


def median(values: Values) -> int:
    """The median; of two middle values, the lower one."""
    return percentiles(values, (50,))[0]
