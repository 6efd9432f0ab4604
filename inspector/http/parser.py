"""Finds HTTP/1.x messages in the two byte streams of a connection (RFC 9112 §2 and §6).

This is the framing of an observer: a stream may begin in the middle of a message, have gaps, or not be HTTP at all.
Each direction is a `Half`; its `stage` says what is expected next:

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
from inspector.http.direction_state import Half
from inspector.http.directions import Directions
from inspector.http.exchanges import Exchanges
from inspector.http.head_reader import HeadReader
from inspector.http.message_notes import Note
from inspector.http.message_reader import MessageReader
from inspector.http.message_rows import MessageRows
from inspector.http.message_start import Beginnings
from inspector.tables.anomaly_writer import Oddities
from inspector.tables.arena import Arena
from inspector.tables.chunk_cursor import Pieces
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
class Framer:
    """Reads the stream chunks of connections that carry HTTP or may carry it.

    The routes (one byte per connection and direction, shared with Conversations) determine which parser reads a
    direction; `switch` and `suspects` return what Conversations has to decide before more chunks can be read.
    """

    _pieces: Pieces
    _exchanges: Exchanges
    _directions: Directions
    _rows: MessageRows
    _bodies: BodyReader
    _messages: MessageReader
    _beginnings: Beginnings
    _reports: Reports

    def __init__(
        self, pieces: Pieces, connections: Table, messages: Table, exchanges: Table, oddities: Oddities, arena: Arena
    ) -> None:
        reader = HeadReader()
        self._pieces = pieces
        self._exchanges = Exchanges(exchanges)
        self._directions = Directions(connections, self._exchanges)
        self._rows = MessageRows(messages)
        self._reports = Reports(oddities, pieces)
        self._bodies = BodyReader(pieces, self._rows, self._exchanges, self._reports)
        self._messages = MessageReader(
            reader, pieces, self._directions, self._rows, self._bodies, self._exchanges, self._reports
        )
        self._beginnings = Beginnings(
            pieces, arena, reader, self._exchanges, self._directions, self._rows, self._messages, self._reports
        )

    def begin_batch(self, routes: memoryview) -> None:
        """Prepare for new stream chunks; `routes` has one byte for each direction of each connection."""
        self._directions.begin_batch(routes)
        self._beginnings.begin_batch()

    # -- chunks --------------------------------------------------------------------------------------------------

    def advance(self, first: Py_ssize_t, stop: Py_ssize_t) -> Py_ssize_t:
        """Read stream chunks from row `first`; return the first row that was not read completely, or `stop`."""
        row: Py_ssize_t = first
        key: Py_ssize_t
        route: cython.int
        while row < stop:
            key = 2 * self._pieces.connection[row] + self._pieces.direction[row]
            route = self._directions.routes[key]
            if route != OPAQUE:
                if route in (WEBSOCKET, SWITCHING):
                    break
                self._take(row, key)
                if self._messages.switching >= 0 or self._beginnings.suspects:
                    # A chunk that belongs partly to another protocol is read again by that protocol's parser.
                    row += self._directions.routes[key] != SWITCHING or self._pieces.kinds[row] != K_DATA
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
        half: Half = self._directions.half(key)
        pieces = self._pieces
        if half.stage == stages.PAUSED and pieces.kinds[row] <= K_END:
            self._wait(half, row, key)
            return
        if half.doubtful and not self._settle_doubt(half, row, key):
            return
        pieces.take(row, half.position)
        half.latest_ns = max(half.latest_ns, pieces.now)
        half.position = pieces.offset
        if pieces.kind == K_DATA:
            if pieces.length > 0:
                self._data(half, key, pieces.address, pieces.address + pieces.length)
        elif pieces.kind == K_GAP:
            if pieces.length > 0:
                half.position = pieces.offset + pieces.length
                self._gap(half, key, pieces.offset, pieces.length)
        elif pieces.kind == K_END:
            self._end(half, key)
        else:
            self._abort(key)

    @cfunc
    def _data(self, half: Half, key: Py_ssize_t, address: longlong, stop: longlong) -> None:
        """Read the bytes [address, stop), the next ones of the stream."""
        at: longlong = address
        stage: cython.int
        while at < stop:
            if half.expects and self._is_doubtful(half, key, at, stop):
                half.position = at + self._pieces.shift
                return
            stage = half.stage
            if stage in (stages.START, stages.DETECT):
                at = self._beginnings.start(half, key, at, stop)
            elif stage in (stages.LENGTH, stages.CHUNK):
                at = self._bodies.take(half, at, stop)
            elif stage == stages.CLOSE:
                self._bodies.grow(half, stop - at, stop + self._pieces.shift)
                at = stop
            elif stage == stages.HEAD:
                at = self._beginnings.more_head(half, key, at, stop)
            elif stage == stages.FRAMING:
                at = self._bodies.read_framing(half, key, at, stop)
            elif stage == stages.SEARCH:
                at = self._beginnings.search(half, key, at, stop)
            elif stage == stages.TLS:
                at = self._beginnings.tls(half, key, at, stop)
            elif stage == stages.PAUSED:
                half.position = at + self._pieces.shift
                self._wait(half, self._pieces.row, key)
                return
            else:
                at = stop
            self._heed_answer(key)
            if self._messages.switching >= 0:
                break
        half.position = at + self._pieces.shift

    @cfunc
    def _is_doubtful(self, half: Half, key: Py_ssize_t, at: longlong, stop: longlong) -> bint:
        """Whether it is still undecided if these bytes belong to the announced body or to the next request.

        A client that awaits 100 Continue need not send its body after a final response; the next request may follow
        instead. The question remains open as long as all bytes since then may be the beginning of a request line.
        """
        if self._bodies.may_be_withheld(half):
            half.doubtful += self._pieces.bytes_at(at, stop - at)
            if REQUEST_LINE.match(half.doubtful):
                self._bodies.withhold(half, key)
            elif len(half.doubtful) <= DOUBTFUL_LIMIT and BEGINNING.fullmatch(half.doubtful):
                half.pending.append(self._pieces.row)
                return True
        half.expects = False
        half.doubtful = b""
        return False

    @cfunc
    def _settle_doubt(self, half: Half, row: Py_ssize_t, key: Py_ssize_t) -> bint:
        """Use the next stream chunk to decide what the doubtful bytes are; return False if it is still undecided."""
        pieces = self._pieces
        waiting: list[int] = half.pending
        if pieces.kinds[row] == K_DATA:
            pieces.take(row, 0)
            if self._is_doubtful(half, key, pieces.address, pieces.address + pieces.length):
                return False
        half.expects = False
        half.doubtful = b""
        half.pending = []
        for pending in waiting:
            self._take(pending, key)
        return True

    # -- other protocols -----------------------------------------------------------------------------------------

    @cfunc
    def _wait(self, half: Half, row: Py_ssize_t, key: Py_ssize_t) -> None:
        """Hold a stream chunk back until the server has responded to the request for another protocol."""
        if not half.pending or half.pending[len(half.pending) - 1] != row:
            half.pending.append(row)
        if len(half.pending) > PAUSE_LIMIT:
            self._messages.switching = key >> 1
            self._messages.switch_request = self._exchanges.request_of(half.pausing)
            self._messages.switch_response = -1

    @cfunc
    @inline
    def _heed_answer(self, key: Py_ssize_t) -> None:
        """Continue the other direction if the server has just responded to a request for another protocol without
        switching.
        """
        answered: longlong = self._messages.unpaused
        if answered >= 0:
            self._messages.unpaused = -1
            self._unpause(key ^ 1, answered)

    @cfunc
    def _unpause(self, key: Py_ssize_t, exchange: longlong) -> None:
        """Continue after the request for another protocol, since the server's response keeps the protocol."""
        half: Half = self._directions.seen(key)
        if half is None or half.pausing != exchange or exchange < 0:
            return
        half.pausing = -1
        if half.stage == stages.PAUSED:
            half.stage = stages.START
            self._replay(half, key)

    @cfunc
    def _replay(self, half: Half, key: Py_ssize_t) -> None:
        """Read the chunks that waited; the current chunk remains the current one."""
        row: Py_ssize_t = self._pieces.row
        waiting: list[int] = half.pending
        half.pending = []
        for pending in waiting:
            self._take(pending, key)
        self._pieces.take(row, 0)

    # -- gaps and ends -------------------------------------------------------------------------------------------

    @cfunc
    def _gap(self, half: Half, key: Py_ssize_t, offset: longlong, length: longlong) -> None:
        """Handle a gap: `length` bytes from stream offset `offset` are not in the capture."""
        stage: cython.int = half.stage
        inside: longlong = 0
        if stage in (stages.LENGTH, stages.CHUNK, stages.CLOSE):
            inside = self._bodies.skip(half, key, offset, length)
        elif stage == stages.HEAD:
            self._beginnings.cut_head(half, key, HEAD_CUT)
            self._heed_answer(key)
        elif stage == stages.STOPPED:
            return
        if inside == length:
            return
        if half.message >= 0:
            self._rows.notes[half.message] |= GAP
        if half.stage == stages.PAUSED:
            self._wait(half, self._pieces.row, key)
            return
        if half.is_known and half.stage != stages.SEARCH:
            self._reports.here("http-lost-between-messages", key, length - inside, offset + inside)
        self._beginnings.lose(half, length - inside)

    @cfunc
    def _cut(self, half: Half, key: Py_ssize_t, is_close: bint) -> None:
        """End this direction, which sends no more; `is_close` if it ended with FIN."""
        if half.stage == stages.HEAD:
            self._beginnings.cut_head(half, key, HEAD_CUT)
            self._heed_answer(key)
        elif half.message >= 0:
            self._bodies.cut(half, key, is_close)
        half.stage = stages.STOPPED

    @cfunc
    def _end(self, half: Half, key: Py_ssize_t) -> None:
        """Handle a FIN."""
        peer: Half = self._directions.seen(key ^ 1)
        self._cut(half, key, True)
        half.has_ended = True
        if self._directions.routes[key ^ 1] == OPAQUE or (peer is not None and peer.has_ended):
            self._directions.leave(key >> 1, OPAQUE)

    @cfunc
    def _abort(self, key: Py_ssize_t) -> None:
        """Handle an RST: neither direction sends more."""
        side: cython.int
        half: Half
        for side in range(2):
            half = self._directions.seen(key ^ side)
            if half is not None:
                if half.doubtful:
                    self._settle_doubt(half, self._pieces.row, key ^ side)
                if half.stage == stages.PAUSED:
                    half.pausing = -1
                    half.stage = stages.START
                    self._replay(half, key ^ side)
                self._cut(half, key ^ side, False)
        self._directions.leave(key >> 1, OPAQUE)

    # -- for Conversations ---------------------------------------------------------------------------------------

    def switch(self) -> tuple[int, int, int] | None:
        """Return the connection that may change its protocol, and the rows of the request and the response (or -1);
        None if there is none.
        """
        messages = self._messages
        if messages.switching < 0:
            return None
        found = (messages.switching, messages.switch_request, messages.switch_response)
        messages.switching = -1
        return found

    def suspects(self) -> list[int]:
        """Return the rows of stream chunks in mid-connection that are not HTTP, since the last call."""
        found = self._beginnings.suspects
        if found:
            self._beginnings.suspects = []
        return found

    def paused(self) -> list[tuple[int, int]]:
        """Return the connections that await a response to an upgrade request, each with the row of the request."""
        found: list[tuple[int, int]] = []
        half: Half
        for key, half in enumerate(self._directions.halves):
            if half is not None and half.stage == stages.PAUSED:
                found.append((key >> 1, self._exchanges.request_of(half.pausing)))
        return found

    def hand_over(self, connection: int, route: int) -> tuple[int, int, list[int]]:
        """Hand a connection over to another parser. Return the stream offsets at which it continues (client, server),
        and the rows of the chunks that waited.
        """
        client: Half = self._directions.half(2 * connection)
        server: Half = self._directions.half(2 * connection + 1)
        found = (client.position, server.position, self.pending(connection))
        self._directions.leave(connection, route)
        return found

    def pending(self, connection: int) -> list[int]:
        """Return the rows of the chunks that wait for the response to an upgrade request."""
        half: Half = self._directions.seen(self._directions.asking(connection))
        return half.pending if half is not None else []

    def position(self, connection: int, side: int) -> int:
        """Return the stream offset of the next byte to read in one direction."""
        return self._directions.half(2 * connection + side).position

    def read_on(self, connection: int) -> None:
        """Read the chunks that waited as HTTP, since the other protocol did not follow."""
        key: Py_ssize_t = self._directions.asking(connection)
        half: Half = self._directions.half(key)
        self._unpause(key, half.pausing)

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
        self._directions.half(2 * connection + side).patience = LONG_PATIENCE

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
        half: Half
        for key, half in enumerate(self._directions.halves):
            if half is not None and half.stage == stages.HEAD:
                self._beginnings.cut_head(half, key, HEAD_CUT)
                self._heed_answer(key)
            elif half is not None and half.message >= 0:
                self._bodies.note_framing(half)
        self._settle()
