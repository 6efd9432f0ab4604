"""A window on a file: the bytes around the reading position, in memory of our own.

A file that is cut short while it is mapped kills whoever touches the mapping (SIGBUS), whatever was checked before. So
its bytes are read into memory that nobody else can take away. Each lies at its own place, as if the file were mapped,
and memory is given back behind the reader: a file of any size takes a few MiB.
"""

from __future__ import annotations

import mmap
import os
from typing import BinaryIO

import numpy as np

AHEAD = 1 << 20
"""Bytes that are read at a time: still in the processor's cache when they are looked at."""

BEHIND = 8 << 20
"""Bytes kept before the reading position: most repeated reads are of recent bytes."""

STEP = 2 << 20
"""Bytes released at a time: a huge page, and a multiple of any other page size."""

ROOM = 64 << 20
"""Addresses that a growing file has for its bytes at first; they take no memory."""

MARK = 64
"""Bytes before the reader by which a file is known to be the same still."""

UNRESERVED = 0x4000 if os.name == "posix" and os.uname().sysname == "Linux" else 0
"""MAP_NORESERVE (mmap(2)): addresses that are not written to do not count as memory."""


class Window:
    """Read-only bytes of an open file.

    Attributes:
        data: as long as the file may become; of it [floor, loaded) are the file's bytes. Views of an earlier `data`
            stay valid after `refresh` and `close`.
        size: bytes that the file has, as far as is known.
        cut: bytes that the file had left when less was there than had been before, or when others were there; -1 never.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._memory = memoryview(b"")
        self._mapping: mmap.mmap | None = None
        self._skip = 0
        self._mark = (0, b"")
        self._again: list[tuple[int, int]] = []
        self.data = memoryview(b"")
        self.floor = self.loaded = self.size = 0
        self.cut = -1
        self.refresh()

    def refresh(self) -> bool:
        """Check what was appended to the file; returns True if it grew."""
        if self.cut >= 0:
            return False
        size, before = os.fstat(self._file.fileno()).st_size, self.size
        if size == before or not self._is_same():
            return False
        self.size = size
        if size > len(self.data):
            self._make_room(size if not before else max(2 * size, ROOM))
        return True

    def load(self) -> bool:
        """Read more of the file; False at its end."""
        stop = min(self.loaded + AHEAD, self.size)
        if self.cut >= 0 or stop <= self.loaded:
            return False
        count = self._read_into(self.loaded, stop)
        if not self._is_same() or not count:
            return False
        self.loaded += count
        return True

    def want(self, at: int, length: int) -> bool:
        """Read bytes again that were released, at their places, until the next `let_go`; returns whether it
        succeeded.
        """
        stop = min(at + length, self.floor)
        if at < stop:
            is_whole = self._read_into(at, stop) == stop - at and self._is_same()
            self._again.append((at, stop))
            return is_whole
        return True

    def read(self, at: int, length: int) -> bytes:
        """A copy of `length` bytes that were loaded once; fewer when the file ends before or lost them."""
        stop = min(at + length, self.loaded)
        return bytes(self.data[at:stop]) if at >= self.floor else self.peek(at, stop - at)

    def peek(self, at: int, length: int) -> bytes:
        """Bytes of the file as it is now, read or not; for any thread."""
        piece = bytearray(max(min(at + length, self.size) - at, 0))
        count = self._pread(memoryview(piece), at)
        return bytes(piece[:count]) if self._is_same() else b""

    def let_go(self, offset: int) -> None:
        """Release memory far before `offset`, up to which the file has been parsed."""
        self._mark = (max(offset - MARK, 0), bytes(self.data[max(offset - MARK, 0) : offset]))
        for at, stop in self._again:
            self._give_back(at, stop)
        self._again.clear()
        floor = max(offset - BEHIND, 0) // STEP * STEP
        if floor > self.floor:
            before, self.floor = self.floor, floor
            self._give_back(before, floor)

    def status(self) -> os.stat_result:
        """fstat of the open file, whatever its path refers to by now."""
        return os.fstat(self._file.fileno())

    def close(self) -> None:
        """Close the file, and release the memory unless something else holds it."""
        self.data = self._memory = memoryview(b"")
        self._mapping = None
        self.floor = self.loaded = self.size = 0
        self._file.close()

    def _is_same(self) -> bool:
        """Whether the file is still the one that was read so far; truncation and overwriting are noticed."""
        if self._file.closed:
            return False
        if self.cut < 0:
            at, mark = self._mark
            left = self.status().st_size
            now = bytearray(len(mark))
            if left < self.size or self._pread(memoryview(now), at) < len(mark) or now != mark:
                self.cut = left
        return self.cut < 0

    def _read_into(self, at: int, stop: int) -> int:
        return self._pread(self._memory[at:stop], at)

    def _pread(self, target: memoryview, at: int) -> int:
        """Fill `target` from the file as far as it goes."""
        done = 0
        while done < len(target) and not self._file.closed:
            count = read_at(self._file, target[done:], at + done)
            if not count:
                break
            done += count
        return done

    def _make_room(self, size: int) -> None:
        """Addresses for `size` bytes, whose memory comes when they are read."""
        self._mapping = mapping = _addresses(size + STEP)
        start = np.frombuffer(mapping, np.uint8).__array_interface__["data"][0]
        self._skip = -start % STEP
        if hasattr(mmap, "MADV_HUGEPAGE") and size > BEHIND:
            mapping.madvise(mmap.MADV_HUGEPAGE)
        memory = memoryview(mapping)[self._skip : self._skip + size]
        memory[self.floor : self.loaded] = self.data[self.floor : self.loaded]
        self._memory, self.data = memory, memory.toreadonly()

    def _give_back(self, at: int, stop: int) -> None:
        """Release the pages that [at, stop) touches, all of them before `floor`; later reads find zeros there."""
        if self._mapping is not None and hasattr(mmap, "MADV_DONTNEED"):
            first, last = at // mmap.PAGESIZE * mmap.PAGESIZE, -(-stop // mmap.PAGESIZE) * mmap.PAGESIZE
            self._mapping.madvise(mmap.MADV_DONTNEED, self._skip + first, last - first)


def _addresses(size: int) -> mmap.mmap:
    """Fresh private memory; unwritten pages take only address space."""
    if not hasattr(mmap, "MAP_ANONYMOUS"):
        return mmap.mmap(-1, size)
    return mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | UNRESERVED)


def read_at(file: BinaryIO, target: memoryview, at: int) -> int:
    """Read into `target` from offset `at` of an unbuffered file; how many bytes there were."""
    if hasattr(os, "preadv"):
        return os.preadv(file.fileno(), [target], at)
    file.seek(at)
    return file.readinto(target) or 0  # type: ignore[attr-defined]
