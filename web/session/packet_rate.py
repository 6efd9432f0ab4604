"""The rate at which packets arrive, in packets per second."""

from __future__ import annotations

from collections import deque

WINDOW_SECONDS = 2.0
"""The rate is the mean over this time, which is long enough for a steady value and short enough for a current one."""


class Meter:
    """Computes a rate from packet counts at given times, in seconds of any one clock."""

    def __init__(self) -> None:
        self._seen: deque[tuple[float, int]] = deque()

    def rate(self, now: float, packets: int) -> int:
        """Return the mean rate over the last WINDOW_SECONDS in packets per second; `packets` is the total at `now`."""
        if not self._seen or self._seen[-1][1] != packets or now - self._seen[-1][0] > WINDOW_SECONDS / 10:
            self._seen.append((now, packets))
        while len(self._seen) > 1 and self._seen[1][0] <= now - WINDOW_SECONDS:
            self._seen.popleft()
        since, before = self._seen[0]
        return round((packets - before) / max(now - since, 1.0))
