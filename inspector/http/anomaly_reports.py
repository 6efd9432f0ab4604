"""Turns the notes of an HTTP message into anomaly rows, with the numbers their sentences name."""

from __future__ import annotations

from collections.abc import Sequence

from inspector.anomalies import index_of
from inspector.http.message_notes import CODE_OF, Note
from inspector.tables.anomaly_writer import Oddities
from inspector.tables.chunk_cursor import Pieces
from inspector.tables.table import Direction

LATER = Note.LENGTH_AND_CHUNKED | Note.GAP | Note.CUT_SHORT | Note.BAD_CHUNK
"""Are reported when they happen to the body, not with the head."""

_CODES = {int(note): index_of(code) for note, code in CODE_OF.items() if not note & LATER}
_UNASKED_TIMEOUT = index_of("http-unasked-timeout")
_REQUEST_WITHOUT_LENGTH = index_of("http-request-without-length")

REQUEST_TIMEOUT = 408
"""A server may send it without a request on an idle connection (RFC 9110 §15.5.9)."""


class Reports:
    """Reports the anomalies of HTTP messages of one capture."""

    def __init__(self, oddities: Oddities, pieces: Pieces) -> None:
        self._oddities = oddities
        self._pieces = pieces

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
        """Report the anomalies of a header by its notes.

        Args:
            notes: bits of Note.
            where: rows of packet and connection, and the direction.
            facts: the status, the Content-Length and another one that differs.
            offset: stream offset of the start line.
            blank: bytes of empty lines before it.
            skipped: bytes that were passed over in search of it.
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
                self._oddities.note(code, *where, *numbers.get(note, ()))

    def of(self, code: str, where: tuple[int, int, int], a: int = 0, b: int = 0) -> None:
        """One anomaly by its code's name."""
        self._oddities.note(index_of(code), *where, a, b)

    def here(self, code: str, key: int, a: int = 0, b: int = 0) -> None:
        """One anomaly of the piece in hand; `key` is 2 * connection + direction."""
        self._oddities.note(index_of(code), self._pieces.carrier, key >> 1, key & 1, a, b)
