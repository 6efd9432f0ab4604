"""The writer of the messages table.

Hot module: compiled by Cython where there is a compiler, plain Python otherwise (docs/architecture.md).
"""

from __future__ import annotations

import cython
from cython import Py_ssize_t, cclass, cfunc, longlong, schar, uchar, uint, ulonglong

from inspector.tables.row_writer import Writer
from inspector.websocket.direction_state import DirectionState


@cclass
class MessageWriter(Writer):
    """Writes one row per message, once its first frame header was read."""

    last_packet: cython.int[::1]
    frames: uint[::1]
    end_ns: longlong[::1]
    compressed: uchar[::1]
    wire_bytes: ulonglong[::1]
    content_bytes: ulonglong[::1]
    text_address: longlong[::1]
    text_bytes: uint[::1]
    close_code: cython.int[::1]
    complete: uchar[::1]

    _connection: cython.int[::1]
    _direction: schar[::1]
    _kind: uchar[::1]
    _first_packet: cython.int[::1]
    _first_frame: cython.int[::1]
    _time_ns: longlong[::1]

    @cfunc
    def _take_views(self) -> None:
        table = self._table
        self._connection = table.view("connection")
        self._direction = table.view("direction")
        self._kind = table.view("kind")
        self._first_packet = table.view("first_packet")
        self.last_packet = table.view("last_packet")
        self._first_frame = table.view("first_frame")
        self.frames = table.view("frames")
        self._time_ns = table.view("time_ns")
        self.end_ns = table.view("end_ns")
        self.compressed = table.view("compressed")
        self.wire_bytes = table.view("wire_bytes")
        self.content_bytes = table.view("bytes")
        self.text_address = table.view("text_address")
        self.text_bytes = table.view("text_bytes")
        self.close_code = table.view("close_code")
        self.complete = table.view("complete")

    @cfunc
    def add(self, stream: DirectionState, key: Py_ssize_t) -> None:
        """Add a row for the message that begins with the current frame of a stream; `key` is 2 * connection +
        direction.
        """
        row: Py_ssize_t = self.count
        if row == self._room:
            self._make_room()
        self.count += 1
        stream.frame_message = row
        self._connection[row] = key >> 1
        self._direction[row] = key & 1
        self._kind[row] = stream.opcode
        self._first_packet[row] = stream.first_packet
        self._first_frame[row] = stream.frame
        self.frames[row] = 1
        self._time_ns[row] = stream.first_ns
