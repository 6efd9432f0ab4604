"""The last deltas of a session, for every client to read at its own pace."""

from __future__ import annotations

import threading
from collections import deque

MAX_DELTAS = 64
MAX_BYTES = 4 * 1024 * 1024
"""Maximum bytes of deltas kept for slow clients, shared by all; a client further behind must resync."""


class LogClosed(Exception):
    """The session is over; there will be no more deltas."""


class DeltaLog:
    """Numbered texts: one writer, many readers. Memory does not depend on how many read, or how slowly."""

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
        """Number of the last delta; the first is 1."""
        return self._rev

    def add(self, delta: str) -> None:
        """Append the delta with the number `rev` + 1, and forget the oldest beyond the limits."""
        with self._changed:
            self._rev += 1
            self._deltas.append(delta)
            self._bytes += len(delta)
            while len(self._deltas) > self._max_deltas or self._bytes > self._max_bytes:
                self._bytes -= len(self._deltas.popleft())
            self._changed.notify_all()

    def after(self, rev: int, timeout: float) -> tuple[int, list[str] | None]:
        """The deltas behind number `rev`, waiting up to `timeout` seconds for one.

        Returns:
            The number of the last delta, and the texts in order; None when some of them are forgotten already.

        Raises:
            LogClosed: the session is over and everything was read.
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
        """Tell every reader that this was all."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
