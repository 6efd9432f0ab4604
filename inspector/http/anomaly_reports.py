"""Turns the notes on an HTTP message into anomaly rows, with the numbers that their sentences mention."""

from __future__ import annotations

from collections.abc import Sequence

from inspector.anomalies import index_of
from inspector.http.message_notes import CODE_OF, Note
from inspector.tables.anomaly_writer import AnomalyWriter
from inspector.tables.chunk_cursor import ChunkCursor
from inspector.tables.table import Direction

LATER = Note.LENGTH_AND_CHUNKED | Note.GAP | Note.CUT_SHORT | Note.BAD_CHUNK
"""Notes whose anomalies are reported when they occur in the body, not with the header."""

_CODES = {int(note): index_of(code) for note, code in CODE_OF.items() if not note & LATER}
_UNASKED_TIMEOUT = index_of("http-unasked-timeout")
_REQUEST_WITHOUT_LENGTH = index_of("http-request-without-length")

REQUEST_TIMEOUT = 408
"""The status that a server may send on an idle connection without a request (RFC 9110 §15.5.9)."""


class Reports:
    """Reports the anomalies of the HTTP messages of one capture."""

    def __init__(self, anomaly_writer: AnomalyWriter, cursor: ChunkCursor) -> None:
        self._anomaly_writer = anomaly_writer
        self._cursor = cursor

    def of_head(
        self,
        notes: int,
        where: tuple[int, int, int],
        facts: Sequence[int],
        offset: int,
        head_bytes: int,
        blank: int,
        skipped: int,
    ) -> None:
        """Report the anomalies of the notes on a header.

        Args:
            notes: bits of Note.
            where: the rows of packet and connection, and the direction.
            facts: the status, the Content-Length, and another Content-Length that differs.
            offset: the stream offset of the start line.
            head_bytes: the number of bytes of the header.
            blank: the number of bytes of empty lines before it.
            skipped: the number of bytes that were skipped while searching for it.
        """
        status, length, other = facts
        numbers = {
            int(Note.TWO_LENGTHS): (length, other),
            int(Note.REPEATED_LENGTH): (length,),
            int(Note.LEADING_ZEROS): (length,),
            int(Note.EMPTY_LINE_BEFORE): (blank,),
            int(Note.HEAD_CUT): (head_bytes,),
            int(Note.HEAD_TOO_LONG): (head_bytes,),
            int(Note.ORPHAN): (status,),
            int(Note.RESYNCHRONISED): (skipped, offset),
        }
        codes = dict(_CODES)
        if status == REQUEST_TIMEOUT:
            codes[int(Note.ORPHAN)] = _UNASKED_TIMEOUT
        if where[2] == Direction.CLIENT:
            codes[int(Note.UNKNOWN_CODING)] = _REQUEST_WITHOUT_LENGTH
        for note, code in codes.items():
            if notes & note:
                self._anomaly_writer.note(code, *where, *numbers.get(note, ()))

    def of(self, code: str, where: tuple[int, int, int], a: int = 0, b: int = 0) -> None:
        """Report one anomaly by its code; `where` is the rows of packet and connection, and the direction."""
        self._anomaly_writer.note(index_of(code), *where, a, b)

    def here(self, code: str, key: int, a: int = 0, b: int = 0) -> None:
        """Report one anomaly in the current stream chunk; `key` is 2 * connection + direction."""
        self._anomaly_writer.note(index_of(code), self._cursor.carrier, key >> 1, key & 1, a, b)
