"""How many packets a second are coming in."""

from __future__ import annotations

from collections import deque

WINDOW_SECONDS = 2.0
"""The rate shown is the mean over this long: steady enough to read, quick enough to believe."""


class Meter:
    """Turns counts at moments into a rate. Times in seconds of any one clock."""

    def __init__(self) -> None:
        self._seen: deque[tuple[float, int]] = deque()

    def rate(self, now: float, packets: int) -> int:
        """Packets a second over the last moments, given that `packets` have come by `now`."""
        if not self._seen or self._seen[-1][1] != packets or now - self._seen[-1][0] > WINDOW_SECONDS / 10:
            self._seen.append((now, packets))
        while len(self._seen) > 1 and self._seen[1][0] <= now - WINDOW_SECONDS:
            self._seen.popleft()
        since, before = self._seen[0]
        return round((packets - before) / max(now - since, 1.0))
