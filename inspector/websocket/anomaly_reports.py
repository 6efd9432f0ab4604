"""Reports the anomalies of the frames and messages of one capture."""

from __future__ import annotations

from inspector.anomalies import index_of
from inspector.tables.anomaly_writer import AnomalyWriter
from inspector.tables.chunk_cursor import ChunkCursor


class Reports:
    """Writes the anomalies found in the current stream chunk."""

    def __init__(self, anomaly_writer: AnomalyWriter, cursor: ChunkCursor) -> None:
        self._anomaly_writer = anomaly_writer
        self._cursor = cursor

    def of(self, code: str, key: int, a: int = 0, b: int = 0) -> None:
        """Report one anomaly by its code; `key` is 2 * connection + direction."""
        self._anomaly_writer.note(index_of(code), self._cursor.carrier, key >> 1, key & 1, a, b)
