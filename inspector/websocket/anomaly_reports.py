"""Reports the anomalies of the frames and messages of one capture."""

from __future__ import annotations

from inspector.anomalies import index_of
from inspector.tables.anomaly_writer import Oddities
from inspector.tables.chunk_cursor import Pieces


class Reports:
    """Writes the anomalies found in the current stream chunk."""

    def __init__(self, oddities: Oddities, pieces: Pieces) -> None:
        self._oddities = oddities
        self._pieces = pieces

    def of(self, code: str, key: int, a: int = 0, b: int = 0) -> None:
        """Report one anomaly by its code; `key` is 2 * connection + direction."""
        self._oddities.note(index_of(code), self._pieces.carrier, key >> 1, key & 1, a, b)
