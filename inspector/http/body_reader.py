"""Follows the bodies of HTTP messages to their ends (RFC 9112 §6.3 and §7.1).

Hot module: compiled by Cython where there is a compiler, plain Python otherwise (docs/architecture.md).
"""

from __future__ import annotations

import cython
from cython import Py_ssize_t, bint, cclass, cfunc, longlong, uint

from inspector.http import stages
from inspector.http.anomaly_reports import Reports
from inspector.http.chunked import ChunkedBody
from inspector.http.direction_state import DirectionState
from inspector.http.exchanges import Exchanges
from inspector.http.message_notes import Note
from inspector.http.message_writer import MessageWriter
from inspector.tables.arena import ARENA as _ARENA
from inspector.tables.chunk_cursor import ChunkCursor
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
    """Advances a `DirectionState` from the end of a header to the start of the next message."""

    _cursor: ChunkCursor
    _rows: MessageWriter
    _exchanges: Exchanges
    _reports: Reports

    def __init__(self, cursor: ChunkCursor, rows: MessageWriter, exchanges: Exchanges, reports: Reports) -> None:
        self._cursor = cursor
        self._rows = rows
        self._exchanges = exchanges
        self._reports = reports

    # -- which framing -------------------------------------------------------------------------------------------

    @cfunc
    def open_length(self, state: DirectionState, row: Py_ssize_t, length: longlong) -> None:
        """Begin a body of this length."""
        self._rows.framing[row] = BY_LENGTH
        if length:
            state.stage = stages.LENGTH
            state.remaining = length
        else:
            self.none(state, row)

    @cfunc
    def open_chunks(self, state: DirectionState, row: Py_ssize_t) -> None:
        """Begin a chunked body."""
        self._rows.framing[row] = BY_CHUNKS
        state.stage = stages.FRAMING
        state.chunks = ChunkedBody()

    @cfunc
    def open_close(self, state: DirectionState, row: Py_ssize_t) -> None:
        """Begin a body that ends when the connection closes."""
        self._rows.framing[row] = BY_CLOSE
        state.stage = stages.CLOSE

    @cfunc
    def none(self, state: DirectionState, row: Py_ssize_t) -> None:
        """Complete a message that has no body."""
        self._rows.complete[row] = 1
        self._between_messages(state)

    @cfunc
    def _between_messages(self, state: DirectionState) -> None:
        state.message = -1
        state.stage = stages.START if state.pausing < 0 else stages.PAUSED

    # -- content and chunk framing -------------------------------------------------------------------------------

    @cfunc
    def take(self, state: DirectionState, at: longlong, stop: longlong) -> longlong:
        """Read content that has a known length, of the body or of a chunk; return the address in [at, stop] at which it
        ends.
        """
        count: longlong = min(state.remaining, stop - at)
        state.remaining -= count
        self.grow(state, count, at + count + self._cursor.shift)
        if state.remaining == 0:
            self.end_of_length(state)
        return at + count

    @cfunc
    def grow(self, state: DirectionState, count: longlong, end: longlong) -> None:
        """Add `count` bytes of content, which end at stream offset `end`."""
        self._rows.body_bytes[state.message] += count
        self._extend_message(state, end)

    @cfunc
    def _extend_message(self, state: DirectionState, end: longlong) -> None:
        """Extend the message to at least stream offset `end`."""
        rows = self._rows
        row: Py_ssize_t = state.message
        rows.body_end[row] = end
        rows.last_packet[row] = self._cursor.carrier
        rows.end_ns[row] = state.latest_ns

    @cfunc
    def end_of_length(self, state: DirectionState) -> None:
        """Continue after the last byte of a body or of a chunk."""
        if state.stage == stages.CHUNK:
            state.stage = stages.FRAMING
        else:
            self.end(state)

    @cfunc
    def read_framing(self, state: DirectionState, key: Py_ssize_t, at: longlong, stop: longlong) -> longlong:
        """Read the framing between the chunks of a body (RFC 9112 §7.1); return the address at which it ends."""
        chunks = state.chunks
        assert chunks is not None
        if at >= ARENA:
            at = ARENA + chunks.read(self._cursor.arena, at - ARENA, stop - ARENA)
        else:
            at = chunks.read(self._cursor.data, at, stop)
        self._extend_message(state, at + self._cursor.shift)
        state.remaining = chunks.content_due()
        if state.remaining:
            state.stage = stages.CHUNK
        elif chunks.is_over():
            self.end(state)
        elif chunks.is_bad():
            self._rows.notes[state.message] |= BAD_CHUNK
            self._reports.here("http-bad-chunk", key, at - 1 + self._cursor.shift)
            self.end(state)
            self.lose(state)
        return at

    @cfunc
    def skip(self, state: DirectionState, key: Py_ssize_t, offset: longlong, length: longlong) -> longlong:
        """Skip a gap of `length` bytes; return how many of them belong to the body."""
        inside: longlong = length if state.stage == stages.CLOSE else min(state.remaining, length)
        state.remaining -= inside
        self._rows.notes[state.message] |= GAP
        self._reports.here("http-gap-in-body", key, inside, offset)
        self.grow(state, inside, offset + inside)
        if state.stage != stages.CLOSE and state.remaining == 0:
            self.end_of_length(state)
        return inside

    # -- ends ----------------------------------------------------------------------------------------------------

    @cfunc
    def cut(self, state: DirectionState, key: Py_ssize_t, is_close: bint) -> None:
        """End the current message early; `is_close` if by FIN, which completes a body that ends when the connection
        closes.
        """
        row: Py_ssize_t = state.message
        if self.may_be_withheld(state):
            self.withhold(state, key)
            return
        if state.stage != stages.CLOSE or not is_close:
            self._rows.notes[row] |= CUT_SHORT
            announced: longlong = state.announced if state.stage == stages.LENGTH else -1
            self._reports.here("http-cut-short", key, self._rows.body_bytes[row], announced)
        self._rows.end_ns[row] = max(state.latest_ns, self._cursor.now)
        self._rows.last_packet[row] = self._cursor.carrier
        self.end(state)

    @cfunc
    def end(self, state: DirectionState) -> None:
        """End the current message."""
        self._rows.complete[state.message] = not self._rows.notes[state.message] & (GAP | CUT_SHORT | BAD_CHUNK)
        self.note_framing(state)
        self._between_messages(state)

    @cfunc
    def lose(self, state: DirectionState) -> None:
        """Start searching for the next message, whose position is unknown."""
        state.stage = stages.SEARCH
        state.message = state.pausing = -1
        state.was_lost = True

    @cfunc
    def note_framing(self, state: DirectionState) -> None:
        """Note the anomalies in the framing of a body, now that its extent is known."""
        rows = self._rows
        row: Py_ssize_t = state.message
        chunks = state.chunks
        if chunks is None and not rows.notes[row] & LENGTH_AND_CHUNKED:
            return
        where = (rows.packet[row], rows.connection[row], rows.direction[row])
        if chunks is not None:
            rows.notes[row] |= chunks.notes()
            if chunks.bare_lines:
                self._reports.of("http-chunk-bare-lf", where, chunks.bare_lines)
            if chunks.spaces:
                self._reports.of("http-chunk-white-space", where, chunks.spaces)
            state.chunks = None
        if rows.notes[row] & LENGTH_AND_CHUNKED:
            self.both_readings(state, row)

    def both_readings(self, state: DirectionState, row: int) -> None:
        """Report the lengths of the body by Content-Length and by Transfer-Encoding, if a message has both (RFC 9112
        §6.3).
        """
        where = (self._rows.packet[row], self._rows.connection[row], self._rows.direction[row])
        if self._rows.framing[row] == BY_LENGTH:
            self._reports.of("http-length-and-bad-coding", where, state.announced)
        else:
            taken = self._rows.body_end[row] - self._rows.body_offset[row]
            self._reports.of("http-length-and-chunked", where, state.announced, taken)

    # -- bodies that the client may withhold ---------------------------------------------------------------------

    @cfunc
    def may_be_withheld(self, state: DirectionState) -> bint:
        """Whether the client may leave out its announced body: before any byte of it, a final response arrived instead
        of the awaited 100 (RFC 9110 §10.1.1).
        """
        row: Py_ssize_t = state.message
        if row < 0 or not self._rows.notes[row] & EXPECTS_CONTINUE or self._rows.direction[row]:
            return False
        if self._rows.body_end[row] > self._rows.body_offset[row]:
            return False
        return self._exchanges.response_of(self._rows.exchange[row]) >= 0

    @cfunc
    def withhold(self, state: DirectionState, key: Py_ssize_t) -> None:
        """Complete a request whose body the client did not send."""
        row: Py_ssize_t = state.message
        self._rows.notes[row] |= BODY_WITHHELD
        self._reports.of("http-body-withheld", (self._rows.packet[row], key >> 1, key & 1))
        state.remaining = 0
        state.chunks = None
        self._between_messages(state)
