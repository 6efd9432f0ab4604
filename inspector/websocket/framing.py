"""Finds WebSocket frames in the two byte streams of a connection, and the messages they make up (RFC 6455 §5).

A small frame that lies whole in one piece of its stream is read in place; one that does not goes through `Content`,
as does whatever is compressed or fragmented. Lengths are believed but never allocated.

Hot module: compiled by Cython where there is a compiler, plain Python otherwise (docs/architecture.md).
"""

from __future__ import annotations

from typing import Any

import cython
from cython import Py_ssize_t, bint, cclass, cfunc, inline, longlong, schar, uchar, uint, ulonglong, void

from inspector.anomalies import index_of
from inspector.arena import ARENA as _ARENA
from inspector.arena import Arena
from inspector.http.routes import Route
from inspector.oddities import Oddities
from inspector.tables import ChunkKind, Table
from inspector.websocket.content import PREVIEW as _PREVIEW
from inspector.websocket.content import Content
from inspector.websocket.deflate import Inflater, Outcome
from inspector.websocket.guess import frames_in
from inspector.websocket.handshake import Deflate
from inspector.websocket.masks import apply_mask
from inspector.websocket.protocol import CONTROL_LIMIT, may_be_sent

ARENA = cython.declare(longlong, _ARENA)
PREVIEW = cython.declare(longlong, _PREVIEW)
CONTROL_MOST = cython.declare(longlong, CONTROL_LIMIT)

SLAB = 64 * 1024
"""Bytes of the arena that are taken at a time, to unmask small messages into."""

SMALL = cython.declare(longlong, 128)
"""Up to so many bytes a loop unmasks faster than a call of apply_mask."""

GOOD = cython.declare(cython.int, int(Outcome.GOOD))

CONTEXT_LIMIT = 4096
"""Directions that are inflated at the same time: a context takes about 45 KiB."""

# Stages of a stream.
HEADER = cython.declare(cython.int, 0)
PAYLOAD = cython.declare(cython.int, 1)
SEARCH = cython.declare(cython.int, 2)
STOPPED = cython.declare(cython.int, 3)

CONTINUATION = cython.declare(cython.int, 0)
TEXT = cython.declare(cython.int, 1)
BINARY = cython.declare(cython.int, 2)
CLOSE = cython.declare(cython.int, 8)
PONG = cython.declare(cython.int, 10)

WEBSOCKET = cython.declare(cython.int, int(Route.WEBSOCKET))
OPAQUE = cython.declare(cython.int, int(Route.OPAQUE))
K_DATA = cython.declare(cython.int, int(ChunkKind.DATA))
K_GAP = cython.declare(cython.int, int(ChunkKind.GAP))
K_END = cython.declare(cython.int, int(ChunkKind.END))


@cfunc
@cython.boundscheck(False)
def is_ascii(view: cython.const[uchar][::1], at: Py_ssize_t, length: Py_ssize_t) -> bint:
    """Whether `length` bytes from index `at` are ASCII. One check of the bounds stands for one a byte."""
    i: Py_ssize_t
    bits: uchar = 0
    if at < 0 or at + length > view.shape[0]:
        raise IndexError(at)
    for i in range(at, at + length):
        bits |= view[i]
    return bits < 128


@cfunc
@cython.boundscheck(False)
def unmask(
    source: cython.const[uchar][::1], at: Py_ssize_t, length: Py_ssize_t, mask: uint, target: uchar[::1], to: Py_ssize_t
) -> bint:
    """Copy masked payload, unmasked (RFC 6455 §5.3). One check of the bounds stands for one a byte."""
    i: Py_ssize_t
    if at < 0 or to < 0 or at + length > source.shape[0] or to + length > target.shape[0]:
        raise IndexError(at)
    for i in range(length):
        target[to + i] = source[at + i] ^ (mask >> (24 - 8 * (i & 3)) & 255)
    return True


@cclass
class Stream:
    """One direction of a connection: the frame and the message it is in the middle of."""

    stage: cython.int
    position: longlong  # stream offset of the next byte to read
    has_ended: bint
    has_closed: bint  # a close frame was seen
    header: bytes  # the beginning of a header that straddles pieces
    first_packet: cython.int  # where that header, or the frame in hand, began
    first_ns: longlong
    frame: Py_ssize_t  # row in frames
    opcode: cython.int
    fin: bint
    mask: uint
    is_masked: bint
    length: ulonglong
    done: ulonglong  # bytes of its payload so far
    row: Py_ssize_t  # row in messages of the frame in hand, -1 none
    message: Py_ssize_t  # row in messages of the data message in progress, -1 none
    control: Content | None  # Content of the control frame in hand
    content: Content | None  # Content of the data message in progress
    deflate: object  # whether the context is kept between messages; None when none may be compressed
    is_midstream: bint
    inflater: Inflater | None
    failed: cython.int  # messages in a row that could not be inflated
    skipped: longlong

    def __init__(self, position: int, deflate: bool | None, is_midstream: bool) -> None:
        self.stage = HEADER
        self.position = position
        self.has_ended = self.has_closed = self.fin = self.is_masked = False
        self.header = b""
        self.first_packet = self.opcode = self.failed = 0
        self.first_ns = self.skipped = 0
        self.mask = self.length = self.done = 0
        self.frame = self.row = self.message = -1
        self.control = self.content = self.inflater = None
        self.deflate = deflate
        self.is_midstream = is_midstream


@cclass
class FrameReader:
    """Fills frames and messages from the chunks of connections whose route is WEBSOCKET."""

    _streams: list[Any]  # Stream or None, by 2 * connection + direction
    _contexts: cython.int
    _oddities: Oddities
    _arena: Arena
    _packets: Table
    _chunks: Table
    _frames: Table
    _messages: Table

    _data_view: cython.const[uchar][::1]
    _data_memory: memoryview
    _arena_memory: memoryview
    _arena_view: cython.const[uchar][::1]
    _slab: uchar[::1]
    _slab_at: longlong
    _slab_stop: longlong
    _routes: uchar[::1]
    _times: longlong[::1]

    _chunk_connection: cython.int[::1]
    _chunk_direction: schar[::1]
    _chunk_kind: uchar[::1]
    _chunk_packet: cython.int[::1]
    _chunk_at: cython.int[::1]
    _chunk_address: longlong[::1]
    _chunk_length: longlong[::1]
    _chunk_offset: longlong[::1]

    _frame_rows: Py_ssize_t
    _frame_room: Py_ssize_t
    _f_connection: cython.int[::1]
    _f_direction: schar[::1]
    _f_packet: cython.int[::1]
    _f_last_packet: cython.int[::1]
    _f_time_ns: longlong[::1]
    _f_opcode: uchar[::1]
    _f_fin: uchar[::1]
    _f_rsv: uchar[::1]
    _f_masked: uchar[::1]
    _f_mask: uint[::1]
    _f_length: ulonglong[::1]
    _f_payload_offset: longlong[::1]
    _f_message: cython.int[::1]
    _f_damaged: uchar[::1]

    _message_rows: Py_ssize_t
    _message_room: Py_ssize_t
    _m_connection: cython.int[::1]
    _m_direction: schar[::1]
    _m_kind: uchar[::1]
    _m_first_packet: cython.int[::1]
    _m_last_packet: cython.int[::1]
    _m_first_frame: cython.int[::1]
    _m_frames: uint[::1]
    _m_time_ns: longlong[::1]
    _m_end_ns: longlong[::1]
    _m_compressed: uchar[::1]
    _m_wire_bytes: ulonglong[::1]
    _m_bytes: ulonglong[::1]
    _m_text_address: longlong[::1]
    _m_text_bytes: uint[::1]
    _m_close_code: cython.int[::1]
    _m_complete: uchar[::1]

    # The chunk in hand.
    _row: Py_ssize_t
    _carrier: cython.int
    _now: longlong
    _shift: longlong  # stream offset minus address

    def __init__(
        self, packets: Table, chunks: Table, frames: Table, messages: Table, oddities: Oddities, arena: Arena
    ) -> None:
        self._streams = []
        self._contexts = 0
        self._oddities = oddities
        self._arena = arena
        self._packets = packets
        self._chunks = chunks
        self._frames = frames
        self._messages = messages
        self._frame_rows = frames.rows
        self._message_rows = messages.rows
        self._slab_at = self._slab_stop = 0
        self._take_frame_views()
        self._take_message_views()
        self.attach(memoryview(b""))

    def attach(self, data: memoryview) -> None:
        """Chunks' addresses below ARENA are offsets in `data` from now on."""
        self._data_memory = data
        self._data_view = data

    def begin_batch(self, routes: memoryview) -> None:
        """New chunks are there; `routes` has a byte for each direction of each connection."""
        self._routes = routes
        self._streams.extend([None] * (len(routes) - len(self._streams)))
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
        self._take_arena()

    @cfunc
    def _take_arena(self) -> void:
        """Look at the arena as it is now: whoever appends to it may move it."""
        self._arena_memory = self._arena.data
        self._arena_view = self._arena_memory
        self._slab = self._arena_memory

    @cfunc
    def _take_frame_views(self) -> void:
        table = self._frames
        self._f_connection = table.view("connection")
        self._f_direction = table.view("direction")
        self._f_packet = table.view("packet")
        self._f_last_packet = table.view("last_packet")
        self._f_time_ns = table.view("time_ns")
        self._f_opcode = table.view("opcode")
        self._f_fin = table.view("fin")
        self._f_rsv = table.view("rsv")
        self._f_masked = table.view("masked")
        self._f_mask = table.view("mask")
        self._f_length = table.view("length")
        self._f_payload_offset = table.view("payload_offset")
        self._f_message = table.view("message")
        self._f_damaged = table.view("damaged")
        self._frame_room = table.capacity

    @cfunc
    def _take_message_views(self) -> void:
        table = self._messages
        self._m_connection = table.view("connection")
        self._m_direction = table.view("direction")
        self._m_kind = table.view("kind")
        self._m_first_packet = table.view("first_packet")
        self._m_last_packet = table.view("last_packet")
        self._m_first_frame = table.view("first_frame")
        self._m_frames = table.view("frames")
        self._m_time_ns = table.view("time_ns")
        self._m_end_ns = table.view("end_ns")
        self._m_compressed = table.view("compressed")
        self._m_wire_bytes = table.view("wire_bytes")
        self._m_bytes = table.view("bytes")
        self._m_text_address = table.view("text_address")
        self._m_text_bytes = table.view("text_bytes")
        self._m_close_code = table.view("close_code")
        self._m_complete = table.view("complete")
        self._message_room = table.capacity

    # -- chunks --------------------------------------------------------------------------------------------------

    def begin(self, connection: int, positions: tuple[int, int], deflate: Deflate | None, is_midstream: bool) -> None:
        """The two streams of a connection are frames from these offsets (client, server) on.

        Args:
            is_midstream: whether earlier frames are not in the capture; then what was agreed on is not known.
        """
        kept: tuple[bool | None, bool | None] = (None, None)
        if deflate:
            kept = (deflate.client_keeps_context, deflate.server_keeps_context)
        elif is_midstream:
            kept = (True, True)
        for side in range(2):
            self._streams[2 * connection + side] = Stream(positions[side], kept[side], is_midstream)
            self._routes[2 * connection + side] = WEBSOCKET

    def advance(self, first: Py_ssize_t, stop: Py_ssize_t) -> Py_ssize_t:
        """Read chunks from row `first`; the first row that is somebody else's, or `stop`."""
        row: Py_ssize_t = first
        key: Py_ssize_t
        route: cython.int
        while row < stop:
            key = 2 * self._chunk_connection[row] + self._chunk_direction[row]
            route = self._routes[key]
            if route == WEBSOCKET:
                if row == first:
                    self._take_arena()
                self._take(row, key)
            elif route != OPAQUE:
                break
            row += 1
        self._settle()
        return row

    def replay(self, rows: list[int]) -> None:
        """Read chunks that waited for a decision."""
        self._take_arena()
        for row in rows:
            key = 2 * self._chunk_connection[row] + self._chunk_direction[row]
            if self._routes[key] == WEBSOCKET:
                self._take(row, key)
        self._settle()

    def finish(self) -> None:
        """The capture is over: mark the frames whose end is not in it."""
        stream: Stream
        for stream in self._streams:
            if stream is not None and stream.stage == PAYLOAD:
                self._f_damaged[stream.frame] = 1

    @cfunc
    def _settle(self) -> void:
        self._frames.rows = self._frame_rows
        self._messages.rows = self._message_rows

    @cfunc
    def _take(self, row: Py_ssize_t, key: Py_ssize_t) -> void:
        """Read one chunk, or what is not yet read of it."""
        stream: Stream = self._streams[key]
        kind: cython.int = self._chunk_kind[row]
        address: longlong = self._chunk_address[row]
        length: longlong = self._chunk_length[row]
        offset: longlong = self._chunk_offset[row]
        self._row = row
        self._carrier = self._chunk_packet[row]
        self._now = self._times[self._chunk_at[row]]
        if stream.position > offset:
            address += stream.position - offset
            length -= stream.position - offset
            offset = stream.position
        if kind == K_DATA and length > 0:
            self._shift = offset - address
            self._data(stream, key, address, address + length)
            stream.position = offset + length
        elif kind == K_GAP and length > 0:
            self._gap(stream, key, offset, length)
            stream.position = offset + length
        elif kind > K_GAP:
            self._end(key, kind == K_END)

    @cfunc
    def _data(self, stream: Stream, key: Py_ssize_t, address: longlong, stop: longlong) -> void:
        at: longlong = address
        count: longlong
        while at < stop:
            if stream.stage == HEADER:
                at = self._header(stream, key, at, stop)
            elif stream.stage == PAYLOAD:
                count = stop - at
                if cython.cast(ulonglong, count) > stream.length - stream.done:
                    count = stream.length - stream.done
                self._payload(stream, at, count)
                at += count
                if stream.done == stream.length:
                    self._end_frame(stream, key)
            elif stream.stage == SEARCH:
                self._search(stream, key, at, stop)
                if stream.stage == SEARCH:
                    return
            else:
                return

    @cfunc
    @inline
    def _byte(self, at: longlong) -> uchar:
        """The byte at an address."""
        return self._arena_view[at - ARENA] if at >= ARENA else self._data_view[at]

    @cfunc
    def _piece(self, at: longlong, count: longlong) -> bytes:
        """A copy of `count` bytes."""
        if at >= ARENA:
            return bytes(self._arena_memory[at - ARENA : at - ARENA + count])
        return bytes(self._data_memory[at : at + count])

    # -- frames --------------------------------------------------------------------------------------------------

    @cfunc
    @inline
    def _peek(self, stream: Stream, i: Py_ssize_t, at: longlong) -> ulonglong:
        """Byte `i` of the header, of which some may have been held and the rest is at `at`."""
        held: Py_ssize_t = len(stream.header)
        return stream.header[i] if i < held else self._byte(at + i - held)

    @cfunc
    def _header(self, stream: Stream, key: Py_ssize_t, at: longlong, stop: longlong) -> longlong:
        """Read a frame header (RFC 6455 §5.2), and its payload when all of it is there; where what follows begins."""
        held: Py_ssize_t = len(stream.header)
        available: longlong = held + stop - at
        size: Py_ssize_t = 2
        i: Py_ssize_t
        second: cython.int
        length: ulonglong
        if not held:
            stream.first_packet = self._carrier
            stream.first_ns = self._now
        if available >= 2:
            second = self._peek(stream, 1, at)
            size = 2 + (4 if second & 128 else 0) + (2 if second & 127 == 126 else 8 if second & 127 == 127 else 0)
        if available < size:
            stream.header += self._piece(at, stop - at)
            return stop
        length = second & 127
        i = 2
        if length >= 126:
            i = 4 if length == 126 else 10
            length = 0
            for k in range(2, i):
                length = length << 8 | self._peek(stream, k, at)
        stream.mask = 0
        if second & 128:
            for k in range(i, i + 4):
                stream.mask = stream.mask << 8 | cython.cast(uint, self._peek(stream, k, at))
        stream.is_masked = second & 128 != 0
        stream.length = length
        stream.done = 0
        i = self._peek(stream, 0, at)
        at += size - held
        stream.header = b""
        if length >> 63:
            self._report("ws-length-impossible", key)
            stream.stage = STOPPED
            return stop
        self._open_frame(stream, key, i, at)
        if (second & 127 == 126 and length < 126) or (second & 127 == 127 and length < 65536):
            self._report("ws-length-not-minimal", key, length)
        return self._whole_or_part(stream, key, i, at, stop)

    @cfunc
    def _open_frame(self, stream: Stream, key: Py_ssize_t, first: cython.int, at: longlong) -> void:
        """Write the frame's row and see which message it belongs to."""
        row: Py_ssize_t = self._frame_rows
        opcode: cython.int = first & 15
        if row == self._frame_room:
            self._frames.rows = row
            self._frames.reserve(1)
            self._take_frame_views()
        self._frame_rows = row + 1
        stream.frame = row
        stream.opcode = opcode
        stream.fin = first >> 7
        self._f_connection[row] = key >> 1
        self._f_direction[row] = key & 1
        self._f_packet[row] = stream.first_packet
        self._f_last_packet[row] = self._carrier
        self._f_time_ns[row] = stream.first_ns
        self._f_opcode[row] = opcode
        self._f_fin[row] = stream.fin
        self._f_rsv[row] = first >> 4 & 7
        self._f_masked[row] = stream.is_masked
        self._f_mask[row] = stream.mask
        self._f_length[row] = stream.length
        self._f_payload_offset[row] = at + self._shift
        if first & 0x70 or stream.is_masked != (key & 1 == 0) or opcode > BINARY or stream.has_closed or not stream.fin:
            self._check_frame(stream, key, first)
        if opcode == CONTINUATION:
            stream.row = stream.message
            if stream.row < 0:
                self._report("ws-continuation-of-nothing", key)
            else:
                self._m_frames[stream.row] += 1
        elif opcode in (TEXT, BINARY) or CLOSE <= opcode <= PONG:
            if opcode <= BINARY and stream.message >= 0:
                self._report("ws-message-interrupted", key, opcode)
                self._abandon(stream)
            stream.row = self._new_message(stream, key)
        else:
            stream.row = -1
        self._f_message[row] = stream.row

    def _check_frame(self, stream: Stream, key: int, first: int) -> None:
        """Report what RFC 6455 §5.2 to §5.5 forbid about a frame's header."""
        opcode, rsv = first & 15, first >> 4 & 7
        is_deflated = rsv & 4 and opcode in (TEXT, BINARY) and stream.deflate is not None
        if rsv & 3 or (rsv and not is_deflated):
            self._report("ws-reserved-bits", key, rsv)
        if stream.is_masked != (key & 1 == 0):
            self._report("ws-masked-server" if key & 1 else "ws-unmasked-client", key)
        if BINARY < opcode < CLOSE or opcode > PONG:
            self._report("ws-reserved-opcode", key, opcode)
        elif opcode >= CLOSE:
            if stream.length > CONTROL_LIMIT:
                self._report("ws-control-too-long", key, stream.length)
            if not stream.fin:
                self._report("ws-control-fragmented", key)
        if stream.has_closed:
            self._report("ws-after-close", key, opcode)

    @cfunc
    def _new_message(self, stream: Stream, key: Py_ssize_t) -> Py_ssize_t:
        row: Py_ssize_t = self._message_rows
        if row == self._message_room:
            self._messages.rows = row
            self._messages.reserve(1)
            self._take_message_views()
        self._message_rows = row + 1
        self._m_connection[row] = key >> 1
        self._m_direction[row] = key & 1
        self._m_kind[row] = stream.opcode
        self._m_first_packet[row] = stream.first_packet
        self._m_first_frame[row] = stream.frame
        self._m_frames[row] = 1
        self._m_time_ns[row] = stream.first_ns
        return row

    @cfunc
    def _whole_or_part(
        self, stream: Stream, key: Py_ssize_t, first: cython.int, at: longlong, stop: longlong
    ) -> longlong:
        """Read a small whole message at once; prepare for any other. Where what follows begins."""
        is_compressed: bint = first & 64 != 0 and stream.deflate is not None and stream.opcode in (TEXT, BINARY)
        if (
            stream.fin
            and stream.row >= 0
            and stream.opcode != CONTINUATION
            and stream.length <= PREVIEW
            and cython.cast(longlong, stream.length) <= stop - at
        ):
            if is_compressed:
                self._inflate_whole(stream, key, at)
            else:
                self._read_whole(stream, key, at)
            return at + cython.cast(longlong, stream.length)
        if stream.opcode >= CLOSE:
            stream.control = Content(False)
        elif stream.opcode != CONTINUATION and stream.row >= 0:
            stream.message = stream.row
            self._m_compressed[stream.row] = is_compressed
            stream.content = Content(stream.opcode == TEXT, self._inflater(stream, key) if is_compressed else None)
        stream.stage = PAYLOAD
        if stream.length == 0:
            self._end_frame(stream, key)
        return at

    # -- messages that are whole in one piece --------------------------------------------------------------------

    @cfunc
    def _read_whole(self, stream: Stream, key: Py_ssize_t, at: longlong) -> void:
        """An uncompressed message in one frame, all of it at `at`."""
        row: Py_ssize_t = stream.row
        length: longlong = stream.length
        address: longlong = at
        if stream.is_masked and length:
            address = self._unmask(stream.mask, at, length)
        self._whole_message(row, length)
        self._set_text(row, address, length)
        if stream.opcode == TEXT:
            if not self._is_ascii(address, length) and not _is_utf8(self._piece(address, length)):
                self._report("ws-bad-utf8", key)
        elif stream.opcode == CLOSE:
            self._read_close(stream, key, row, self._piece(address, length))

    @cfunc
    def _inflate_whole(self, stream: Stream, key: Py_ssize_t, at: longlong) -> void:
        """A compressed message in one frame, all of it at `at`."""
        row: Py_ssize_t = stream.row
        inflater = self._inflater(stream, key)
        payload: bytes = self._piece(at, stream.length)
        if stream.is_masked:
            payload = apply_mask(payload, stream.mask)
        content: bytes = inflater.whole(payload)
        outcome: cython.int = inflater.outcome
        self._whole_message(row, stream.length)
        self._m_compressed[row] = 1
        if outcome != GOOD or stream.failed:
            self._settle_inflated(stream, key, row, outcome, len(content))
        if outcome == GOOD:
            self._m_bytes[row] = len(content)
            preview: bytes = content if len(content) <= PREVIEW else content[:PREVIEW]
            self._set_text(row, self._keep(preview), len(preview))
            if stream.opcode == TEXT and not content.isascii() and not _is_utf8(content):
                self._report("ws-bad-utf8", key)

    @cfunc
    def _whole_message(self, row: Py_ssize_t, length: longlong) -> void:
        """The message in hand is one frame of `length` bytes of payload, and all of it is there."""
        self._m_last_packet[row] = self._carrier
        self._m_end_ns[row] = self._now
        self._m_wire_bytes[row] = self._m_bytes[row] = length
        self._m_complete[row] = 1

    @cfunc
    def _set_text(self, row: Py_ssize_t, address: longlong, length: longlong) -> void:
        """Where the beginning of the content is kept, unless it could not be (-1)."""
        if address >= 0:
            self._m_text_address[row] = address
            self._m_text_bytes[row] = length

    @cfunc
    def _is_ascii(self, at: longlong, length: longlong) -> bint:
        """Whether bytes are ASCII, and so UTF-8; of bytes that could not be kept (address -1) nothing is known."""
        if at < 0:
            return True
        if not cython.compiled:
            return self._piece(at, length).isascii()
        return is_ascii(self._arena_view, at - ARENA, length) if at >= ARENA else is_ascii(self._data_view, at, length)

    @cfunc
    def _unmask(self, mask: uint, at: longlong, length: longlong) -> longlong:
        """Write unmasked payload into the arena (RFC 6455 §5.3); its address, or -1 when the arena is full."""
        to: longlong = self._reserve(length)
        if to < 0:
            return -1
        if cython.compiled and length <= SMALL and at < ARENA:
            unmask(self._data_view, at, length, mask, self._slab, to)
        else:
            self._arena_memory[to : to + length] = apply_mask(self._piece(at, length), mask)
        return to + ARENA

    @cfunc
    def _keep(self, content: bytes) -> longlong:
        """Write content into the arena; its address, or -1 when the arena is full."""
        to: longlong = self._reserve(len(content))
        if to < 0:
            return -1
        self._arena_memory[to : to + len(content)] = content
        return to + ARENA

    @cfunc
    def _reserve(self, length: longlong) -> longlong:
        """Room for `length` bytes in the arena, which is asked for more a slab at a time; the offset, -1 when it is
        full.
        """
        to: longlong
        if self._slab_stop - self._slab_at < length:
            to = self._arena.append(bytes(max(SLAB, length)))
            if to < 0:
                return -1
            self._take_arena()
            self._slab_at = to - ARENA
            self._slab_stop = self._slab_at + max(SLAB, length)
        to = self._slab_at
        self._slab_at += length
        return to

    # -- messages that come in pieces ----------------------------------------------------------------------------

    def _inflater(self, stream: Stream, key: int) -> Inflater:
        """What inflates this direction; where there are too many already, one that does not."""
        if stream.inflater is None:
            self._contexts += 1
            is_refused = self._contexts > CONTEXT_LIMIT
            if is_refused:
                self._report("ws-too-many-contexts", key, CONTEXT_LIMIT)
            stream.inflater = Inflater(bool(stream.deflate), stream.is_midstream, is_refused)
        return stream.inflater

    @cfunc
    def _payload(self, stream: Stream, at: longlong, count: longlong) -> void:
        """The next piece of the payload of the frame in hand."""
        content = stream.control if stream.opcode >= CLOSE else stream.content
        done: ulonglong = stream.done
        stream.done += cython.cast(ulonglong, count)
        self._f_last_packet[stream.frame] = self._carrier
        if content is None:
            return
        piece: bytes = self._piece(at, count)
        if stream.is_masked:
            piece = apply_mask(piece, stream.mask, done)
        content.add(piece)

    @cfunc
    def _end_frame(self, stream: Stream, key: Py_ssize_t) -> void:
        """The payload of the frame in hand was there, or is known to be missing."""
        row: Py_ssize_t = stream.row
        stream.stage = HEADER
        self._f_last_packet[stream.frame] = self._carrier
        if row < 0:
            return
        self._m_last_packet[row] = self._carrier
        self._m_end_ns[row] = self._now
        self._m_wire_bytes[row] += stream.length
        self._m_bytes[row] = self._m_wire_bytes[row]
        if stream.opcode >= CLOSE:
            if stream.control is not None:
                self._end_message(stream, key, row, stream.control)
            stream.control = None
        elif stream.fin:
            if stream.content is not None:
                self._end_message(stream, key, row, stream.content)
            stream.content = None
            stream.message = -1

    def _end_message(self, stream: Stream, key: int, row: int, content: Content) -> None:
        """Keep the beginning of a message's content, and report what is wrong with it."""
        content.end()
        self._m_complete[row] = content.is_whole
        if self._m_compressed[row]:
            self._settle_inflated(stream, key, row, content.outcome, content.length)
        if content.outcome == Outcome.GOOD:
            address = self._arena.append(content.preview)
            if address >= 0:
                self._take_arena()
                self._m_text_address[row] = address
                self._m_text_bytes[row] = len(content.preview)
        if content.is_bad_text:
            self._report("ws-bad-utf8", key)
        if stream.opcode == CLOSE and content.is_whole:
            self._read_close(stream, key, row, bytes(content.preview))

    def _settle_inflated(self, stream: Stream, key: int, row: int, outcome: int, length: int) -> None:
        """Say how inflating a message to `length` bytes went."""
        if outcome == Outcome.GOOD:
            self._m_bytes[row] = length
            if stream.failed:
                self._report("ws-context-recovered", key, stream.failed)
            stream.failed = 0
            return
        stream.failed += 1
        wire = self._m_wire_bytes[row]
        if outcome == Outcome.TOO_FAR:
            self._report("ws-inflates-too-far", key, wire, length)
        elif outcome == Outcome.BAD_DATA:
            self._report("ws-bad-deflate", key, wire)
        elif stream.failed == 1:
            self._report("ws-context-lost", key, wire)

    def _read_close(self, stream: Stream, key: int, row: int, body: bytes) -> None:
        """Code and reason of a close frame (RFC 6455 §5.5.1)."""
        stream.has_closed = True
        if len(body) == 1:
            self._report("ws-close-length", key)
        elif body:
            code = int.from_bytes(body[:2], "big")
            self._m_close_code[row] = code
            if not may_be_sent(code):
                self._report("ws-close-code", key, code)
            if not _is_utf8(body[2:]):
                self._report("ws-bad-utf8", key)

    # -- what is not as it should be -----------------------------------------------------------------------------

    @cfunc
    def _abandon(self, stream: Stream) -> void:
        """The data message in progress will not end."""
        if stream.message >= 0:
            self._m_complete[stream.message] = 0
            if stream.content is not None:
                stream.content.lose()
        stream.message = -1
        stream.content = None

    @cfunc
    def _gap(self, stream: Stream, key: Py_ssize_t, offset: longlong, length: longlong) -> void:
        """`length` bytes from stream offset `offset` are not in the capture."""
        inside: longlong = 0
        if stream.stage == PAYLOAD:
            inside = length
            if cython.cast(ulonglong, inside) > stream.length - stream.done:
                inside = stream.length - stream.done
            stream.done += cython.cast(ulonglong, inside)
            self._f_damaged[stream.frame] = 1
            self._report("ws-frame-damaged", key, inside)
            content = stream.control if stream.opcode >= CLOSE else stream.content
            if content is not None:
                content.lose()
            if stream.done == stream.length:
                self._end_frame(stream, key)
        if inside == length or stream.stage == STOPPED:
            return
        if stream.stage != SEARCH:
            self._report("ws-lost", key, length - inside, offset + inside)
        self._abandon(stream)
        if stream.inflater is not None:
            stream.inflater.begin()
            stream.inflater.lose()
        stream.is_midstream = True
        stream.header = b""
        stream.stage = SEARCH
        stream.skipped += length - inside

    def _search(self, stream: Stream, key: int, at: int, stop: int) -> None:
        """Frames are found again where a piece of the stream is made of whole ones."""
        if not frames_in(self._piece(at, stop - at), key & 1 == 0):
            stream.skipped += stop - at
            return
        self._report("ws-resynchronised", key, stream.skipped, at + self._shift)
        stream.skipped = 0
        stream.stage = HEADER

    @cfunc
    def _end(self, key: Py_ssize_t, is_fin: bint) -> void:
        """FIN ends one direction, RST both."""
        stream: Stream = self._streams[key]
        peer: Stream = self._streams[key ^ 1]
        self._cut(stream, key)
        if not is_fin:
            self._cut(peer, key ^ 1)
        if not is_fin or peer.has_ended:
            self._contexts -= (stream.inflater is not None) + (peer.inflater is not None)
            self._streams[key] = self._streams[key ^ 1] = None
            self._routes[key] = self._routes[key ^ 1] = OPAQUE

    @cfunc
    def _cut(self, stream: Stream, key: Py_ssize_t) -> void:
        """Nothing more comes of a stream."""
        if stream.stage == PAYLOAD:
            self._f_damaged[stream.frame] = 1
            self._report("ws-cut-short", key, stream.length - stream.done)
        elif stream.header:
            self._report("ws-cut-short", key)
        stream.stage = STOPPED
        stream.has_ended = True

    def _report(self, code: str, key: int, a: int = 0, b: int = 0) -> None:
        self._oddities.note(index_of(code), self._carrier, key >> 1, key & 1, a, b)


def _is_utf8(text: bytes) -> bool:
    try:
        text.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
