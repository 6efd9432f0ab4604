"""Finds the beginnings of HTTP/1.x messages and reads their headers, including those that span several chunks or are
truncated.

Hot module: compiled by Cython where there is a compiler, plain Python otherwise (docs/architecture.md).
"""

from __future__ import annotations

import cython
from cython import Py_ssize_t, bint, cclass, cfunc, inline, longlong, uchar, uint

from inspector.http import char_classes as chars
from inspector.http import stages
from inspector.http.anomaly_reports import Reports
from inspector.http.direction_state import DirectionState
from inspector.http.directions import Directions
from inspector.http.exchanges import Exchanges
from inspector.http.head_buffer import HeldHead
from inspector.http.head_reader import HeadReader
from inspector.http.message_notes import Note
from inspector.http.message_reader import MessageReader
from inspector.http.message_writer import MessageWriter
from inspector.tables.arena import ARENA as _ARENA
from inspector.tables.arena import Arena
from inspector.tables.chunk_cursor import ChunkCursor
from inspector.tables.table import Protocol as _Protocol

ARENA = cython.declare(longlong, _ARENA)

SHORTEST_VERSION = cython.declare(longlong, len(b"HTTP/"))
"""The minimum number of bytes by which a status line is recognised."""

P_TLS = cython.declare(cython.int, int(_Protocol.TLS))
HANDSHAKE = cython.declare(uchar, 22)
"""The first byte of a TLS record that carries a handshake message (RFC 8446 §5.1)."""

HTTP_0_9 = cython.declare(uint, int(Note.HTTP_0_9))
HEAD_TOO_LONG = cython.declare(uint, int(Note.HEAD_TOO_LONG))


@cclass
class MessageStarts:
    """Reads a direction where a message is expected or searched for.

    Attributes:
        suspects: rows of stream chunks in mid-connection that are not HTTP.
    """

    suspects: list[int]
    _cursor: ChunkCursor
    _arena: Arena
    _reader: HeadReader
    _exchanges: Exchanges
    _directions: Directions
    _rows: MessageWriter
    _message_reader: MessageReader
    _reports: Reports

    def __init__(
        self,
        cursor: ChunkCursor,
        arena: Arena,
        reader: HeadReader,
        exchanges: Exchanges,
        directions: Directions,
        rows: MessageWriter,
        messages: MessageReader,
        reports: Reports,
    ) -> None:
        self.suspects = []
        self._cursor = cursor
        self._arena = arena
        self._reader = reader
        self._exchanges = exchanges
        self._directions = directions
        self._rows = rows
        self._message_reader = messages
        self._reports = reports

    def begin_batch(self) -> None:
        """Prepare for new stream chunks."""
        self._reader.attach(self._cursor.data_memory, self._cursor.arena_memory)

    @cfunc
    @inline
    def _byte(self, at: longlong) -> uchar:
        """The byte at an address."""
        return self._cursor.arena[at - ARENA] if at >= ARENA else self._cursor.data[at]

    @cfunc
    def start(self, state: DirectionState, key: Py_ssize_t, at: longlong, stop: longlong) -> longlong:
        """Begin an expected message: read its header in place if it is complete. Return the address at which reading
        stops.
        """
        count: longlong
        byte: uchar = self._byte(at)
        while byte == chars.CR or byte == chars.LF:
            # Empty lines before a start line are to be ignored (RFC 9112 §2.2).
            state.blank += 1
            at += 1
            if at == stop:
                return at
            byte = self._byte(at)
        count = self._reader.read(at, stop - at, state.role)
        if count < 0 and self._is_turned(state, key, at, stop):
            count = self._reader.read(at, stop - at, state.role)
        if count < 0:
            return self._not_http(state, key, at, stop)
        self._begin_message(state, at)
        if count > 0:
            self._message_reader.read(state, key, at, count, 0)
            return at + count
        state.stage = stages.HEAD
        state.held = HeldHead()
        return self.more_head(state, key, at, stop)

    @cfunc
    def _begin_message(self, state: DirectionState, at: longlong) -> None:
        """Note that the next message begins at an address in the current chunk."""
        state.start_offset = at + self._cursor.shift
        state.start_packet = self._cursor.carrier
        state.start_seq = self._cursor.sequence_number(at)
        state.start_ns = state.latest_ns = self._cursor.now

    @cfunc
    def more_head(self, state: DirectionState, key: Py_ssize_t, at: longlong, stop: longlong) -> longlong:
        """Continue a header that spans several chunks. Return the address at which reading stops."""
        held = state.held
        count: Py_ssize_t
        begin: longlong = at
        assert held is not None
        at += held.gather(self._cursor.bytes_at(at, stop - at))
        if held.has_start_line and not held.is_whole:
            if held.is_too_long:
                self.cut_head(state, key, HEAD_TOO_LONG)
                self.lose(state, 0)
            return at
        count = self._reader.read_held(held.buffer, state.role)
        if count < 0:
            state.skipped += len(held.buffer) - (at - begin)
            state.held = None
            state.stage = stages.START
            return self._not_http(state, key, begin, stop)  # a message may still begin here
        if count > 0:
            self._message_reader.read(state, key, self._arena.append(held.buffer), count, 0)
        else:
            held.has_start_line = self._reader.has_start_line != 0
        return at

    @cfunc
    def cut_head(self, state: DirectionState, key: Py_ssize_t, note: uint) -> None:
        """End a header whose rest will not arrive; it is kept if it has at least a start line."""
        state.stage = stages.START
        held = state.held
        row: Py_ssize_t = self._rows.count
        assert held is not None
        if self._reader.read_held(held.readable(), state.role) >= 0 and self._reader.has_start_line:
            if not held.has_start_line:
                self._reader.notes = 0
            self._message_reader.read(state, key, self._arena.append(held.buffer), len(held.buffer), note)
            if self._rows.count > row:
                self._rows.complete[row] = 0
        state.held = None
        state.pausing = -1  # there is no complete request that could be answered
        if state.stage == stages.PAUSED:
            state.stage = stages.START

    @cfunc
    def _is_turned(self, state: DirectionState, key: Py_ssize_t, at: longlong, stop: longlong) -> bint:
        """Whether the first message of the connection begins here but is of the other kind. The roles of its directions
        are then swapped.
        """
        if self._directions.is_http(key >> 1) or stop - at < SHORTEST_VERSION:
            return False
        if self._reader.read(at, stop - at, 1 - state.role) < 0 or self._reader.notes & HTTP_0_9:
            return False
        if state.role and not self._reader.has_start_line:
            return False  # any bytes may look like the beginning of a method
        self._directions.turn(state, key)
        return True

    # -- where no message begins ---------------------------------------------------------------------------------

    @cfunc
    def _not_http(self, state: DirectionState, key: Py_ssize_t, at: longlong, stop: longlong) -> longlong:
        """Handle bytes that are not the expected start line. Return the address at which reading stops."""
        peer: DirectionState = self._directions.seen(key ^ 1)
        request: Py_ssize_t
        if not state.is_known and key & 1 == 0 and at < stop:
            if state.position == state.origin and self._byte(at) == HANDSHAKE:
                state.stage = stages.TLS
                return at + 1
            if self._is_hello(at, stop):
                return self._found_tls(state, key, stop)
        if not state.is_known and state.role and peer is not None and peer.is_known and not state.was_lost:
            request = self._exchanges.waiting_request(key >> 1)
            if request >= 0 and self._rows.notes[request] & HTTP_0_9:
                self._headless_response(state, key, at)
                return at
        if self._directions.is_http(key >> 1) and not state.was_lost:
            self._reports.here("http-not-a-start-line", key, at + self._cursor.shift)
        self.lose(state, 0)
        return at

    @cfunc
    def tls(self, state: DirectionState, key: Py_ssize_t, at: longlong, stop: longlong) -> longlong:
        """Check the version after the first byte of a TLS handshake record (RFC 8446 §5.1), which was the client's
        first byte.
        """
        if self._byte(at) != 3:
            state.stage = stages.SEARCH
            return at
        return self._found_tls(state, key, stop)

    @cfunc
    def _found_tls(self, state: DirectionState, key: Py_ssize_t, stop: longlong) -> longlong:
        """Stop reading a client that sends TLS."""
        self._directions.name(key >> 1, P_TLS)
        self._directions.give_up(state, key)
        return stop

    @cfunc
    def _is_hello(self, at: longlong, stop: longlong) -> bint:
        """Whether a ClientHello begins here: in a TLS record (RFC 8446 §4.1.2, §5.1), or in SSL 2.0 format with
        consistent lengths (RFC 5246 Appendix E.2).
        """
        ciphers: longlong
        if stop - at >= 6 and self._byte(at) == HANDSHAKE:
            return self._byte(at + 1) == 3 and self._byte(at + 2) <= 4 and self._byte(at + 5) == 1
        if stop - at < 11 or not self._byte(at) & 128 or self._byte(at + 2) != 1:
            return False
        if not (self._byte(at + 3) == 3 or self._pair(at + 3) == 2):
            return False
        ciphers = self._pair(at + 5)
        if ciphers == 0 or ciphers % 3:
            return False
        return self._pair(at) & 0x7FFF == 9 + ciphers + self._pair(at + 7) + self._pair(at + 9)

    @cfunc
    def _pair(self, at: longlong) -> longlong:
        """Return the 16-bit integer at an address."""
        first: longlong = self._byte(at)
        return first << 8 | self._byte(at + 1)

    @cfunc
    def _headless_response(self, state: DirectionState, key: Py_ssize_t, at: longlong) -> None:
        """Begin the response to an HTTP/0.9 request, which has a body only (RFC 9112 Appendix C.1)."""
        head = self._reader
        head.status = 0
        head.content_length = -1
        head.coding = 0
        head.notes = HTTP_0_9
        self._begin_message(state, at)
        self._message_reader.read(state, key, at, 0, 0)

    @cfunc
    def search(self, state: DirectionState, key: Py_ssize_t, at: longlong, stop: longlong) -> longlong:
        """Search for a start line: anywhere if the connection is known to carry HTTP, else only at the beginning of
        chunks.
        """
        found: Py_ssize_t
        if self._directions.is_http(key >> 1):
            found = self._reader.find(at, stop - at, state.role)
        else:
            found = 0 if at == stop or self._begins_here(at, stop, state.role) else -1
            if found < 0 and key & 1 == 0 and self._is_hello(at, stop):
                return self._found_tls(state, key, stop)
            if found < 0 and self._is_turned(state, key, at, stop):
                found = 0
            state.patience -= 1
            if found < 0 and state.is_midstream:
                self.suspects.append(self._cursor.row)
            if found < 0 and state.patience < 0:
                self._directions.give_up(state, key)
                return stop
        if found < 0:
            state.skipped += stop - at
            return stop
        state.skipped += found
        state.stage = stages.START
        return at + found

    @cfunc
    def _begins_here(self, at: longlong, stop: longlong, side: cython.int) -> bint:
        """Whether a well-formed header may begin here. Malformed ones do not count while it is unknown whether this is
        HTTP.
        """
        count: Py_ssize_t = self._reader.read(at, stop - at, side)
        return count >= 0 and (not self._reader.has_start_line or self._reader.version >= 0)

    @cfunc
    def lose(self, state: DirectionState, missing: longlong) -> None:
        """Start searching for the next message, whose position is unknown; `missing` bytes are not in the capture."""
        state.stage = stages.SEARCH
        state.held = None
        state.message = state.pausing = -1
        state.was_lost = True
        state.has_gap |= missing > 0
        state.skipped += missing
