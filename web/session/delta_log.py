"""The last deltas of a session, which each client reads at its own pace."""

from __future__ import annotations

import threading
from collections import deque

MAX_DELTAS = 64
MAX_BYTES = 4 * 1024 * 1024
"""Maximum size in bytes of the deltas kept for slow clients, which all clients share; a client that is further behind
must resync."""


class LogClosed(Exception):
    """The session has ended; there will be no more deltas."""


class DeltaLog:
    """A log of numbered texts with one writer and many readers. Its memory use does not depend on the number or the
    speed of the readers.
    """

    def __init__(self, max_deltas: int = MAX_DELTAS, max_bytes: int = MAX_BYTES) -> None:
        self._deltas: deque[str] = deque()
        self._bytes = 0
        self._max_deltas = max_deltas
        self._max_bytes = max_bytes
        self._rev = 0
        self._closed = False
        self._changed = threading.Condition()

    @property
    def rev(self) -> int:
        """The number of the last delta; the first delta has number 1."""
        return self._rev

    def add(self, delta: str) -> None:
        """Append the delta with the number `rev` + 1, and drop the oldest deltas if the limits are exceeded."""
        with self._changed:
            self._rev += 1
            self._deltas.append(delta)
            self._bytes += len(delta)
            while len(self._deltas) > self._max_deltas or self._bytes > self._max_bytes:
                self._bytes -= len(self._deltas.popleft())
            self._changed.notify_all()

    def after(self, rev: int, timeout: float) -> tuple[int, list[str] | None]:
        """Return the deltas after number `rev`; if there are none, wait up to `timeout` seconds for one.

        Returns:
            The number of the last delta, and the deltas in order, or None if some of them have already been dropped.

        Raises:
            LogClosed: the session has ended and all deltas were read.
        """
        with self._changed:
            if self._rev == rev and not self._closed:
                self._changed.wait(timeout)
            missed = self._rev - rev
            if missed == 0 and self._closed:
                raise LogClosed
            if missed > len(self._deltas):
                return self._rev, None
            return self._rev, [self._deltas[i] for i in range(len(self._deltas) - missed, len(self._deltas))]

    def close(self) -> None:
        """Tell all readers that there will be no more deltas."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
