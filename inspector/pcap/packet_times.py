"""Packet times, in nanoseconds since 1970-01-01 UTC, and the value for an unknown time."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

NO_TIME = -(1 << 63)
"""Value in the time column if the file has no timestamp for the packet, or one that does not fit in 64 bits."""


def fill_in(times: npt.NDArray[np.int64], first: int = 0) -> None:
    """Replace each NO_TIME from row `first` on with the last known time before it, or with 0 if there is none."""
    rows = np.arange(first, len(times))
    known = np.where(times[first:] == NO_TIME, first - 1, rows)
    before = np.maximum.accumulate(known) if len(known) else known
    times[first:] = np.where(before < 0, 0, times[before])
