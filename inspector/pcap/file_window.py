"""A window on a file: the bytes around the reading position, copied into private memory.

If a mapped file is truncated, any process that touches the missing part of the mapping is killed (SIGBUS), whatever it
checked before. So the file's bytes are read into private memory instead. Each byte is placed at its offset, as if the
file were mapped, and the memory behind the reading position is released: a file of any size takes a few MiB.
"""

from __future__ import annotations

import mmap
import os
from typing import BinaryIO

import numpy as np

AHEAD = 1 << 20
"""Bytes read at a time: few enough to still be in the processor's cache when they are parsed."""

BEHIND = 8 << 20
"""Bytes kept before the reading position, since most repeated reads are of recent bytes."""

STEP = 2 << 20
"""Bytes released at a time: the size of a huge page, and a multiple of every other page size."""

ROOM = 64 << 20
"""Minimum address space, in bytes, that is reserved once a file grows; it takes no memory until it is used."""

MARK = 64
"""Bytes before the reading position that are compared to check that the file was not overwritten."""

UNRESERVED = 0x4000 if os.name == "posix" and os.uname().sysname == "Linux" else 0
"""MAP_NORESERVE (mmap(2)): pages that are never written to do not count as used memory."""


class Window:
    """Read-only bytes of an open file.

    Attributes:
        data: a view that is indexed by file offset and has room for the file to grow; only [floor, loaded) holds bytes
            of the file. Views of an earlier `data` stay valid after `refresh` and `close`.
        size: size of the file in bytes, as last checked.
        cut: size of the file when it was found to be truncated or overwritten; -1 if it never was.
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
        """Check whether anything was appended to the file; returns True if it grew."""
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
        """Read more of the file into `data`; returns False if there is nothing more to read."""
        stop = min(self.loaded + AHEAD, self.size)
        if self.cut >= 0 or stop <= self.loaded:
            return False
        count = self._read_into(self.loaded, stop)
        if not self._is_same() or not count:
            return False
        self.loaded += count
        return True

    def want(self, at: int, length: int) -> bool:
        """Read released bytes back into `data`, where they stay until the next `let_go`; returns whether it
        succeeded.
        """
        stop = min(at + length, self.floor)
        if at < stop:
            is_whole = self._read_into(at, stop) == stop - at and self._is_same()
            self._again.append((at, stop))
            return is_whole
        return True

    def read(self, at: int, length: int) -> bytes:
        """A copy of `length` bytes that were loaded before, even if released since; fewer if the loaded part ends
        earlier or the file no longer has them.
        """
        stop = min(at + length, self.loaded)
        return bytes(self.data[at:stop]) if at >= self.floor else self.peek(at, stop - at)

    def peek(self, at: int, length: int) -> bytes:
        """Bytes of the file as it is now, whether loaded or not; may be called from any thread."""
        piece = bytearray(max(min(at + length, self.size) - at, 0))
        count = self._pread(memoryview(piece), at)
        return bytes(piece[:count]) if self._is_same() else b""

    def let_go(self, offset: int) -> None:
        """Release the memory far before `offset`, the position up to which the file has been parsed."""
        self._mark = (max(offset - MARK, 0), bytes(self.data[max(offset - MARK, 0) : offset]))
        for at, stop in self._again:
            self._give_back(at, stop)
        self._again.clear()
        floor = max(offset - BEHIND, 0) // STEP * STEP
        if floor > self.floor:
            before, self.floor = self.floor, floor
            self._give_back(before, floor)

    def status(self) -> os.stat_result:
        """The fstat result of the open file, even if its path refers to another file by now."""
        return os.fstat(self._file.fileno())

    def close(self) -> None:
        """Close the file, and release the memory unless views of `data` are still in use."""
        self.data = self._memory = memoryview(b"")
        self._mapping = None
        self.floor = self.loaded = self.size = 0
        self._file.close()

    def _is_same(self) -> bool:
        """Whether the file still has the content read so far; sets `cut` if it was truncated or overwritten."""
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
        """Fill `target` from offset `at` of the file; returns the number of bytes read, fewer at the file's end."""
        done = 0
        while done < len(target) and not self._file.closed:
            count = read_at(self._file, target[done:], at + done)
            if not count:
                break
            done += count
        return done

    def _make_room(self, size: int) -> None:
        """Reserve address space for `size` bytes; memory is allocated only as the bytes are read."""
        self._mapping = mapping = _addresses(size + STEP)
        start = np.frombuffer(mapping, np.uint8).__array_interface__["data"][0]
        self._skip = -start % STEP
        if hasattr(mmap, "MADV_HUGEPAGE") and size > BEHIND:
            mapping.madvise(mmap.MADV_HUGEPAGE)
        memory = memoryview(mapping)[self._skip : self._skip + size]
        memory[self.floor : self.loaded] = self.data[self.floor : self.loaded]
        self._memory, self.data = memory, memory.toreadonly()

    def _give_back(self, at: int, stop: int) -> None:
        """Release the pages that overlap [at, stop), all of which lie before `floor`; they read as zeros afterwards."""
        if self._mapping is not None and hasattr(mmap, "MADV_DONTNEED"):
            first, last = at // mmap.PAGESIZE * mmap.PAGESIZE, -(-stop // mmap.PAGESIZE) * mmap.PAGESIZE
            self._mapping.madvise(mmap.MADV_DONTNEED, self._skip + first, last - first)


def _addresses(size: int) -> mmap.mmap:
    """Map new private memory; pages that are never written to take only address space."""
    if not hasattr(mmap, "MAP_ANONYMOUS"):
        return mmap.mmap(-1, size)
    return mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | UNRESERVED)


def read_at(file: BinaryIO, target: memoryview, at: int) -> int:
    """Read into `target` from offset `at` of an unbuffered file; returns the number of bytes read."""
    if hasattr(os, "preadv"):
        return os.preadv(file.fileno(), [target], at)
    file.seek(at)
    return file.readinto(target) or 0  # type: ignore[attr-defined]
