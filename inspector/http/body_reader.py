"""Follows the bodies of HTTP messages to their ends (RFC 9112 §6.3 and §7.1).

Hot module: compiled by Cython where there is a compiler, plain Python otherwise (docs/architecture.md).
"""

from __future__ import annotations

import cython
from cython import Py_ssize_t, bint, cclass, cfunc, longlong, uint

from inspector.http import stages
from inspector.http.anomaly_reports import Reports
from inspector.http.chunked import ChunkedBody
from inspector.http.direction_state import Half
from inspector.http.exchanges import Exchanges
from inspector.http.message_notes import Note
from inspector.http.message_rows import MessageRows
from inspector.tables.arena import ARENA as _ARENA
from inspector.tables.chunk_cursor import Pieces
from inspector.tables.table import BodyFraming

ARENA = cython.declare(longlong, _ARENA)

BY_LENGTH = cython.declare(cython.int, int(BodyFraming.LENGTH))
BY_CHUNKS = cython.declare(cython.int, int(BodyFraming.CHUNKED))
BY_CLOSE = cython.declare(cython.int, int(BodyFraming.CLOSE))
LENGTH_AND_CHUNKED = cython.declare(uint, int(Note.LENGTH_AND_CHUNKED))
BAD_CHUNK = cython.declare(uint, int(Note.BAD_CHUNK))
GAP = cython.declare(uint, int(Note.GAP))
CUT_SHORT = cython.declare(uint, int(Note.CUT_SHORT))
EXPECTS_CONTINUE = cython.declare(uint, int(Note.EXPECTS_CONTINUE))
BODY_WITHHELD = cython.declare(uint, int(Note.BODY_WITHHELD))


@cclass
class BodyReader:
    """Advances a `Half` from the end of a header to the start of the next message."""

    _pieces: Pieces
    _rows: MessageRows
    _exchanges: Exchanges
    _reports: Reports

    def __init__(self, pieces: Pieces, rows: MessageRows, exchanges: Exchanges, reports: Reports) -> None:
        self._pieces = pieces
        self._rows = rows
        self._exchanges = exchanges
        self._reports = reports

    # -- which framing -------------------------------------------------------------------------------------------

    @cfunc
    def open_length(self, half: Half, row: Py_ssize_t, length: longlong) -> None:
        """Begin a body of this length."""
        self._rows.framing[row] = BY_LENGTH
        if length:
            half.stage = stages.LENGTH
            half.remaining = length
        else:
            self.none(half, row)

    @cfunc
    def open_chunks(self, half: Half, row: Py_ssize_t) -> None:
        """Begin a chunked body."""
        self._rows.framing[row] = BY_CHUNKS
        half.stage = stages.FRAMING
        half.chunks = ChunkedBody()

    @cfunc
    def open_close(self, half: Half, row: Py_ssize_t) -> None:
        """Begin a body that ends when the connection closes."""
        self._rows.framing[row] = BY_CLOSE
        half.stage = stages.CLOSE

    @cfunc
    def none(self, half: Half, row: Py_ssize_t) -> None:
        """Complete a message that has no body."""
        self._rows.complete[row] = 1
        self._between_messages(half)

    @cfunc
    def _between_messages(self, half: Half) -> None:
        half.message = -1
        half.stage = stages.START if half.pausing < 0 else stages.PAUSED

    # -- content and chunk framing -------------------------------------------------------------------------------

    @cfunc
    def take(self, half: Half, at: longlong, stop: longlong) -> longlong:
        """Read content that has a known length, of the body or of a chunk; return the address in [at, stop] at which it
        ends.
        """
        count: longlong = min(half.remaining, stop - at)
        half.remaining -= count
        self.grow(half, count, at + count + self._pieces.shift)
        if half.remaining == 0:
            self.end_of_length(half)
        return at + count

    @cfunc
    def grow(self, half: Half, count: longlong, end: longlong) -> None:
        """Add `count` bytes of content, which end at stream offset `end`."""
        self._rows.body_bytes[half.message] += count
        self._reach(half, end)

    @cfunc
    def _reach(self, half: Half, end: longlong) -> None:
        """Extend the message to at least stream offset `end`."""
        rows = self._rows
        row: Py_ssize_t = half.message
        rows.body_end[row] = end
        rows.last_packet[row] = self._pieces.carrier
        rows.end_ns[row] = half.latest_ns

    @cfunc
    def end_of_length(self, half: Half) -> None:
        """Continue after the last byte of a body or of a chunk."""
        if half.stage == stages.CHUNK:
            half.stage = stages.FRAMING
        else:
            self.end(half)

    @cfunc
    def read_framing(self, half: Half, key: Py_ssize_t, at: longlong, stop: longlong) -> longlong:
        """Read the framing between the chunks of a body (RFC 9112 §7.1); return the address at which it ends."""
        chunks = half.chunks
        assert chunks is not None
        if at >= ARENA:
            at = ARENA + chunks.read(self._pieces.arena, at - ARENA, stop - ARENA)
        else:
            at = chunks.read(self._pieces.data, at, stop)
        self._reach(half, at + self._pieces.shift)
        half.remaining = chunks.content_due()
        if half.remaining:
            half.stage = stages.CHUNK
        elif chunks.is_over():
            self.end(half)
        elif chunks.is_bad():
            self._rows.notes[half.message] |= BAD_CHUNK
            self._reports.here("http-bad-chunk", key, at - 1 + self._pieces.shift)
            self.end(half)
            self.lose(half)
        return at

    @cfunc
    def skip(self, half: Half, key: Py_ssize_t, offset: longlong, length: longlong) -> longlong:
        """Skip a gap of `length` bytes; return how many of them belong to the body."""
        inside: longlong = length if half.stage == stages.CLOSE else min(half.remaining, length)
        half.remaining -= inside
        self._rows.notes[half.message] |= GAP
        self._reports.here("http-gap-in-body", key, inside, offset)
        self.grow(half, inside, offset + inside)
        if half.stage != stages.CLOSE and half.remaining == 0:
            self.end_of_length(half)
        return inside

    # -- ends ----------------------------------------------------------------------------------------------------

    @cfunc
    def cut(self, half: Half, key: Py_ssize_t, is_close: bint) -> None:
        """End the current message early; `is_close` if by FIN, which completes a body that ends when the connection
        closes.
        """
        row: Py_ssize_t = half.message
        if self.may_be_withheld(half):
            self.withhold(half, key)
            return
        if half.stage != stages.CLOSE or not is_close:
            self._rows.notes[row] |= CUT_SHORT
            announced: longlong = half.announced if half.stage == stages.LENGTH else -1
            self._reports.here("http-cut-short", key, self._rows.body_bytes[row], announced)
        self._rows.end_ns[row] = max(half.latest_ns, self._pieces.now)
        self._rows.last_packet[row] = self._pieces.carrier
        self.end(half)

    @cfunc
    def end(self, half: Half) -> None:
        """End the current message."""
        self._rows.complete[half.message] = not self._rows.notes[half.message] & (GAP | CUT_SHORT | BAD_CHUNK)
        self.note_framing(half)
        self._between_messages(half)

    @cfunc
    def lose(self, half: Half) -> None:
        """Start searching for the next message, whose position is unknown."""
        half.stage = stages.SEARCH
        half.message = half.pausing = -1
        half.was_lost = True

    @cfunc
    def note_framing(self, half: Half) -> None:
        """Note the anomalies in the framing of a body, now that its extent is known."""
        rows = self._rows
        row: Py_ssize_t = half.message
        chunks = half.chunks
        if chunks is None and not rows.notes[row] & LENGTH_AND_CHUNKED:
            return
        where = (rows.packet[row], rows.connection[row], rows.direction[row])
        if chunks is not None:
            rows.notes[row] |= chunks.notes()
            if chunks.bare_lines:
                self._reports.of("http-chunk-bare-lf", where, chunks.bare_lines)
            if chunks.spaces:
                self._reports.of("http-chunk-white-space", where, chunks.spaces)
            half.chunks = None
        if rows.notes[row] & LENGTH_AND_CHUNKED:
            self.both_readings(half, row)

    def both_readings(self, half: Half, row: int) -> None:
        """Report the lengths of the body by Content-Length and by Transfer-Encoding, if a message has both (RFC 9112
        §6.3).
        """
        where = (self._rows.packet[row], self._rows.connection[row], self._rows.direction[row])
        if self._rows.framing[row] == BY_LENGTH:
            self._reports.of("http-length-and-bad-coding", where, half.announced)
        else:
            taken = self._rows.body_end[row] - self._rows.body_offset[row]
            self._reports.of("http-length-and-chunked", where, half.announced, taken)

    # -- bodies that the client may withhold ---------------------------------------------------------------------

    @cfunc
    def may_be_withheld(self, half: Half) -> bint:
        """Whether the client may leave out its announced body: before any byte of it, a final response arrived instead
        of the awaited 100 (RFC 9110 §10.1.1).
        """
        row: Py_ssize_t = half.message
        if row < 0 or not self._rows.notes[row] & EXPECTS_CONTINUE or self._rows.direction[row]:
            return False
        if self._rows.body_end[row] > self._rows.body_offset[row]:
            return False
        return self._exchanges.response_of(self._rows.exchange[row]) >= 0

    @cfunc
    def withhold(self, half: Half, key: Py_ssize_t) -> None:
        """Complete a request whose body the client did not send."""
        row: Py_ssize_t = half.message
        self._rows.notes[row] |= BODY_WITHHELD
        self._reports.of("http-body-withheld", (self._rows.packet[row], key >> 1, key & 1))
        half.remaining = 0
        half.chunks = None
        self._between_messages(half)
