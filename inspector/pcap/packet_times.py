"""Times of packets, in ns since 1970-01-01 UTC, and the value for an unknown time."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

NO_TIME = -(1 << 63)
"""Value in the time column: the file has no time for this packet, or one that 64 bits cannot hold."""


def fill_in(times: npt.NDArray[np.int64], first: int = 0) -> None:
    """Put the time before it in place of each NO_TIME from row `first` on; 0 where there is none before."""
    rows = np.arange(first, len(times))
    known = np.where(times[first:] == NO_TIME, first - 1, rows)
    before = np.maximum.accumulate(known) if len(known) else known
    times[first:] = np.where(before < 0, 0, times[before])
