"""Percentiles by nearest rank: values that occurred, never one between two."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from inspector.tables.arrays import Values


def percentiles(values: Values, percents: Iterable[int]) -> list[int]:
    """For each percentage, the smallest value that at least that share of the values does not exceed."""
    ordered = np.sort(values)
    return [int(ordered[-(-len(ordered) * percent // 100) - 1]) for percent in percents]


def median(values: Values) -> int:
    """The value in the middle, the lower one of two."""
    return percentiles(values, (50,))[0]
