"""Finds WebSocket frames in the two byte streams of a connection (RFC 6455 §5.2).

Each direction is a `DirectionState`; its `stage` says what is expected next:

    HEADER → PAYLOAD → HEADER      a small complete message is read at once
    a gap that is not covered by a length: SEARCH → HEADER
    an impossible length, or the end: STOPPED

Hot module: compiled by Cython where there is a compiler, plain Python otherwise (docs/architecture.md).
"""

from __future__ import annotations

from typing import Any

import cython
from cython import Py_ssize_t, bint, cclass, cfunc, inline, longlong, schar, uchar, ulonglong

from inspector.tables.anomaly_writer import AnomalyWriter
from inspector.tables.arena import ARENA as _ARENA
from inspector.tables.arena import Arena
from inspector.tables.chunk_cursor import ChunkCursor
from inspector.tables.stream_routes import Route
from inspector.tables.table import ChunkKind, Table
from inspector.websocket import stages
from inspector.websocket.anomaly_reports import Reports
from inspector.websocket.content_store import ContentStore
from inspector.websocket.detect import frames_in
from inspector.websocket.direction_state import DirectionState
from inspector.websocket.frame_writer import FrameWriter
from inspector.websocket.handshake import Deflate
from inspector.websocket.message_parser import MessageParser
from inspector.websocket.message_writer import MessageWriter
from inspector.websocket.opcodes import CONTROL_LIMIT, Opcode
from inspector.wire import byte_order

ARENA = cython.declare(longlong, _ARENA)

LONGEST_HEADER = cython.declare(Py_ssize_t, 14)
"""Maximum bytes of a header: two, eight more of length, four of masking key (RFC 6455 §5.2)."""


CONTINUATION = cython.declare(cython.int, int(Opcode.CONTINUATION))
TEXT = cython.declare(cython.int, int(Opcode.TEXT))
BINARY = cython.declare(cython.int, int(Opcode.BINARY))
CLOSE = cython.declare(cython.int, int(Opcode.CLOSE))
PONG = cython.declare(cython.int, int(Opcode.PONG))

WEBSOCKET = cython.declare(cython.int, int(Route.WEBSOCKET))
OPAQUE = cython.declare(cython.int, int(Route.OPAQUE))
K_DATA = cython.declare(cython.int, int(ChunkKind.DATA))
K_GAP = cython.declare(cython.int, int(ChunkKind.GAP))
K_END = cython.declare(cython.int, int(ChunkKind.END))


@cython.final
@cclass
class FrameParser:
    """Fills frames and messages from the stream chunks of connections whose route is WEBSOCKET."""

    _streams: list[Any]  # DirectionState or None, by 2 * connection + direction
    _routes: uchar[::1]
    _cursor: ChunkCursor
    _frames: FrameWriter
    _message_writer: MessageWriter
    _message_parser: MessageParser
    _content_store: ContentStore
    _reports: Reports

    def __init__(
        self, cursor: ChunkCursor, frames: Table, messages: Table, anomaly_writer: AnomalyWriter, arena: Arena
    ) -> None:
        self._streams = []
        self._cursor = cursor
        self._frames = FrameWriter(frames)
        self._message_writer = MessageWriter(messages)
        self._content_store = ContentStore(arena, cursor)
        self._reports = Reports(anomaly_writer, cursor)
        self._message_parser = MessageParser(cursor, self._message_writer, self._content_store, self._reports)

    def begin_batch(self, routes: memoryview) -> None:
        """Prepare for new stream chunks; `routes` has one byte for each direction of each connection."""
        self._routes = routes
        self._streams.extend([None] * (len(routes) - len(self._streams)))

    # -- chunks --------------------------------------------------------------------------------------------------

    def begin(
        self,
        connection: int,
        positions: tuple[int, int],
        asking: int,
        deflate: Deflate | None,
        is_midstream: bool,
    ) -> None:
        """Start reading the two streams of a connection as frames, from these stream offsets (client, server).

        Args:
            asking: the direction that requested WebSocket, or that masks its frames.
            deflate: the negotiated compression; None if there is none or it is unknown.
            is_midstream: whether earlier frames are missing from the capture; then it is unknown what was negotiated.
        """
        kept: tuple[bool | None, bool | None] = (None, None)
        if deflate:
            kept = (deflate.client_keeps_context, deflate.server_keeps_context)
        elif is_midstream:
            kept = (True, True)
        for side in range(2):
            masks = side == asking
            self._streams[2 * connection + side] = DirectionState(positions[side], masks, kept[not masks], is_midstream)
            self._routes[2 * connection + side] = WEBSOCKET

    def turn(self, connection: int) -> None:
        """Swap the client and the server of a connection; each stream keeps its requirement to mask or not."""
        key = 2 * connection
        self._streams[key], self._streams[key + 1] = self._streams[key + 1], self._streams[key]

    def advance(self, first: Py_ssize_t, stop: Py_ssize_t) -> Py_ssize_t:
        """Read stream chunks from row `first`; return the first row that belongs to another parser, or `stop`."""
        row: Py_ssize_t = first
        connection: cython.int[::1] = self._cursor.connection
        direction: schar[::1] = self._cursor.direction
        key: Py_ssize_t
        route: cython.int
        while row < stop:
            key = 2 * connection[row] + direction[row]
            route = self._routes[key]
            if route == WEBSOCKET:
                if row == first:
                    self._content_store.refresh()
                self._take(row, key)
            elif route != OPAQUE:
                break
            row += 1
        self._settle()
        return row

    def replay(self, rows: list[int]) -> None:
        """Read stream chunks that waited for a decision."""
        self._content_store.refresh()
        for row in rows:
            key = 2 * self._cursor.connection[row] + self._cursor.direction[row]
            if self._routes[key] == WEBSOCKET:
                self._take(row, key)
        self._settle()

    def finish(self) -> None:
        """Finish at the end of the capture: mark the frames whose end is not in it."""
        stream: DirectionState
        self._content_store.refresh()
        for stream in self._streams:
            if stream is not None:
                if stream.stage == stages.PAYLOAD:
                    self._frames.damaged[stream.frame] = 1
                self._message_parser.cut(stream, stream.stage == stages.PAYLOAD)
                stream.stage = stages.STOPPED
        self._settle()

    def _settle(self) -> None:
        self._frames.settle()
        self._message_writer.settle()

    @cfunc
    def _take(self, row: Py_ssize_t, key: Py_ssize_t) -> None:
        """Read one stream chunk, or the part of it that was not read yet."""
        stream: DirectionState = self._streams[key]
        cursor = self._cursor
        cursor.take(row, stream.position)
        stream.latest_ns = max(stream.latest_ns, cursor.now)
        if cursor.kind == K_DATA and cursor.length > 0:
            stream.position = cursor.offset + cursor.length
            self._data(stream, key, cursor.address, cursor.address + cursor.length)
        elif cursor.kind == K_GAP and cursor.length > 0:
            stream.position = cursor.offset + cursor.length
            self._gap(stream, key, cursor.offset, cursor.length)
        elif cursor.kind > K_GAP:
            self._end(key, cursor.kind == K_END)

    @cfunc
    def _data(self, stream: DirectionState, key: Py_ssize_t, address: longlong, stop: longlong) -> None:
        at: longlong = address
        count: longlong
        while at < stop:
            if stream.stage == stages.HEADER:
                at = self._header(stream, key, at, stop)
            elif stream.stage == stages.PAYLOAD:
                count = stop - at
                if count > stream.length - stream.done:
                    count = stream.length - stream.done
                self._message_parser.payload(stream, at, count)
                self._frames.last_packet[stream.frame] = self._cursor.carrier
                at += count
                if stream.done == stream.length:
                    self._end_frame(stream, key)
            elif stream.stage == stages.SEARCH:
                self._search(stream, key, at, stop)
                if stream.stage == stages.SEARCH:
                    return
            else:
                return

    # -- frames --------------------------------------------------------------------------------------------------

    @cfunc
    def _header(self, stream: DirectionState, key: Py_ssize_t, at: longlong, stop: longlong) -> longlong:
        """Read a frame header, and also the payload if it is a small complete message; return the address of what
        follows.
        """
        held: Py_ssize_t = len(stream.header)
        view: cython.const[uchar][::1] = self._cursor.data
        available: longlong = stop - at
        i: Py_ssize_t = at
        size: Py_ssize_t = 2
        second: cython.int = 0
        if held:
            view = stream.header + self._cursor.bytes_at(at, min(available, LONGEST_HEADER - held))
            available = len(view)
            i = 0
        else:
            stream.first_packet = self._cursor.carrier
            stream.first_ns = stream.latest_ns = self._cursor.now
            if at >= ARENA:
                view = self._cursor.arena
                i = at - ARENA
        if available >= 2:
            second = view[i + 1]
            size = 6 if second & 128 else 2
            if second & 127 >= 126:
                size += 2 if second & 127 == 126 else 8
        if available < size:
            stream.header += self._cursor.bytes_at(at, stop - at)
            return stop
        if held:
            stream.header = b""
        at += size - held
        self._read_header(stream, view, i)
        if stream.length >> 63:
            self._reports.of("ws-length-impossible", key)
            stream.stage = stages.STOPPED
            return stop
        self._open_frame(stream, key, view[i], at)
        if second & 127 >= 126 and stream.length < (126 if second & 127 == 126 else 65536):
            self._reports.of("ws-length-not-minimal", key, stream.length)
        return self._whole_or_part(stream, key, at, stop)

    @cfunc
    @inline
    def _read_header(self, stream: DirectionState, view: cython.const[uchar][::1], i: Py_ssize_t) -> None:
        """Read the length and the masking key of a complete header that begins at index `i` (RFC 6455 §5.2)."""
        second: cython.int = view[i + 1]
        length: ulonglong = second & 127
        i += 2
        if length == 126:
            length = byte_order.be16(view, i)
            i += 2
        elif length == 127:
            length = byte_order.be64(view, i)
            i += 8
        stream.is_masked = second & 128 != 0
        stream.mask = byte_order.be32(view, i) if second & 128 else 0
        stream.length = length
        stream.done = 0

    @cfunc
    def _open_frame(self, stream: DirectionState, key: Py_ssize_t, first: cython.int, at: longlong) -> None:
        """Write the row of the frame and determine its message."""
        opcode: cython.int = first & 15
        is_data: bint = opcode in (TEXT, BINARY)
        stream.opcode = opcode
        stream.fin = first >> 7
        stream.rsv1 = first & 0x40 != 0
        self._frames.add(stream, key, first, at + self._cursor.shift, self._cursor.carrier)
        is_usual: bint = is_data and first & 0xB0 == 0x80 and stream.is_masked == stream.masks
        if not is_usual or stream.has_closed or (stream.rsv1 and not stream.may_deflate):
            self._check_frame(stream, key, first)
        if opcode == CONTINUATION:
            stream.frame_message = stream.open_message
            if stream.frame_message < 0:
                self._reports.of("ws-continuation-of-nothing", key)
            else:
                self._message_writer.frames[stream.frame_message] += 1
        elif is_data or CLOSE <= opcode <= PONG:
            if is_data and stream.open_message >= 0:
                self._reports.of("ws-message-interrupted", key, opcode)
                self._message_parser.abandon(stream)
            self._message_writer.add(stream, key)
        else:
            stream.frame_message = -1
        self._frames.message[stream.frame] = stream.frame_message

    def _check_frame(self, stream: DirectionState, key: int, first: int) -> None:
        """Report the violations of RFC 6455 §5.2 to §5.5 in a frame header."""
        opcode, rsv = first & 15, first >> 4 & 7
        is_deflated = rsv & 4 and opcode in (TEXT, BINARY) and stream.may_deflate
        if rsv & 3 or (rsv and not is_deflated):
            self._reports.of("ws-reserved-bits", key, rsv)
        if stream.is_masked != stream.masks:
            self._reports.of("ws-unmasked-client" if stream.masks else "ws-masked-server", key)
        if BINARY < opcode < CLOSE or opcode > PONG:
            self._reports.of("ws-reserved-opcode", key, opcode)
        elif opcode >= CLOSE:
            if stream.length > CONTROL_LIMIT:
                self._reports.of("ws-control-too-long", key, stream.length)
            if not stream.fin:
                self._reports.of("ws-control-fragmented", key)
        if stream.has_closed and opcode < CLOSE:
            self._reports.of("ws-after-close", key, opcode)

    @cfunc
    def _whole_or_part(self, stream: DirectionState, key: Py_ssize_t, at: longlong, stop: longlong) -> longlong:
        """Read a complete message at once, or else prepare for the payload; return the address of what follows."""
        if (
            stream.fin
            and stream.frame_message >= 0
            and stream.opcode != CONTINUATION
            and stream.length <= stop - at
            and self._message_parser.whole(stream, key, at)
        ):
            return at + stream.length
        self._message_parser.open(stream, key)
        stream.stage = stages.PAYLOAD
        if stream.length == 0:
            self._end_frame(stream, key)
        return at

    @cfunc
    def _end_frame(self, stream: DirectionState, key: Py_ssize_t) -> None:
        """End the current frame, whose payload was read or is known to be missing."""
        stream.stage = stages.HEADER
        self._frames.last_packet[stream.frame] = self._cursor.carrier
        self._message_parser.end_frame(stream, key)

    # -- gaps and ends -------------------------------------------------------------------------------------------

    @cfunc
    def _gap(self, stream: DirectionState, key: Py_ssize_t, offset: longlong, length: longlong) -> None:
        """Handle a gap: `length` bytes from stream offset `offset` are not in the capture."""
        inside: longlong = 0
        if stream.stage == stages.PAYLOAD:
            inside = length
            if inside > stream.length - stream.done:
                inside = stream.length - stream.done
            stream.done += inside
            self._frames.damaged[stream.frame] = 1
            self._reports.of("ws-frame-damaged", key, inside)
            self._message_parser.lose(stream)
            if stream.done == stream.length:
                self._end_frame(stream, key)
        if inside == length or stream.stage == stages.STOPPED:
            return
        if stream.stage != stages.SEARCH:
            self._reports.of("ws-lost", key, length - inside, offset + inside)
        self._message_parser.lose_context(stream)
        stream.is_midstream = True
        stream.header = b""
        stream.stage = stages.SEARCH
        stream.skipped += length - inside

    def _search(self, stream: DirectionState, key: int, at: int, stop: int) -> None:
        """Resume reading at a stream chunk that consists entirely of complete frames."""
        if not frames_in(self._cursor.bytes_at(at, stop - at), stream.masks):
            stream.skipped += stop - at
            return
        self._reports.of("ws-resynchronised", key, stream.skipped, at + self._cursor.shift)
        stream.skipped = 0
        stream.stage = stages.HEADER

    @cfunc
    def _end(self, key: Py_ssize_t, is_fin: bint) -> None:
        """Handle a FIN, which ends one direction, or an RST, which ends both."""
        stream: DirectionState = self._streams[key]
        peer: DirectionState = self._streams[key ^ 1]
        self._cut(stream, key)
        if not is_fin:
            self._cut(peer, key ^ 1)
        if not is_fin or peer.has_ended:
            self._message_parser.let_go(stream)
            self._message_parser.let_go(peer)
            self._streams[key] = self._streams[key ^ 1] = None
            self._routes[key] = self._routes[key ^ 1] = OPAQUE

    @cfunc
    def _cut(self, stream: DirectionState, key: Py_ssize_t) -> None:
        """End a stream, from which no more bytes will arrive."""
        self._message_parser.cut(stream, stream.stage == stages.PAYLOAD)
        if stream.stage == stages.PAYLOAD:
            self._frames.damaged[stream.frame] = 1
            self._reports.of("ws-cut-short", key, stream.length - stream.done)
        elif stream.header:
            self._reports.of("ws-cut-short", key, -1)
        stream.stage = stages.STOPPED
        stream.has_ended = True
