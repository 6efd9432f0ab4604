"""Downsampling that preserves the look of a figure: of a million packets it keeps a few thousand points, including
every extreme.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from inspector.tables.arrays import Rows

A_BUCKET = 4
"""Maximum number of points kept per bucket: the first, the last, the lowest and the highest."""


def thin(times: npt.NDArray[Any], values: npt.NDArray[Any], most: int) -> Rows:
    """Choose the points to keep.

    Time is divided into equal buckets. Of each, the first, last, lowest and highest points are kept, so that no spike
    is lost.

    Args:
        most: the maximum number of points; at least 4.

    Returns:
        The indices of the points to keep, in order of time.
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
    """At most `most` of the rows, evenly spaced, including the first and the last."""
    if len(rows) <= most:
        return rows
    return rows[np.linspace(0, len(rows) - 1, most).astype(np.intp)]
