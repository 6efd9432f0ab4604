"""A file as a read-only mapping that can grow with it."""

from __future__ import annotations

import mmap
import os
from typing import BinaryIO

EMPTY = memoryview(b"")
"""What there is to see of an empty or closed file."""

STEP = 16 * 1024 * 1024
"""Bytes that are let go of at a time: seldom enough to cost nothing, a multiple of any page's size."""


class MappedFile:
    """Read-only bytes of an open file.

    Views of an earlier mapping stay valid after `refresh` and `close`; the system frees it when the last one goes. The
    file must not be cut short while it is mapped.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._mapping: mmap.mmap | None = None
        self._kept_from = 0
        self.data = EMPTY
        self.refresh()

    def refresh(self) -> bool:
        """Map what was written since; True when the file grew."""
        size = os.fstat(self._file.fileno()).st_size
        if size <= len(self.data):
            return False
        mapping = mmap.mmap(self._file.fileno(), size, access=mmap.ACCESS_READ)
        if hasattr(mmap, "MADV_SEQUENTIAL"):
            mapping.madvise(mmap.MADV_SEQUENTIAL)
        self._mapping = mapping
        self.data = memoryview(mapping)
        return True

    def read_until(self, offset: int) -> None:
        """Give back the memory of what stands before `offset`, a step at a time.

        Whoever looks there again gets it again, from the system's cache.
        """
        steps = (min(offset, len(self.data)) - self._kept_from) // STEP
        if steps > 0 and self._mapping is not None and hasattr(mmap, "MADV_DONTNEED"):
            self._mapping.madvise(mmap.MADV_DONTNEED, self._kept_from, steps * STEP)
            self._kept_from += steps * STEP

    def status(self) -> os.stat_result:
        """What the system says of the open file, whatever its path now leads to."""
        return os.fstat(self._file.fileno())

    def close(self) -> None:
        """Let go of the file and, as far as nobody else holds it, of the mapping."""
        self.data = EMPTY
        self._mapping = None
        self._file.close()
