"""Finds HTTP/1.x messages in the two byte streams of a connection (RFC 9112 §2 and §6).

An observer's framing: a stream may begin in mid-message, have holes, or be something else altogether. Each direction is
a `Half`; its `stage` says what comes next:

    DETECT → SEARCH (not HTTP)      START → HEAD → body → START
    body: LENGTH, or CLOSE, or FRAMING → CHUNK → FRAMING → …
    after CONNECT or Upgrade: PAUSED until the server has answered
    a hole that no length covers, or bytes that are no message: SEARCH → START
    a chunk that cannot be read: STOPPED

Hot module: compiled by Cython where there is a compiler, plain Python otherwise (docs/architecture.md). It is long
because a call from one compiled module into another costs as much as the work of a stage.
"""

from __future__ import annotations

from typing import Any

import cython
from cython import Py_ssize_t, bint, cclass, cfunc, inline, longlong, schar, uchar, uint, ushort, void

from inspector.arena import ARENA as _ARENA
from inspector.arena import Arena
from inspector.http.chunked import ChunkedBody
from inspector.http.exchanges import Exchanges
from inspector.http.heads import HeadReader
from inspector.http.held import HeldHead
from inspector.http.notes import CODE_OF, Note
from inspector.http.reports import Reports
from inspector.http.routes import Route
from inspector.oddities import Oddities
from inspector.tables import BodyFraming, ChunkKind, MessageKind, Table
from inspector.tables import Protocol as _Protocol

ARENA = cython.declare(longlong, _ARENA)

PAUSE_LIMIT = cython.declare(Py_ssize_t, 256)
"""Pieces of data that wait behind an upgrade request for the server's answer."""

PATIENCE = cython.declare(cython.int, 8)
"""Pieces in which a start line is looked for before a direction counts as something else: HTTP behind a short preamble,
as SOCKS has one, is found."""

LONG_PATIENCE = cython.declare(cython.int, 64)
"""The same, where the capture began in mid-connection: a body's tail may come first."""

# Stages of a half.
DETECT = cython.declare(cython.int, 0)
START = cython.declare(cython.int, 1)
HEAD = cython.declare(cython.int, 2)
LENGTH = cython.declare(cython.int, 3)
CLOSE = cython.declare(cython.int, 4)
CHUNK = cython.declare(cython.int, 5)
FRAMING = cython.declare(cython.int, 6)
PAUSED = cython.declare(cython.int, 10)
SEARCH = cython.declare(cython.int, 11)
STOPPED = cython.declare(cython.int, 12)
TLS = cython.declare(cython.int, 13)

# Indexes of HeadReader.facts, and its values (heads.py).
F_VERSION = cython.declare(cython.int, 1)
F_STATUS = cython.declare(cython.int, 2)
F_METHOD = cython.declare(cython.int, 3)
F_LENGTH = cython.declare(cython.int, 4)
F_OTHER_LENGTH = cython.declare(cython.int, 5)
F_CODING = cython.declare(cython.int, 6)
F_NOTES = cython.declare(cython.int, 7)
F_START_LINE = cython.declare(cython.int, 8)
M_HEAD = cython.declare(cython.int, 1)
M_CONNECT = cython.declare(cython.int, 2)
M_PRI = cython.declare(cython.int, 3)
C_CHUNKED = cython.declare(cython.int, 1)

# Values of tables.py and notes.py that the loop needs as C numbers.
NEW = cython.declare(cython.int, int(Route.NEW))
HTTP = cython.declare(cython.int, int(Route.HTTP))
WEBSOCKET = cython.declare(cython.int, int(Route.WEBSOCKET))
OPAQUE = cython.declare(cython.int, int(Route.OPAQUE))
SWITCHING = cython.declare(cython.int, int(Route.SWITCHING))
K_DATA = cython.declare(cython.int, int(ChunkKind.DATA))
K_GAP = cython.declare(cython.int, int(ChunkKind.GAP))
K_END = cython.declare(cython.int, int(ChunkKind.END))
REQUEST = cython.declare(cython.int, int(MessageKind.REQUEST))
RESPONSE = cython.declare(cython.int, int(MessageKind.RESPONSE))
INFORMATIONAL = cython.declare(cython.int, int(MessageKind.INFORMATIONAL))
P_HTTP = cython.declare(cython.int, int(_Protocol.HTTP))
P_TLS = cython.declare(cython.int, int(_Protocol.TLS))
P_TUNNEL = cython.declare(cython.int, int(_Protocol.TUNNEL))
BY_LENGTH = cython.declare(cython.int, int(BodyFraming.LENGTH))
BY_CHUNKS = cython.declare(cython.int, int(BodyFraming.CHUNKED))
BY_CLOSE = cython.declare(cython.int, int(BodyFraming.CLOSE))
BY_TUNNEL = cython.declare(cython.int, int(BodyFraming.TUNNEL))
EMPTY_LINE_BEFORE = cython.declare(uint, int(Note.EMPTY_LINE_BEFORE))
LENGTH_AND_CHUNKED = cython.declare(uint, int(Note.LENGTH_AND_CHUNKED))
HTTP_0_9 = cython.declare(uint, int(Note.HTTP_0_9))
BAD_CHUNK = cython.declare(uint, int(Note.BAD_CHUNK))
GAP = cython.declare(uint, int(Note.GAP))
CUT_SHORT = cython.declare(uint, int(Note.CUT_SHORT))
HEAD_CUT = cython.declare(uint, int(Note.HEAD_CUT))
HEAD_TOO_LONG = cython.declare(uint, int(Note.HEAD_TOO_LONG))
ORPHAN = cython.declare(uint, int(Note.ORPHAN))
RESYNCHRONISED = cython.declare(uint, int(Note.RESYNCHRONISED))
UPGRADE = cython.declare(uint, int(Note.UPGRADE))
PIPELINED = cython.declare(uint, int(Note.PIPELINED))

TELLING = cython.declare(uint, sum(int(note) for note in CODE_OF))
"""The notes that have an anomaly."""


@cclass
class Half:
    """One direction of a connection: what it is in the middle of."""

    stage: cython.int
    is_known: bint  # an HTTP message was seen in this direction
    is_midstream: bint  # its beginning is not in the capture
    has_ended: bint
    patience: cython.int
    position: longlong  # stream offset of the next byte to read
    message: Py_ssize_t  # row in http_messages of the message in hand, or -1
    remaining: longlong  # bytes to come of a body with a length, or of a chunk
    announced: longlong  # Content-Length of the message in hand, -1 none
    chunks: ChunkedBody | None  # framing of the message in hand
    held: HeldHead | None  # the head of the next message, as far as it came
    start_offset: longlong  # where the next message begins: stream offset, packet, time
    start_packet: cython.int
    start_ns: longlong
    blank: longlong  # bytes of empty lines before it
    skipped: longlong  # bytes passed over in search of it
    was_lost: bint  # messages may have been missed before it
    pausing: longlong  # exchange whose request asked for another protocol, -1 none
    pending: list[int]  # rows of chunks that wait while PAUSED

    def __init__(self) -> None:
        self.stage = DETECT
        self.is_known = self.is_midstream = self.has_ended = self.was_lost = False
        self.patience = PATIENCE
        self.message = self.announced = self.pausing = -1
        self.position = self.remaining = self.start_offset = self.start_ns = self.blank = self.skipped = 0
        self.start_packet = 0
        self.chunks = self.held = None
        self.pending = []


@cclass
class Framer:
    """Fills http_messages and, through `Exchanges`, exchanges.

    `routes` (one byte per connection and direction, shared with Conversations) says who reads a direction; `switch` and
    `suspects` give what Conversations has to decide before more chunks can be taken.
    """

    _suspects: list[int]
    _halves: list[Any]  # Half or None, by 2 * connection + direction
    _reader: HeadReader
    _facts: longlong[::1]
    _exchanges: Exchanges
    _reports: Reports
    _arena: Arena
    _packets: Table
    _connections: Table
    _chunks: Table
    _messages: Table

    _data_memory: memoryview
    _arena_memory: memoryview
    _data_view: cython.const[uchar][::1]
    _arena_view: cython.const[uchar][::1]
    _routes: uchar[::1]
    _times: longlong[::1]
    _protocols: uchar[::1]
    _isn_known: uchar[:, ::1]

    _chunk_connection: cython.int[::1]
    _chunk_direction: schar[::1]
    _chunk_kind: uchar[::1]
    _chunk_packet: cython.int[::1]
    _chunk_at: cython.int[::1]
    _chunk_address: longlong[::1]
    _chunk_length: longlong[::1]
    _chunk_offset: longlong[::1]

    _rows: Py_ssize_t
    _room: Py_ssize_t
    _exchange: cython.int[::1]
    _connection: cython.int[::1]
    _direction: schar[::1]
    _kind: uchar[::1]
    _packet: cython.int[::1]
    _last_packet: cython.int[::1]
    _time_ns: longlong[::1]
    _end_ns: longlong[::1]
    _head_address: longlong[::1]
    _head_bytes: uint[::1]
    _stream_offset: longlong[::1]
    _body_offset: longlong[::1]
    _body_end: longlong[::1]
    _body_bytes: longlong[::1]
    _framing: uchar[::1]
    _status: ushort[::1]
    _complete: uchar[::1]
    _notes: uint[::1]

    # The chunk in hand.
    _row: Py_ssize_t
    _now: longlong
    _carrier: cython.int  # the packet that carried it
    _shift: longlong  # stream offset minus address

    _switching: cython.int
    _switch_request: cython.int
    _switch_response: cython.int

    def __init__(
        self,
        packets: Table,
        connections: Table,
        chunks: Table,
        messages: Table,
        exchanges: Table,
        oddities: Oddities,
        arena: Arena,
    ) -> None:
        self._suspects = []
        self._halves = []
        self._reader = HeadReader()
        self._facts = self._reader.memory()
        self._exchanges = Exchanges(exchanges)
        self._reports = Reports(oddities)
        self._arena = arena
        self._packets = packets
        self._connections = connections
        self._chunks = chunks
        self._messages = messages
        self._rows = messages.rows
        self._switching = self._switch_request = self._switch_response = -1
        self._take_message_views()
        self.attach(memoryview(b""))

    def attach(self, data: memoryview) -> None:
        """Chunks' addresses below ARENA are offsets in `data` from now on."""
        self._data_memory = data
        self._data_view = data

    @cfunc
    def _take_message_views(self) -> void:
        table = self._messages
        self._exchange = table.view("exchange")
        self._connection = table.view("connection")
        self._direction = table.view("direction")
        self._kind = table.view("kind")
        self._packet = table.view("packet")
        self._last_packet = table.view("last_packet")
        self._time_ns = table.view("time_ns")
        self._end_ns = table.view("end_ns")
        self._head_address = table.view("head_address")
        self._head_bytes = table.view("head_bytes")
        self._stream_offset = table.view("stream_offset")
        self._body_offset = table.view("body_offset")
        self._body_end = table.view("body_end")
        self._body_bytes = table.view("body_bytes")
        self._framing = table.view("framing")
        self._status = table.view("status")
        self._complete = table.view("complete")
        self._notes = table.view("notes")
        self._room = table.capacity

    @cfunc
    def _take_batch_views(self) -> void:
        chunks = self._chunks
        self._chunk_connection = chunks.view("connection")
        self._chunk_direction = chunks.view("direction")
        self._chunk_kind = chunks.view("kind")
        self._chunk_packet = chunks.view("packet")
        self._chunk_at = chunks.view("at")
        self._chunk_address = chunks.view("address")
        self._chunk_length = chunks.view("length")
        self._chunk_offset = chunks.view("stream_offset")
        self._times = self._packets.view("time_ns")
        self._protocols = self._connections.view("protocol")
        self._isn_known = self._connections.view("isn_known")
        self._arena_memory = self._arena.data
        self._arena_view = self._arena_memory
        self._reader.attach(self._data_memory, self._arena_memory)

    def begin_batch(self, routes: memoryview) -> None:
        """New chunks are there; `routes` has a byte for each direction of each connection."""
        self._routes = routes
        self._halves.extend([None] * (len(routes) - len(self._halves)))
        self._take_batch_views()

    # -- chunks --------------------------------------------------------------------------------------------------

    def advance(self, first: Py_ssize_t, stop: Py_ssize_t) -> Py_ssize_t:
        """Read chunks from row `first`; the first row that was not read to its end, or `stop`."""
        row: Py_ssize_t = first
        key: Py_ssize_t
        route: cython.int
        while row < stop:
            key = 2 * self._chunk_connection[row] + self._chunk_direction[row]
            route = self._routes[key]
            if route != OPAQUE:
                if route in (WEBSOCKET, SWITCHING):
                    break
                self._take(row, key)
                if self._switching >= 0 or self._suspects:
                    # A chunk that is partly another protocol's is looked at again by whoever it belongs to.
                    row += self._routes[key] != SWITCHING or self._chunk_kind[row] != K_DATA
                    break
            row += 1
        self._messages.rows = self._rows
        self._exchanges.settle()
        return row

    @cfunc
    def _half(self, key: Py_ssize_t) -> Half:
        """The state of one direction, made when its first chunk comes."""
        half: Half
        if self._halves[key] is None:
            half = Half()
            half.is_midstream = self._isn_known[key >> 1, key & 1] != 1
            if half.is_midstream:
                half.patience = LONG_PATIENCE
            self._halves[key] = half
            self._routes[key] = HTTP
        half = self._halves[key]
        return half

    @cfunc
    def _take(self, row: Py_ssize_t, key: Py_ssize_t) -> void:
        """Read one chunk, or what is not yet read of it."""
        half: Half = self._half(key)
        kind: cython.int = self._chunk_kind[row]
        address: longlong = self._chunk_address[row]
        length: longlong = self._chunk_length[row]
        offset: longlong = self._chunk_offset[row]
        if half.stage == PAUSED and kind in (K_DATA, K_GAP, K_END):
            self._wait(half, row, key)
            return
        self._row = row
        self._carrier = self._chunk_packet[row]
        self._now = self._times[self._chunk_at[row]]
        if half.position > offset:
            address += half.position - offset
            length -= half.position - offset
            offset = half.position
        half.position = offset
        if kind == K_DATA:
            self._shift = offset - address
            if length > 0:
                self._data(half, key, address, address + length)
        elif kind == K_GAP:
            if length > 0:
                self._gap(half, key, offset, length)
                half.position = offset + length
        elif kind == K_END:
            self._end(half, key)
        else:
            self._abort(key)

    @cfunc
    def _data(self, half: Half, key: Py_ssize_t, address: longlong, stop: longlong) -> void:
        """Read the bytes [address, stop), which the stream has next."""
        at: longlong = address
        stage: cython.int
        count: longlong
        while at < stop:
            stage = half.stage
            if stage in (START, DETECT):
                at = self._start(half, key, at, stop)
            elif stage in (LENGTH, CHUNK):
                count = min(half.remaining, stop - at)
                at += count
                half.remaining -= count
                self._grow_body(half, count, at + self._shift)
                if half.remaining == 0:
                    self._end_of_length(half)
            elif stage == CLOSE:
                self._grow_body(half, stop - at, stop + self._shift)
                at = stop
            elif stage == HEAD:
                at = self._more_head(half, key, at, stop)
            elif stage == FRAMING:
                at = self._framing_of_chunks(half, at, stop)
            elif stage == SEARCH:
                at = self._search(half, key, at, stop)
            elif stage == TLS:
                at = self._tls(half, key, at, stop)
            elif stage == PAUSED:
                half.position = at + self._shift
                self._wait(half, self._row, key)
                return
            else:
                at = stop
            if self._switching >= 0:
                break
        half.position = at + self._shift

    @cfunc
    @inline
    def _byte(self, at: longlong) -> uchar:
        """The byte at an address."""
        return self._arena_view[at - ARENA] if at >= ARENA else self._data_view[at]

    @cfunc
    def _piece(self, at: longlong, stop: longlong) -> bytes:
        """A copy of the bytes [at, stop)."""
        if at >= ARENA:
            return bytes(self._arena_memory[at - ARENA : stop - ARENA])
        return bytes(self._data_memory[at:stop])

    # -- heads ---------------------------------------------------------------------------------------------------

    @cfunc
    def _start(self, half: Half, key: Py_ssize_t, at: longlong, stop: longlong) -> longlong:
        """A message is due: read its head in place when it is here whole."""
        count: longlong
        byte: uchar = self._byte(at)
        while byte == 13 or byte == 10:
            # Empty lines before a start line are to be ignored (RFC 9112 §2.2).
            half.blank += 1
            at += 1
            if at == stop:
                return at
            byte = self._byte(at)
        count = self._reader.read(at, stop - at, key & 1)
        if count < 0:
            return self._not_http(half, key, at, stop)
        half.start_offset = at + self._shift
        half.start_packet = self._carrier
        half.start_ns = self._now
        if count > 0:
            self._head(half, key, at, count, 0)
            return at + count
        half.stage = HEAD
        half.held = HeldHead()
        return self._more_head(half, key, at, stop)

    @cfunc
    def _more_head(self, half: Half, key: Py_ssize_t, at: longlong, stop: longlong) -> longlong:
        """Gather a head that straddles chunks."""
        held = half.held
        count: Py_ssize_t
        assert held is not None
        at += held.gather(self._piece(at, stop))
        if held.has_start_line and not held.is_whole:
            if held.is_too_long:
                self._cut_head(half, key, HEAD_TOO_LONG)
                self._lose(half, 0)
            return at
        count = self._reader.read_held(held.buffer, key & 1)
        if count < 0:
            half.held = None
            half.stage = START
            return self._not_http(half, key, at, stop)
        if count > 0:
            self._head(half, key, self._arena.append(held.buffer), count, 0)
        else:
            held.has_start_line = self._facts[F_START_LINE] != 0
        return at

    @cfunc
    def _head(self, half: Half, key: Py_ssize_t, address: longlong, count: Py_ssize_t, more: uint) -> void:
        """A head of `count` bytes was read: `facts` has what it says, `more` notes beyond that."""
        facts = self._facts
        row: Py_ssize_t
        notes: uint = facts[F_NOTES] | more
        if key & 1 == 0 and facts[F_METHOD] == M_PRI and facts[F_VERSION] >= 20:
            self._leave(key >> 1, OPAQUE)  # HTTP/2 (RFC 9113 §3.4)
            half.stage = STOPPED
            return
        if half.blank:
            notes |= EMPTY_LINE_BEFORE
        if half.was_lost and half.skipped:
            notes |= RESYNCHRONISED
        row = self._new_message(half, key, address, count)
        half.announced = facts[F_LENGTH]
        half.held = None
        half.message = row
        if not half.is_known:
            self._recognise(half, key)
        if key & 1 == 0:
            notes |= self._request(half, key, row, notes)
        else:
            notes |= self._response(half, key, row, notes)
        self._notes[row] |= notes
        if notes & TELLING:
            self._reports.of_head(
                notes,
                (half.start_packet, key >> 1, key & 1),
                (facts[F_STATUS], facts[F_LENGTH], facts[F_OTHER_LENGTH]),
                half.start_offset,
                count,
                half.blank,
                half.skipped,
            )
        half.blank = half.skipped = 0
        half.was_lost = False

    @cfunc
    def _new_message(self, half: Half, key: Py_ssize_t, address: longlong, count: Py_ssize_t) -> Py_ssize_t:
        row: Py_ssize_t = self._rows
        if row == self._room:
            self._messages.rows = row
            self._messages.reserve(1)
            self._take_message_views()
        self._rows = row + 1
        self._connection[row] = key >> 1
        self._direction[row] = key & 1
        self._packet[row] = half.start_packet
        self._last_packet[row] = self._carrier
        self._time_ns[row] = half.start_ns
        self._end_ns[row] = self._now
        self._head_address[row] = address
        self._head_bytes[row] = count
        self._stream_offset[row] = half.start_offset
        self._body_offset[row] = self._body_end[row] = half.start_offset + count
        self._status[row] = self._facts[F_STATUS]
        return row

    @cfunc
    def _recognise(self, half: Half, key: Py_ssize_t) -> void:
        """The first message of this direction: the other one is worth searching now."""
        half.is_known = True
        self._protocols[key >> 1] = P_HTTP
        if self._routes[key ^ 1] == OPAQUE:
            self._half(key ^ 1).stage = SEARCH

    @cfunc
    def _request(self, half: Half, key: Py_ssize_t, row: Py_ssize_t, notes: uint) -> uint:
        """Open an exchange and see how the body is framed (RFC 9112 §6.3); more notes."""
        facts = self._facts
        method: cython.int = facts[F_METHOD]
        asked: longlong = self._exchanges.ask(key >> 1, row, method, half.start_packet)
        self._exchange[row] = asked >> 2
        if asked & 3 == 2:
            self._report("http-too-many-unanswered", key, self._exchanges.unanswered(key >> 1))
        elif asked & 3 == 3:
            self._notes[self._exchanges.response_of(asked >> 2)] &= ~ORPHAN
        if method == M_CONNECT or notes & UPGRADE:
            half.pausing = asked >> 2
        if method == M_CONNECT or notes & (HEAD_CUT | HEAD_TOO_LONG):
            self._no_body(half, row)
        elif facts[F_CODING] == C_CHUNKED:
            self._open_body(half, row, BY_CHUNKS, FRAMING)
        elif facts[F_LENGTH] > 0 and facts[F_CODING] == 0:
            self._open_body(half, row, BY_LENGTH, LENGTH)
        else:
            self._no_body(half, row)
        return PIPELINED if asked & 3 == 1 else 0

    @cfunc
    def _response(self, half: Half, key: Py_ssize_t, row: Py_ssize_t, notes: uint) -> uint:
        """Close an exchange and see how the body is framed (RFC 9112 §6.3); more notes."""
        facts = self._facts
        status: cython.int = facts[F_STATUS]
        entry: longlong
        method: cython.int
        if half.was_lost:
            entry = self._exchanges.pass_over(key >> 1)
            if entry:
                self._notes[self._exchanges.newest(key >> 1)] &= ~PIPELINED
                self._report("http-pairing-corrected", key, entry)
        if 100 <= status < 200 and status != 101:
            entry = self._exchanges.inform(key >> 1)
            self._kind[row] = INFORMATIONAL
        else:
            entry = self._exchanges.answer(key >> 1, row, half.start_packet)
            self._kind[row] = RESPONSE
        self._exchange[row] = entry >> 3
        method = (entry >> 1) & 3
        if self._kind[row] == INFORMATIONAL or notes & (HEAD_CUT | HEAD_TOO_LONG):
            self._no_body(half, row)
        elif method == M_CONNECT and 200 <= status < 300:
            self._tunnel(half, key, row)
        elif status == 101:
            self._switch(half, key, row, entry >> 3)
        elif method == M_HEAD or status == 204 or status == 304:
            self._no_body(half, row)
        elif facts[F_CODING] == C_CHUNKED:
            self._open_body(half, row, BY_CHUNKS, FRAMING)
        elif facts[F_CODING] == 0 and facts[F_LENGTH] >= 0:
            if facts[F_LENGTH]:
                self._open_body(half, row, BY_LENGTH, LENGTH)
            else:
                self._no_body(half, row)
                self._framing[row] = BY_LENGTH
        else:
            self._open_body(half, row, BY_CLOSE, CLOSE)
        if self._kind[row] == RESPONSE and self._switching < 0:
            self._unpause(key ^ 1, entry >> 3)
        return ORPHAN if entry & 1 else 0

    # -- bodies --------------------------------------------------------------------------------------------------

    @cfunc
    def _open_body(self, half: Half, row: Py_ssize_t, framing: cython.int, stage: cython.int) -> void:
        self._framing[row] = framing
        half.stage = stage
        if stage == LENGTH:
            half.remaining = self._facts[F_LENGTH]
        elif stage == FRAMING:
            half.chunks = ChunkedBody()

    @cfunc
    def _no_body(self, half: Half, row: Py_ssize_t) -> void:
        self._complete[row] = 1
        self._between_messages(half)

    @cfunc
    def _between_messages(self, half: Half) -> void:
        half.message = -1
        half.stage = START if half.pausing < 0 else PAUSED

    @cfunc
    def _grow_body(self, half: Half, count: longlong, end: longlong) -> void:
        """`count` bytes of content came, up to stream offset `end`."""
        row: Py_ssize_t = half.message
        self._body_bytes[row] += count
        self._reach(row, end)

    @cfunc
    def _reach(self, row: Py_ssize_t, end: longlong) -> void:
        """The message goes on to stream offset `end` at least."""
        self._body_end[row] = end
        self._last_packet[row] = self._carrier
        self._end_ns[row] = self._now

    @cfunc
    def _end_of_length(self, half: Half) -> void:
        """All bytes of a body, or of a chunk, were there."""
        if half.stage == CHUNK:
            half.stage = FRAMING
        else:
            self._end_message(half)

    @cfunc
    def _end_message(self, half: Half) -> void:
        row: Py_ssize_t = half.message
        self._complete[row] = not self._notes[row] & (GAP | CUT_SHORT | BAD_CHUNK)
        self._end_chunks(half)
        self._between_messages(half)

    @cfunc
    def _framing_of_chunks(self, half: Half, at: longlong, stop: longlong) -> longlong:
        """Read what stands between the chunks of a body (RFC 9112 §7.1)."""
        chunks = half.chunks
        assert chunks is not None
        if at >= ARENA:
            at = ARENA + chunks.read(self._arena_memory, at - ARENA, stop - ARENA)
        else:
            at = chunks.read(self._data_memory, at, stop)
        self._reach(half.message, at + self._shift)
        half.remaining = chunks.content_due()
        if half.remaining:
            half.stage = CHUNK
        elif chunks.is_over():
            self._end_message(half)
        elif chunks.is_bad():
            self._notes[half.message] |= BAD_CHUNK
            self._report("http-bad-chunk", self._key_of(half.message), at - 1 + self._shift)
            self._end_message(half)
            half.stage = STOPPED
        return at

    @cfunc
    def _end_chunks(self, half: Half) -> void:
        """Note what was odd about a chunked body, now that it is known how far it goes."""
        row: Py_ssize_t = half.message
        if half.chunks is not None:
            self._notes[row] |= cython.cast(uint, half.chunks.notes())
            half.chunks = None
        if self._notes[row] & LENGTH_AND_CHUNKED:
            # Both readings: what it is by Content-Length, and what it is as chunked (RFC 9112 §6.1).
            taken = self._body_end[row] - self._body_offset[row]
            where = (self._packet[row], self._connection[row], self._direction[row])
            self._reports.of("http-length-and-chunked", where, half.announced, taken)

    @cfunc
    def _key_of(self, row: Py_ssize_t) -> Py_ssize_t:
        """The direction that sent a message."""
        return 2 * self._connection[row] + self._direction[row]

    # -- other protocols -----------------------------------------------------------------------------------------

    @cfunc
    def _wait(self, half: Half, row: Py_ssize_t, key: Py_ssize_t) -> void:
        """Keep a chunk until the server has answered the request for another protocol."""
        if not half.pending or half.pending[len(half.pending) - 1] != row:
            half.pending.append(row)
        if len(half.pending) > PAUSE_LIMIT:
            self._switching = key >> 1
            self._switch_request = self._exchanges.request_of(half.pausing)
            self._switch_response = -1

    @cfunc
    def _unpause(self, key: Py_ssize_t, exchange: longlong) -> void:
        """The server's answer leaves the protocol as it is: read on behind the request that asked for another."""
        half: Half = self._halves[key]
        if half is None or half.pausing != exchange or exchange < 0:
            return
        half.pausing = -1
        if half.stage == PAUSED:
            half.stage = START
            self._replay(half, key)

    @cfunc
    def _replay(self, half: Half, key: Py_ssize_t) -> void:
        """Read the chunks that waited; the chunk in hand stays the chunk in hand."""
        row: Py_ssize_t = self._row
        now: longlong = self._now
        carrier: cython.int = self._carrier
        shift: longlong = self._shift
        waiting: list[int] = half.pending
        half.pending = []
        for pending in waiting:
            self._take(pending, key)
        self._row, self._now, self._carrier, self._shift = row, now, carrier, shift

    @cfunc
    def _tunnel(self, half: Half, key: Py_ssize_t, row: Py_ssize_t) -> void:
        """2xx to CONNECT: what follows is the peers' own (RFC 9110 §9.3.6)."""
        client: Half = self._halves[key ^ 1]
        self._framing[row] = BY_TUNNEL
        self._complete[row] = 1
        if client is not None and client.pending:
            self._report("http-data-before-upgrade", key ^ 1, len(client.pending))
        half.message = -1
        half.stage = STOPPED
        self._protocols[key >> 1] = P_TUNNEL
        self._leave(key >> 1, OPAQUE)

    @cfunc
    def _switch(self, half: Half, key: Py_ssize_t, row: Py_ssize_t, exchange: Py_ssize_t) -> void:
        """101: both directions change the protocol behind this head and behind the request (RFC 9110 §15.2.2)."""
        others: Py_ssize_t = self._exchanges.unanswered(key >> 1)
        self._no_body(half, row)
        if others:
            self._report("http-unexpected-101", key, others)
            return
        self._switching = key >> 1
        self._switch_request = self._exchanges.request_of(exchange)
        self._switch_response = row
        self._half(key ^ 1)
        self._routes[key] = self._routes[key ^ 1] = SWITCHING

    @cfunc
    def _leave(self, connection: Py_ssize_t, route: cython.int) -> void:
        """Nothing more of this connection is HTTP."""
        self._routes[2 * connection] = self._routes[2 * connection + 1] = route
        self._halves[2 * connection] = self._halves[2 * connection + 1] = None
        self._exchanges.forget(connection)

    @cfunc
    def _tls(self, half: Half, key: Py_ssize_t, at: longlong, stop: longlong) -> longlong:
        """The client's first byte was that of a TLS handshake record; its version follows (RFC 8446 §5.1)."""
        if self._byte(at) != 3:
            half.stage = SEARCH
            return at
        self._protocols[key >> 1] = P_TLS
        self._give_up(half, key)
        return stop

    # -- what is not as it should be -----------------------------------------------------------------------------

    @cfunc
    def _not_http(self, half: Half, key: Py_ssize_t, at: longlong, stop: longlong) -> longlong:
        """No start line where one was due."""
        peer: Half = self._halves[key ^ 1]
        request: Py_ssize_t
        if not half.is_known and key & 1 == 0 and half.position == 0 and at < stop and self._byte(at) == 22:
            half.stage = TLS
            return at + 1
        if not half.is_known and key & 1 and peer is not None and peer.is_known and not half.was_lost:
            request = self._exchanges.waiting_request(key >> 1)
            if request >= 0 and self._notes[request] & HTTP_0_9:
                self._headless_response(half, key, at)
                return at
        if half.is_known or (peer is not None and peer.is_known):
            self._report("http-not-a-start-line", key, at + self._shift)
        self._lose(half, 0)
        return at

    @cfunc
    def _headless_response(self, half: Half, key: Py_ssize_t, at: longlong) -> void:
        """The answer to an HTTP/0.9 request is a body (RFC 9112 Appendix C.1)."""
        facts = self._facts
        half.start_offset = at + self._shift
        half.start_packet = self._carrier
        half.start_ns = self._now
        facts[F_STATUS] = 0
        facts[F_LENGTH] = -1
        facts[F_CODING] = 0
        facts[F_NOTES] = HTTP_0_9
        self._head(half, key, at, 0, 0)

    @cfunc
    def _search(self, half: Half, key: Py_ssize_t, at: longlong, stop: longlong) -> longlong:
        """Look for a start line: anywhere in a connection known to speak HTTP, else at the beginning of chunks."""
        peer: Half = self._halves[key ^ 1]
        found: Py_ssize_t
        if half.is_known or (peer is not None and peer.is_known):
            found = self._reader.find(at, stop - at, key & 1)
        else:
            found = 0 if at == stop or self._reader.read(at, stop - at, key & 1) >= 0 else -1
            half.patience -= 1
            if found < 0 and half.is_midstream:
                self._suspects.append(self._row)
            if found < 0 and half.patience < 0:
                self._give_up(half, key)
                return stop
        if found < 0:
            half.skipped += stop - at
            return stop
        half.skipped += found
        half.stage = START
        return at + found

    @cfunc
    def _give_up(self, half: Half, key: Py_ssize_t) -> void:
        """This direction is not HTTP; it is looked at again only when the other one turns out to be."""
        half.stage = STOPPED
        self._routes[key] = OPAQUE
        self._halves[key] = None
        if self._routes[key ^ 1] == OPAQUE:
            self._exchanges.forget(key >> 1)

    @cfunc
    def _lose(self, half: Half, missing: longlong) -> void:
        """Where the next message begins is not known any more: search for it."""
        half.stage = SEARCH
        half.held = None
        half.message = half.pausing = -1
        half.was_lost = True
        half.skipped += missing

    @cfunc
    def _gap(self, half: Half, key: Py_ssize_t, offset: longlong, length: longlong) -> void:
        """`length` bytes from stream offset `offset` are not in the capture."""
        stage: cython.int = half.stage
        inside: longlong = 0
        row: Py_ssize_t = half.message
        if stage in (LENGTH, CHUNK, CLOSE):
            inside = length if stage == CLOSE else min(half.remaining, length)
            half.remaining -= inside
            self._notes[row] |= GAP
            self._report("http-gap-in-body", key, inside, offset)
            self._grow_body(half, inside, offset + inside)
            if stage != CLOSE and half.remaining == 0:
                self._end_of_length(half)
        elif stage == HEAD:
            self._cut_head(half, key, HEAD_CUT)
        elif stage == STOPPED:
            return
        if inside == length:
            return
        if half.message >= 0:
            self._notes[half.message] |= GAP
        if half.stage == PAUSED:
            self._wait(half, self._row, key)
            return
        if half.is_known and half.stage != SEARCH:
            self._report("http-lost-between-messages", key, length - inside, offset + inside)
        self._lose(half, length - inside)

    @cfunc
    def _cut_head(self, half: Half, key: Py_ssize_t, note: uint) -> void:
        """The rest of a head will not come: keep what is there, when that is a start line at least."""
        half.stage = START
        held = half.held
        assert held is not None
        if self._reader.read_held(held.readable(), key & 1) == 0 and self._facts[F_START_LINE]:
            if not held.has_start_line:
                self._facts[F_NOTES] = 0
            self._head(half, key, self._arena.append(held.buffer), len(held.buffer), note)
            self._complete[self._rows - 1] = 0
        half.held = None
        half.pausing = -1  # nothing that could be answered was asked
        if half.stage == PAUSED:
            half.stage = START

    @cfunc
    def _cut(self, half: Half, key: Py_ssize_t, is_close: bint) -> void:
        """This direction says no more; `is_close` when by FIN, which ends a body that only the close ends."""
        row: Py_ssize_t = half.message
        if half.stage == HEAD:
            self._cut_head(half, key, HEAD_CUT)
        elif row >= 0:
            if half.stage != CLOSE or not is_close:
                self._notes[row] |= CUT_SHORT
                self._report(
                    "http-cut-short", key, self._body_bytes[row], half.announced if half.stage == LENGTH else -1
                )
            self._end_ns[row] = self._now
            self._last_packet[row] = self._carrier
            self._end_message(half)
        half.stage = STOPPED

    @cfunc
    def _end(self, half: Half, key: Py_ssize_t) -> void:
        """FIN."""
        peer: Half = self._halves[key ^ 1]
        self._cut(half, key, True)
        half.has_ended = True
        if self._routes[key ^ 1] == OPAQUE or (peer is not None and peer.has_ended):
            self._leave(key >> 1, OPAQUE)

    @cfunc
    def _abort(self, key: Py_ssize_t) -> void:
        """RST: both directions say no more."""
        side: cython.int
        half: Half
        for side in range(2):
            half = self._halves[key ^ side]
            if half is not None:
                if half.stage == PAUSED:
                    half.pausing = -1
                    half.stage = START
                    self._replay(half, key ^ side)
                self._cut(half, key ^ side, False)
        self._leave(key >> 1, OPAQUE)

    # -- anomalies -----------------------------------------------------------------------------------------------

    def _report(self, code: str, key: int, a: int = 0, b: int = 0) -> None:
        self._reports.of(code, (self._carrier, key >> 1, key & 1), a, b)

    # -- for Conversations ---------------------------------------------------------------------------------------

    def switch(self) -> tuple[int, int, int] | None:
        """The connection that may change its protocol, and the rows of its request and response (or -1)."""
        if self._switching < 0:
            return None
        found = (self._switching, self._switch_request, self._switch_response)
        self._switching = -1
        return found

    def suspects(self) -> list[int]:
        """Rows of chunks in mid-connection that are not HTTP, since the last call."""
        found = self._suspects
        if found:
            self._suspects = []
        return found

    def paused(self) -> list[tuple[int, int]]:
        """Connections that wait for the answer to an upgrade, with the row of the request."""
        found: list[tuple[int, int]] = []
        half: Half
        for key, half in enumerate(self._halves):
            if half is not None and half.stage == PAUSED:
                found.append((key >> 1, self._exchanges.request_of(half.pausing)))
        return found

    def hand_over(self, connection: int, route: int) -> tuple[int, int, list[int]]:
        """Give a connection away: where its streams go on (client, server), and the client's chunks that waited."""
        client: Half = self._half(2 * connection)
        server: Half = self._half(2 * connection + 1)
        found = (client.position, server.position, client.pending)
        self._leave(connection, route)
        return found

    def pending(self, connection: int) -> list[int]:
        """The client's chunks that wait for the answer to an upgrade."""
        half: Half = self._halves[2 * connection]
        return half.pending if half is not None else []

    def position(self, connection: int, side: int) -> int:
        """Stream offset of the next byte to read in one direction."""
        return self._half(2 * connection + side).position

    def read_on(self, connection: int) -> None:
        """No other protocol came of it: read the client's chunks that waited as HTTP."""
        half: Half = self._half(2 * connection)
        self._unpause(2 * connection, half.pausing)

    def is_http(self, connection: int) -> bool:
        """Whether an HTTP message was seen on the connection."""
        client: Half = self._halves[2 * connection]
        server: Half = self._halves[2 * connection + 1]
        return (client is not None and client.is_known) or (server is not None and server.is_known)

    def finish(self) -> None:
        """The capture is over: keep the heads that are not whole; bodies stay as incomplete as they are."""
        half: Half
        for key, half in enumerate(self._halves):
            if half is not None and half.stage == HEAD:
                self._cut_head(half, key, HEAD_CUT)
            elif half is not None and half.message >= 0:
                self._end_chunks(half)
        self._messages.rows = self._rows
        self._exchanges.settle()
