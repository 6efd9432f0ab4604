"""Interprets a header that was parsed: the row of its message, its exchange, the framing of its body, a change of
protocol.

Hot module: compiled by Cython where there is a compiler, plain Python otherwise (docs/architecture.md).
"""

from __future__ import annotations

import cython
from cython import Py_ssize_t, cclass, cfunc, longlong, uint

from inspector.http import framing, stages
from inspector.http.anomaly_reports import Reports
from inspector.http.body_reader import BodyReader
from inspector.http.direction_state import DirectionState
from inspector.http.directions import Directions
from inspector.http.exchanges import Exchanges
from inspector.http.head_reader import HeadReader
from inspector.http.message_notes import CODE_OF, Note
from inspector.http.message_writer import MessageWriter
from inspector.tables.chunk_cursor import ChunkCursor
from inspector.tables.stream_routes import Route
from inspector.tables.table import BodyFraming, MessageKind
from inspector.tables.table import Protocol as _Protocol
from inspector.tcp import flags_and_seq as tcp_header

OPAQUE = cython.declare(cython.int, int(Route.OPAQUE))
SWITCHING = cython.declare(cython.int, int(Route.SWITCHING))
P_TUNNEL = cython.declare(cython.int, int(_Protocol.TUNNEL))
P_HTTP2 = cython.declare(cython.int, int(_Protocol.HTTP2))
RESPONSE = cython.declare(cython.int, int(MessageKind.RESPONSE))
INFORMATIONAL = cython.declare(cython.int, int(MessageKind.INFORMATIONAL))
BY_TUNNEL = cython.declare(cython.int, int(BodyFraming.TUNNEL))

EMPTY_LINE_BEFORE = cython.declare(uint, int(Note.EMPTY_LINE_BEFORE))
EXPECTS_CONTINUE = cython.declare(uint, int(Note.EXPECTS_CONTINUE))
HEAD_CUT = cython.declare(uint, int(Note.HEAD_CUT))
HEAD_TOO_LONG = cython.declare(uint, int(Note.HEAD_TOO_LONG))
LENGTH_AND_CHUNKED = cython.declare(uint, int(Note.LENGTH_AND_CHUNKED))
ORPHAN = cython.declare(uint, int(Note.ORPHAN))
RESYNCHRONISED = cython.declare(uint, int(Note.RESYNCHRONISED))
UPGRADE = cython.declare(uint, int(Note.UPGRADE))
PIPELINED = cython.declare(uint, int(Note.PIPELINED))

TELLING = cython.declare(uint, sum(int(note) for note in CODE_OF))
"""The notes that have an anomaly of their own."""


@cclass
class MessageReader:
    """Fills http_messages and, through `Exchanges`, exchanges.

    Attributes:
        switching: the connection that may change to another protocol, -1 if none.
        switch_request: the row of the request for that protocol.
        switch_response: the row of its response, -1 if there is none.
        unpaused: the exchange whose final response keeps the protocol, until the other direction is told of it; else
            -1.
    """

    switching: cython.int
    switch_request: cython.int
    switch_response: cython.int
    unpaused: longlong
    _head: HeadReader
    _cursor: ChunkCursor
    _directions: Directions
    _rows: MessageWriter
    _bodies: BodyReader
    _exchanges: Exchanges
    _reports: Reports

    def __init__(
        self,
        reader: HeadReader,
        cursor: ChunkCursor,
        directions: Directions,
        rows: MessageWriter,
        bodies: BodyReader,
        exchanges: Exchanges,
        reports: Reports,
    ) -> None:
        self.switching = self.switch_request = self.switch_response = -1
        self.unpaused = -1
        self._head = reader
        self._cursor = cursor
        self._directions = directions
        self._rows = rows
        self._bodies = bodies
        self._exchanges = exchanges
        self._reports = reports

    @cfunc
    def read(self, state: DirectionState, key: Py_ssize_t, address: longlong, count: Py_ssize_t, more: uint) -> None:
        """Begin a message whose header of `count` bytes was parsed; `more` contains further notes."""
        head = self._head
        row: Py_ssize_t
        notes: uint = head.notes | more
        if state.role == 0 and head.method == framing.METHOD_PRI and head.version >= 20:
            self._directions.name(key >> 1, P_HTTP2)  # the connection preface (RFC 9113 §3.4)
            self._directions.leave(key >> 1, OPAQUE)
            state.stage = stages.STOPPED
            return
        if state.blank:
            notes |= EMPTY_LINE_BEFORE
        if state.was_lost and state.skipped:
            notes |= RESYNCHRONISED
        row = self._rows.add(state, key, self._cursor, address, count, head.status)
        state.announced = head.content_length
        state.held = None
        state.message = row
        if not state.is_known:
            self._directions.recognise(state, key)
        if state.role == 0:
            notes |= self._request(state, key, row, notes)
        else:
            notes |= self._response(state, key, row, notes)
        self._rows.notes[row] |= notes
        if notes & LENGTH_AND_CHUNKED and state.message < 0:
            self._bodies.both_readings(state, row)
        if notes & TELLING:
            self._reports.of_head(
                notes,
                (state.start_packet, key >> 1, key & 1),
                (head.status, head.content_length, head.other_length),
                state.start_offset,
                count,
                state.blank,
                state.skipped,
            )
        state.blank = state.skipped = 0
        state.was_lost = state.stage == stages.SEARCH
        state.has_gap = False

    @cfunc
    def _request(self, state: DirectionState, key: Py_ssize_t, row: Py_ssize_t, notes: uint) -> uint:
        """Open an exchange and determine the framing of the body (RFC 9112 §6.3); return further notes."""
        head = self._head
        method: cython.int = head.method
        self._forget_too_early(key >> 1, state.start_packet)
        asked: longlong = self._exchanges.ask(key >> 1, row, method, state.start_packet)
        self._rows.exchange[row] = asked >> 2
        if asked & 3 == 2:
            self._reports.here("http-too-many-unanswered", key, self._exchanges.unanswered(key >> 1))
        elif asked & 3 == 3:
            self._rows.notes[self._exchanges.response_of(asked >> 2)] &= ~ORPHAN
        if method == framing.METHOD_CONNECT or notes & UPGRADE:
            state.pausing = asked >> 2
        if method == framing.METHOD_CONNECT or notes & (HEAD_CUT | HEAD_TOO_LONG):
            self._bodies.none(state, row)
        elif head.coding == framing.CODING_CHUNKED:
            self._bodies.open_chunks(state, row)
        elif (head.content_length > 0 and head.coding == framing.CODING_NONE) or (
            head.content_length >= 0 and head.coding == framing.CODING_BAD
        ):
            self._bodies.open_length(state, row, head.content_length)
        else:
            self._bodies.none(state, row)
            if head.coding in (framing.CODING_UNKNOWN, framing.CODING_BAD):
                # Its length cannot be known (RFC 9112 §6.3).
                self._rows.complete[row] = 0
                self._bodies.lose(state)
        state.expects = state.message >= 0 and notes & EXPECTS_CONTINUE != 0
        return PIPELINED if asked & 3 == 1 else 0

    @cfunc
    def _forget_too_early(self, connection: cython.int, request: cython.int) -> None:
        """Forget responses without a request whose sender had not received this request: they cannot belong to it."""
        response: cython.int = self._exchanges.overtaken(connection)
        while response >= 0 and self._is_too_early(response, request):
            self._exchanges.forget_overtaken(connection)
            response = self._exchanges.overtaken(connection)

    @cfunc
    def _response(self, state: DirectionState, key: Py_ssize_t, row: Py_ssize_t, notes: uint) -> uint:
        """Close an exchange and determine the framing of the body (RFC 9112 §6.3); return further notes."""
        status: cython.int = self._head.status
        entry: longlong
        if state.has_gap:
            self._pass_over(state, key)
        if 100 <= status < 200 and status != 101:
            entry = self._exchanges.inform(key >> 1)
            self._rows.kind[row] = INFORMATIONAL
        else:
            if self._is_unasked(state, key):
                entry = self._exchanges.answer_nobody(key >> 1, row)
            else:
                entry = self._exchanges.answer(key >> 1, row, state.start_packet)
            self._rows.kind[row] = RESPONSE
        self._rows.exchange[row] = entry >> 3
        if self._rows.kind[row] == INFORMATIONAL or notes & (HEAD_CUT | HEAD_TOO_LONG):
            self._bodies.none(state, row)
        else:
            self._response_body(state, key, row, entry)
        if self._rows.kind[row] == RESPONSE and self.switching < 0:
            self.unpaused = entry >> 3
        return ORPHAN if entry & 1 else 0

    @cfunc
    def _is_unasked(self, state: DirectionState, key: Py_ssize_t) -> cython.bint:
        """Whether the response belongs to no request, like a 408 on an idle connection (RFC 9110 §15.5.9), or to a
        request that is not in the capture: its sender had not received the waiting request yet.
        """
        request: Py_ssize_t = self._exchanges.waiting_request(key >> 1)
        return request >= 0 and self._is_too_early(state.start_packet, self._rows.packet[request])

    @cfunc
    def _is_too_early(self, response: cython.int, request: cython.int) -> cython.bint:
        """Whether the packet `response` was sent before its sender had received the packet `request`, by its
        acknowledgment number.
        """
        if not self._cursor.flags[response] & tcp_header.ACK:
            return False
        return tcp_header.seq_offset(self._cursor.ack[response], self._cursor.seq[request]) >= 0

    @cfunc
    def _response_body(self, state: DirectionState, key: Py_ssize_t, row: Py_ssize_t, entry: longlong) -> None:
        """Determine what follows the header of a final response."""
        head = self._head
        status: cython.int = head.status
        method: cython.int = (entry >> 1) & 3
        if method == framing.METHOD_CONNECT and 200 <= status < 300:
            self._tunnel(state, key, row)
        elif status == 101:
            self._switch(state, key, row, entry >> 3)
        elif method == framing.METHOD_HEAD or status == 204 or status == 304:
            self._bodies.none(state, row)
        elif head.coding == framing.CODING_CHUNKED:
            self._bodies.open_chunks(state, row)
        elif head.coding in (framing.CODING_NONE, framing.CODING_BAD) and head.content_length >= 0:
            self._bodies.open_length(state, row, head.content_length)
        else:
            self._bodies.open_close(state, row)

    @cfunc
    def _pass_over(self, state: DirectionState, key: Py_ssize_t) -> None:
        """Handle a gap in which responses before this one may be missing.

        If a waiting request acknowledges all bytes before this response and none of it, this response belongs to that
        request.
        """
        sure: Py_ssize_t = -1
        number: Py_ssize_t
        request: Py_ssize_t
        for number in range(self._exchanges.unanswered(key >> 1)):
            request = self._exchanges.waiting(key >> 1, number)
            if self._cursor.ack[self._rows.packet[request]] == state.start_seq:
                sure = number
                break
        passed: longlong = self._exchanges.pass_over(key >> 1, sure)
        if passed:
            self._rows.notes[self._exchanges.waiting_request(key >> 1)] &= ~PIPELINED
            self._reports.here("http-pairing-corrected", key, passed)

    # -- other protocols -----------------------------------------------------------------------------------------

    @cfunc
    def _tunnel(self, state: DirectionState, key: Py_ssize_t, row: Py_ssize_t) -> None:
        """Begin a tunnel after a 2xx response to CONNECT: both directions carry a conversation with a third party from
        here (RFC 9110 §9.3.6).
        """
        client: DirectionState = self._directions.seen(key ^ 1)
        self._rows.framing[row] = BY_TUNNEL
        self._rows.complete[row] = 1
        if client is not None and client.pending:
            self._reports.here("http-data-before-tunnel", key ^ 1, len(client.pending))
        state.restart()
        state.origin = self._rows.body_offset[row]
        state.stage = stages.DETECT
        if client is not None:
            client.restart()
            client.origin = client.position
        self._directions.name(key >> 1, P_TUNNEL)
        self._exchanges.forget(key >> 1)

    @cfunc
    def _switch(self, state: DirectionState, key: Py_ssize_t, row: Py_ssize_t, exchange: Py_ssize_t) -> None:
        """Begin a change of protocol after a 101 response: it takes effect after this header and after the request (RFC
        9110 §15.2.2).
        """
        others: Py_ssize_t = self._exchanges.unanswered(key >> 1)
        self._bodies.none(state, row)
        if others:
            self._reports.here("http-unexpected-101", key, others)
            return
        self.switching = key >> 1
        self.switch_request = self._exchanges.request_of(exchange)
        self.switch_response = row
        self._directions.state(key ^ 1)
        self._directions.routes[key] = self._directions.routes[key ^ 1] = SWITCHING
