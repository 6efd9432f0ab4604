"""Bytes that do not lie in one piece in the capture file.

Table rows name bytes by an *address*: below `ARENA` it is an offset in the capture file, from
`ARENA` on it is an offset in this append-only buffer. The buffer holds rebuilt IP datagrams, HTTP heads that
straddled segments, and inflated text.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

ARENA = 1 << 62
"""Addresses from here on lie in the arena; a file of 4 EiB does not exist."""

ARENA_LIMIT = 256 * 1024 * 1024
"""Bytes the arena may hold. A capture that needs more is hostile or wants a smaller slice; what does not fit
is kept as lengths only."""


Want = Callable[[int, int], bool]
"""Makes bytes of the file readable again, by offset and length, after they were released; returns whether it
succeeded."""


def lost(_at: int, _length: int) -> bool:
    """A `Want` of what is nowhere any more."""
    return False


class Arena:
    """An append-only byte buffer with stable addresses."""

    def __init__(self, limit: int = ARENA_LIMIT) -> None:
        self.limit = limit
        self.size = 0
        self._bytes = np.zeros(4096, np.uint8)

    @property
    def data(self) -> memoryview:
        """The buffer as it is now; views taken earlier stay valid but do not see later bytes."""
        return memoryview(self._bytes)

    def append(self, piece: bytes | bytearray | memoryview) -> int:
        """Store a copy of `piece`; returns its address, or -1 if the arena is full."""
        end = self.size + len(piece)
        if end > self.limit:
            return -1
        if end > len(self._bytes):
            grown = np.zeros(max(end, 2 * len(self._bytes)), np.uint8)
            grown[: self.size] = self._bytes[: self.size]
            self._bytes = grown
        self._bytes[self.size : end] = np.frombuffer(piece, np.uint8)
        address = ARENA + self.size
        self.size = end
        return address
