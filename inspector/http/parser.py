"""Finds HTTP/1.x messages in the two byte streams of a connection (RFC 9112 §2 and §6).

This is the framing of an observer: a stream may begin in the middle of a message, have gaps, or not be HTTP at all.
Each direction is a `DirectionState`; its `stage` says what is expected next:

    DETECT → SEARCH (not HTTP)      START → HEAD → body → START
    body: LENGTH, or CLOSE, or FRAMING → CHUNK → FRAMING → …
    after CONNECT or Upgrade: PAUSED until the server has responded
    a gap that is not covered by a length, or bytes that are not a message: SEARCH → START
    a chunk that cannot be parsed: SEARCH
    nothing more to read: STOPPED

Hot module: compiled by Cython where there is a compiler, plain Python otherwise (docs/architecture.md).
"""

from __future__ import annotations

import re

import cython
from cython import Py_ssize_t, bint, cclass, cfunc, inline, longlong, uint

from inspector.http import stages
from inspector.http.anomaly_reports import Reports
from inspector.http.body_reader import BodyReader
from inspector.http.direction_state import LONG_PATIENCE as _LONG_PATIENCE
from inspector.http.direction_state import DirectionState
from inspector.http.directions import Directions
from inspector.http.exchanges import Exchanges
from inspector.http.head_reader import HeadReader
from inspector.http.message_notes import Note
from inspector.http.message_reader import MessageReader
from inspector.http.message_start import MessageStarts
from inspector.http.message_writer import MessageWriter
from inspector.tables.anomaly_writer import AnomalyWriter
from inspector.tables.arena import Arena
from inspector.tables.chunk_cursor import ChunkCursor
from inspector.tables.stream_routes import Route
from inspector.tables.table import ChunkKind, Table

LONG_PATIENCE = cython.declare(cython.int, _LONG_PATIENCE)

PAUSE_LIMIT = cython.declare(Py_ssize_t, 256)
"""The number of stream chunks that may wait for the server's response to an upgrade request."""

REQUEST_LINE = re.compile(rb"[!-~]+ [!-~]+ HTTP/1\.\d\r?\n")
BEGINNING = re.compile(rb"[A-Z]+(?: [!-~]*)?(?: [HTP/\d.]*\r?)?")
DOUBTFUL_LIMIT = cython.declare(Py_ssize_t, 16 * 1024)
"""Maximum bytes of a possible request line whose end is awaited, if the bytes may also be a body."""

WEBSOCKET = cython.declare(cython.int, int(Route.WEBSOCKET))
OPAQUE = cython.declare(cython.int, int(Route.OPAQUE))
SWITCHING = cython.declare(cython.int, int(Route.SWITCHING))
K_DATA = cython.declare(cython.int, int(ChunkKind.DATA))
K_GAP = cython.declare(cython.int, int(ChunkKind.GAP))
K_END = cython.declare(cython.int, int(ChunkKind.END))
GAP = cython.declare(uint, int(Note.GAP))
HEAD_CUT = cython.declare(uint, int(Note.HEAD_CUT))


@cython.final
@cclass
class HttpParser:
    """Reads the stream chunks of connections that carry HTTP or may carry it.

    The routes (one byte per connection and direction, shared with ApplicationLayer) determine which parser reads a
    direction; `switch` and `suspects` return what ApplicationLayer has to decide before more chunks can be read.
    """

    _cursor: ChunkCursor
    _exchanges: Exchanges
    _directions: Directions
    _rows: MessageWriter
    _bodies: BodyReader
    _message_reader: MessageReader
    _message_starts: MessageStarts
    _reports: Reports

    def __init__(
        self,
        cursor: ChunkCursor,
        connections: Table,
        messages: Table,
        exchanges: Table,
        anomaly_writer: AnomalyWriter,
        arena: Arena,
    ) -> None:
        reader = HeadReader()
        self._cursor = cursor
        self._exchanges = Exchanges(exchanges)
        self._directions = Directions(connections, self._exchanges)
        self._rows = MessageWriter(messages)
        self._reports = Reports(anomaly_writer, cursor)
        self._bodies = BodyReader(cursor, self._rows, self._exchanges, self._reports)
        self._message_reader = MessageReader(
            reader, cursor, self._directions, self._rows, self._bodies, self._exchanges, self._reports
        )
        self._message_starts = MessageStarts(
            cursor, arena, reader, self._exchanges, self._directions, self._rows, self._message_reader, self._reports
        )

    def begin_batch(self, routes: memoryview) -> None:
        """Prepare for new stream chunks; `routes` has one byte for each direction of each connection."""
        self._directions.begin_batch(routes)
        self._message_starts.begin_batch()

    # -- chunks --------------------------------------------------------------------------------------------------

    def advance(self, first: Py_ssize_t, stop: Py_ssize_t) -> Py_ssize_t:
        """Read stream chunks from row `first`; return the first row that was not read completely, or `stop`."""
        row: Py_ssize_t = first
        key: Py_ssize_t
        route: cython.int
        while row < stop:
            key = 2 * self._cursor.connection[row] + self._cursor.direction[row]
            route = self._directions.routes[key]
            if route != OPAQUE:
                if route in (WEBSOCKET, SWITCHING):
                    break
                self._take(row, key)
                if self._message_reader.switching >= 0 or self._message_starts.suspects:
                    # A chunk that belongs partly to another protocol is read again by that protocol's parser.
                    row += self._directions.routes[key] != SWITCHING or self._cursor.kinds[row] != K_DATA
                    break
            row += 1
        self._settle()
        return row

    def _settle(self) -> None:
        self._rows.settle()
        self._exchanges.settle()

    @cfunc
    def _take(self, row: Py_ssize_t, key: Py_ssize_t) -> None:
        """Read one stream chunk, or the part of it that was not read yet."""
        state: DirectionState = self._directions.state(key)
        cursor = self._cursor
        if state.stage == stages.PAUSED and cursor.kinds[row] <= K_END:
            self._wait(state, row, key)
            return
        if state.doubtful and not self._settle_doubt(state, row, key):
            return
        cursor.take(row, state.position)
        state.latest_ns = max(state.latest_ns, cursor.now)
        state.position = cursor.offset
        if cursor.kind == K_DATA:
            if cursor.length > 0:
                self._data(state, key, cursor.address, cursor.address + cursor.length)
        elif cursor.kind == K_GAP:
            if cursor.length > 0:
                state.position = cursor.offset + cursor.length
                self._gap(state, key, cursor.offset, cursor.length)
        elif cursor.kind == K_END:
            self._end(state, key)
        else:
            self._abort(key)

    @cfunc
    def _data(self, state: DirectionState, key: Py_ssize_t, address: longlong, stop: longlong) -> None:
        """Read the bytes [address, stop), the next ones of the stream."""
        at: longlong = address
        stage: cython.int
        while at < stop:
            if state.expects and self._is_doubtful(state, key, at, stop):
                state.position = at + self._cursor.shift
                return
            stage = state.stage
            if stage in (stages.START, stages.DETECT):
                at = self._message_starts.start(state, key, at, stop)
            elif stage in (stages.LENGTH, stages.CHUNK):
                at = self._bodies.take(state, at, stop)
            elif stage == stages.CLOSE:
                self._bodies.grow(state, stop - at, stop + self._cursor.shift)
                at = stop
            elif stage == stages.HEAD:
                at = self._message_starts.more_head(state, key, at, stop)
            elif stage == stages.FRAMING:
                at = self._bodies.read_framing(state, key, at, stop)
            elif stage == stages.SEARCH:
                at = self._message_starts.search(state, key, at, stop)
            elif stage == stages.TLS:
                at = self._message_starts.tls(state, key, at, stop)
            elif stage == stages.PAUSED:
                state.position = at + self._cursor.shift
                self._wait(state, self._cursor.row, key)
                return
            else:
                at = stop
            self._heed_answer(key)
            if self._message_reader.switching >= 0:
                break
        state.position = at + self._cursor.shift

    @cfunc
    def _is_doubtful(self, state: DirectionState, key: Py_ssize_t, at: longlong, stop: longlong) -> bint:
        """Whether it is still undecided if these bytes belong to the announced body or to the next request.

        A client that awaits 100 Continue need not send its body after a final response; the next request may follow
        instead. The question remains open as long as all bytes since then may be the beginning of a request line.
        """
        if self._bodies.may_be_withheld(state):
            state.doubtful += self._cursor.bytes_at(at, stop - at)
            if REQUEST_LINE.match(state.doubtful):
                self._bodies.withhold(state, key)
            elif len(state.doubtful) <= DOUBTFUL_LIMIT and BEGINNING.fullmatch(state.doubtful):
                state.pending.append(self._cursor.row)
                return True
        state.expects = False
        state.doubtful = b""
        return False

    @cfunc
    def _settle_doubt(self, state: DirectionState, row: Py_ssize_t, key: Py_ssize_t) -> bint:
        """Use the next stream chunk to decide what the doubtful bytes are; return False if it is still undecided."""
        cursor = self._cursor
        waiting: list[int] = state.pending
        if cursor.kinds[row] == K_DATA:
            cursor.take(row, 0)
            if self._is_doubtful(state, key, cursor.address, cursor.address + cursor.length):
                return False
        state.expects = False
        state.doubtful = b""
        state.pending = []
        for pending in waiting:
            self._take(pending, key)
        return True

    # -- other protocols -----------------------------------------------------------------------------------------

    @cfunc
    def _wait(self, state: DirectionState, row: Py_ssize_t, key: Py_ssize_t) -> None:
        """Hold a stream chunk back until the server has responded to the request for another protocol."""
        if not state.pending or state.pending[len(state.pending) - 1] != row:
            state.pending.append(row)
        if len(state.pending) > PAUSE_LIMIT:
            self._message_reader.switching = key >> 1
            self._message_reader.switch_request = self._exchanges.request_of(state.pausing)
            self._message_reader.switch_response = -1

    @cfunc
    @inline
    def _heed_answer(self, key: Py_ssize_t) -> None:
        """Continue the other direction if the server has just responded to a request for another protocol without
        switching.
        """
        answered: longlong = self._message_reader.unpaused
        if answered >= 0:
            self._message_reader.unpaused = -1
            self._unpause(key ^ 1, answered)

    @cfunc
    def _unpause(self, key: Py_ssize_t, exchange: longlong) -> None:
        """Continue after the request for another protocol, since the server's response keeps the protocol."""
        state: DirectionState = self._directions.seen(key)
        if state is None or state.pausing != exchange or exchange < 0:
            return
        state.pausing = -1
        if state.stage == stages.PAUSED:
            state.stage = stages.START
            self._replay(state, key)

    @cfunc
    def _replay(self, state: DirectionState, key: Py_ssize_t) -> None:
        """Parse the chunks that were held back; afterwards, the cursor is at the current chunk again."""
        row: Py_ssize_t = self._cursor.row
        waiting: list[int] = state.pending
        state.pending = []
        for pending in waiting:
            self._take(pending, key)
        self._cursor.take(row, 0)

    # -- gaps and ends -------------------------------------------------------------------------------------------

    @cfunc
    def _gap(self, state: DirectionState, key: Py_ssize_t, offset: longlong, length: longlong) -> None:
        """Handle a gap: `length` bytes from stream offset `offset` are not in the capture."""
        stage: cython.int = state.stage
        inside: longlong = 0
        if stage in (stages.LENGTH, stages.CHUNK, stages.CLOSE):
            inside = self._bodies.skip(state, key, offset, length)
        elif stage == stages.HEAD:
            self._message_starts.cut_head(state, key, HEAD_CUT)
            self._heed_answer(key)
        elif stage == stages.STOPPED:
            return
        if inside == length:
            return
        if state.message >= 0:
            self._rows.notes[state.message] |= GAP
        if state.stage == stages.PAUSED:
            self._wait(state, self._cursor.row, key)
            return
        if state.is_known and state.stage != stages.SEARCH:
            self._reports.here("http-lost-between-messages", key, length - inside, offset + inside)
        self._message_starts.lose(state, length - inside)

    @cfunc
    def _cut(self, state: DirectionState, key: Py_ssize_t, is_close: bint) -> None:
        """End this direction, which sends no more; `is_close` if it ended with FIN."""
        if state.stage == stages.HEAD:
            self._message_starts.cut_head(state, key, HEAD_CUT)
            self._heed_answer(key)
        elif state.message >= 0:
            self._bodies.cut(state, key, is_close)
        state.stage = stages.STOPPED

    @cfunc
    def _end(self, state: DirectionState, key: Py_ssize_t) -> None:
        """Handle a FIN."""
        peer: DirectionState = self._directions.seen(key ^ 1)
        self._cut(state, key, True)
        state.has_ended = True
        if self._directions.routes[key ^ 1] == OPAQUE or (peer is not None and peer.has_ended):
            self._directions.leave(key >> 1, OPAQUE)

    @cfunc
    def _abort(self, key: Py_ssize_t) -> None:
        """Handle an RST: neither direction sends more."""
        side: cython.int
        state: DirectionState
        for side in range(2):
            state = self._directions.seen(key ^ side)
            if state is not None:
                if state.doubtful:
                    self._settle_doubt(state, self._cursor.row, key ^ side)
                if state.stage == stages.PAUSED:
                    state.pausing = -1
                    state.stage = stages.START
                    self._replay(state, key ^ side)
                self._cut(state, key ^ side, False)
        self._directions.leave(key >> 1, OPAQUE)

    # -- for ApplicationLayer ---------------------------------------------------------------------------------------

    def switch(self) -> tuple[int, int, int] | None:
        """Return the connection that may change its protocol, and the rows of the request and the response (or -1);
        None if there is none.
        """
        messages = self._message_reader
        if messages.switching < 0:
            return None
        found = (messages.switching, messages.switch_request, messages.switch_response)
        messages.switching = -1
        return found

    def suspects(self) -> list[int]:
        """Return the rows of stream chunks in mid-connection that are not HTTP, since the last call."""
        found = self._message_starts.suspects
        if found:
            self._message_starts.suspects = []
        return found

    def paused(self) -> list[tuple[int, int]]:
        """Return the connections that await a response to an upgrade request, each with the row of the request."""
        found: list[tuple[int, int]] = []
        state: DirectionState
        for key, state in enumerate(self._directions.states):
            if state is not None and state.stage == stages.PAUSED:
                found.append((key >> 1, self._exchanges.request_of(state.pausing)))
        return found

    def hand_over(self, connection: int, route: int) -> tuple[int, int, list[int]]:
        """Hand a connection over to another parser. Return the stream offsets at which it continues (client, server),
        and the rows of the chunks that waited.
        """
        client: DirectionState = self._directions.state(2 * connection)
        server: DirectionState = self._directions.state(2 * connection + 1)
        found = (client.position, server.position, self.pending(connection))
        self._directions.leave(connection, route)
        return found

    def pending(self, connection: int) -> list[int]:
        """Return the rows of the chunks that wait for the response to an upgrade request."""
        state: DirectionState = self._directions.seen(self._directions.asking(connection))
        return state.pending if state is not None else []

    def position(self, connection: int, side: int) -> int:
        """Return the stream offset of the next byte to read in one direction."""
        return self._directions.state(2 * connection + side).position

    def read_on(self, connection: int) -> None:
        """Read the chunks that waited as HTTP, since the other protocol did not follow."""
        key: Py_ssize_t = self._directions.asking(connection)
        state: DirectionState = self._directions.state(key)
        self._unpause(key, state.pausing)

    def turned(self) -> list[int]:
        """Return the connections whose requests come from the server, since the last call."""
        found = self._directions.turned
        if found:
            self._directions.turned = []
        return found

    def turn(self, connection: int) -> None:
        """Swap the client and the server of a connection."""
        self._directions.swap(connection)

    def look_on(self, connection: int, side: int) -> None:
        """Keep examining the chunks of a direction, which may still turn out to be a known protocol."""
        self._directions.state(2 * connection + side).patience = LONG_PATIENCE

    def asking(self, connection: int) -> int:
        """Return the Direction in which requests are sent."""
        return self._directions.asking(connection) & 1

    def name(self, connection: int, protocol: int) -> None:
        """Set the protocol of the connection or, if it has become a tunnel, the protocol inside the tunnel."""
        self._directions.name(connection, protocol)

    def is_http(self, connection: int) -> bool:
        """Whether an HTTP message was seen on the connection."""
        return self._directions.is_http(connection)

    def finish(self) -> None:
        """Finish at the end of the capture: keep incomplete headers; incomplete bodies remain incomplete."""
        state: DirectionState
        for key, state in enumerate(self._directions.states):
            if state is not None and state.stage == stages.HEAD:
                self._message_starts.cut_head(state, key, HEAD_CUT)
                self._heed_answer(key)
            elif state is not None and state.message >= 0:
                self._bodies.note_framing(state)
        self._settle()
