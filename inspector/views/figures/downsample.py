"""Downsampling that looks the same: a figure of a million packets keeps a few thousand points, and every extreme."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from inspector.tables.arrays import Rows

A_BUCKET = 4
"""Points kept of a bucket: its first, its last, its least and its greatest."""


def thin(times: npt.NDArray[Any], values: npt.NDArray[Any], most: int) -> Rows:
    """Which of the points to keep: at most `most` (at least 4), in order of time.

    Time is cut into equal buckets; of each the first, last, least and greatest value stay, so that no spike is lost.
    """
    order: Rows = np.argsort(times, kind="stable")
    if len(order) <= most:
        return order
    first, span = times[order[0]], times[order[-1]] - times[order[0]]
    buckets = max(most // A_BUCKET, 1)
    bucket = ((times[order] - first) * (buckets / (span + 1))).astype(np.intp)
    by_value = np.lexsort((values[order], bucket))
    ends = np.flatnonzero(np.diff(bucket, append=-1))
    starts = np.concatenate([[0], ends[:-1] + 1])
    kept = np.unique(np.concatenate([starts, ends, by_value[starts], by_value[ends]]))
    thinned: Rows = order[kept]
    return thinned


def some(rows: Rows, most: int) -> Rows:
    """At most `most` of the rows, evenly chosen, the first and the last among them."""
    if len(rows) <= most:
        return rows
    return rows[np.linspace(0, len(rows) - 1, most).astype(np.intp)]
