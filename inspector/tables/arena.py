"""A buffer for bytes that are not contiguous in the capture file.

Table rows refer to bytes by an *address*. An address below `ARENA` is an offset in the capture file; from `ARENA` on,
`address - ARENA` is an offset in this append-only buffer. The buffer holds reassembled IP datagrams, HTTP heads that
span several segments, and inflated text.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

ARENA = 1 << 62
"""The first address in the arena; no capture file is as large as 4 EiB."""

ARENA_LIMIT = 256 * 1024 * 1024
"""The maximum number of bytes in the arena. A capture that needs more is hostile or should be analysed in smaller
slices; of bytes that do not fit, only the length is kept."""


Want = Callable[[int, int], bool]
"""A function that makes released bytes of the file readable again, given their offset and length; it returns whether
it succeeded."""


def lost(_at: int, _length: int) -> bool:
    """A `Want` for bytes that cannot be read again; it always fails."""
    return False


class Arena:
    """An append-only byte buffer with stable addresses."""

    def __init__(self, limit: int = ARENA_LIMIT) -> None:
        self.limit = limit
        self.size = 0
        self._bytes = np.zeros(4096, np.uint8)

    @property
    def data(self) -> memoryview:
        """The buffer as it is now; views taken earlier stay valid but do not show bytes appended later."""
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
