"""The recent output of a direction, to which later compressed messages refer (RFC 1951 §3.2).

Hot module: compiled by Cython where there is a compiler, plain Python otherwise (docs/architecture.md).
"""

from __future__ import annotations

import cython
from cython import Py_ssize_t, cclass, cfunc, uchar

WINDOW = cython.declare(Py_ssize_t, 32 * 1024)
"""The maximum distance, in bytes, of a DEFLATE reference."""

FIRST_ROOM = cython.declare(Py_ssize_t, 512)
"""The initial size in bytes: most conversations are short, and thousands of them may be open at once."""


@cclass
class History:
    """The last bytes of output, at most WINDOW, in a ring buffer that grows. The length of the buffer is a power of
    two.
    """

    size: Py_ssize_t
    """The number of bytes in the ring."""
    next: Py_ssize_t
    """The index in the ring at which the next byte is written."""
    ring: uchar[::1]

    def __init__(self) -> None:
        self.size = self.next = 0
        self.ring = memoryview(bytearray(FIRST_ROOM))

    @cfunc
    def add(self, content: uchar[::1], length: Py_ssize_t) -> None:
        """Append the first `length` bytes of `content`."""
        start: Py_ssize_t = max(0, length - WINDOW)
        if self.ring.shape[0] < WINDOW and self.size + length > self.ring.shape[0]:
            self._grow(self.size + length)
        self._write(content, start, length)
        self.size = min(self.size + length, WINDOW)

    @cfunc
    def _write(self, content: uchar[::1], start: Py_ssize_t, stop: Py_ssize_t) -> None:
        """Copy content[start:stop] into the ring, wrapping around at most once."""
        room: Py_ssize_t = self.ring.shape[0] - self.next
        if stop - start < room:
            self._copy(content, start, stop)
            self.next += stop - start
        else:
            self._copy(content, start, start + room)
            self.next = 0
            self._copy(content, start + room, stop)
            self.next = stop - start - room

    @cfunc
    @cython.boundscheck(False)
    def _copy(self, content: uchar[::1], start: Py_ssize_t, stop: Py_ssize_t) -> None:
        """Copy content[start:stop] to `next`. A single bounds check replaces one per byte."""
        i: Py_ssize_t
        to: Py_ssize_t = self.next
        if start < 0 or stop > content.shape[0] or to + stop - start > self.ring.shape[0]:
            raise IndexError(stop)
        for i in range(stop - start):
            self.ring[to + i] = content[start + i]

    @cfunc
    def _grow(self, wanted: Py_ssize_t) -> None:
        """Enlarge the ring to hold `wanted` bytes, or WINDOW if that is less."""
        room: Py_ssize_t = self.ring.shape[0]
        kept: bytes = self.to_bytes()
        while room < min(wanted, WINDOW):
            room *= 2
        grown = bytearray(room)
        grown[: len(kept)] = kept
        self.ring = memoryview(grown)
        self.next = len(kept)

    def to_bytes(self) -> bytes:
        """Return all bytes in the ring, oldest first."""
        ring = bytes(self.ring)
        return (ring[self.next :] + ring[: self.next])[len(ring) - self.size :]
