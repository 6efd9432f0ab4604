"""A file as a read-only mapping that can grow with it."""

from __future__ import annotations

import mmap
import os
from typing import BinaryIO

EMPTY = memoryview(b"")
"""What there is to see of an empty or closed file."""


class MappedFile:
    """Read-only bytes of an open file.

    Views of an earlier mapping stay valid after `refresh` and `close`; the system frees it when the last one goes. The
    file must not be cut short while it is mapped.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
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
        self.data = memoryview(mapping)
        return True

    def status(self) -> os.stat_result:
        """What the system says of the open file, whatever its path now leads to."""
        return os.fstat(self._file.fileno())

    def close(self) -> None:
        """Let go of the file and, as far as nobody else holds it, of the mapping."""
        self.data = EMPTY
        self._file.close()
