"""An index of the chunks table by byte stream, so that finding one stream does not scan the whole table each time."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from inspector.tables.arrays import Rows
from inspector.tables.table import Table

REBUILD_AT = 4
"""The index is rebuilt once more than 1/REBUILD_AT of the pieces are newer than the index."""


class ChunkIndex:
    """The rows of a chunks table, indexed by stream; the table may grow between calls."""

    def __init__(self, chunks: Table) -> None:
        self._chunks = chunks
        self._order: Rows = np.empty(0, np.intp)
        self._keys: npt.NDArray[np.int64] = np.empty(0, np.int64)

    def rows(self, connection: int, direction: int) -> Rows:
        """The rows that make up one direction's stream, in stream order."""
        indexed = len(self._order)
        if (len(self._chunks) - indexed) * REBUILD_AT > len(self._chunks):
            self._rebuild()
            indexed = len(self._order)
        key = 2 * connection + direction
        first, stop = np.searchsorted(self._keys, (key, key + 1))
        young = indexed + np.flatnonzero(self._key(indexed) == key)
        return np.concatenate((self._order[first:stop], young))

    def forget(self) -> None:
        """Discard the index, because some pieces now belong to another stream."""
        self._order, self._keys = self._order[:0], self._keys[:0]

    def _key(self, start: int) -> npt.NDArray[np.int64]:
        """The stream of each piece from row `start` on, as one number: 2 * connection + direction."""
        chunks = self._chunks
        keys: npt.NDArray[np.int64] = 2 * chunks["connection"][start:].astype(np.int64) + chunks["direction"][start:]
        return keys

    def _rebuild(self) -> None:
        keys = self._key(0)
        self._order = np.argsort(keys, kind="stable")
        self._keys = keys[self._order]
