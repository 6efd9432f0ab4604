"""The writer of the frames table.

Hot module: compiled by Cython where there is a compiler, plain Python otherwise (docs/architecture.md).
"""

from __future__ import annotations

import cython
from cython import Py_ssize_t, cclass, cfunc, longlong, schar, uchar, uint, ulonglong

from inspector.tables.row_writer import Writer
from inspector.websocket.direction_state import DirectionState


@cclass
class FrameWriter(Writer):
    """Writes one row per frame, once its header was read."""

    last_packet: cython.int[::1]
    message: cython.int[::1]
    damaged: uchar[::1]

    _connection: cython.int[::1]
    _direction: schar[::1]
    _packet: cython.int[::1]
    _time_ns: longlong[::1]
    _opcode: uchar[::1]
    _fin: uchar[::1]
    _rsv: uchar[::1]
    _masked: uchar[::1]
    _mask: uint[::1]
    _length: ulonglong[::1]
    _payload_offset: longlong[::1]

    @cfunc
    def _take_views(self) -> None:
        table = self._table
        self._connection = table.view("connection")
        self._direction = table.view("direction")
        self._packet = table.view("packet")
        self.last_packet = table.view("last_packet")
        self._time_ns = table.view("time_ns")
        self._opcode = table.view("opcode")
        self._fin = table.view("fin")
        self._rsv = table.view("rsv")
        self._masked = table.view("masked")
        self._mask = table.view("mask")
        self._length = table.view("length")
        self._payload_offset = table.view("payload_offset")
        self.message = table.view("message")
        self.damaged = table.view("damaged")

    @cfunc
    def add(
        self, stream: DirectionState, key: Py_ssize_t, first: cython.int, offset: longlong, carrier: cython.int
    ) -> None:
        """Add a row for the frame whose header the stream has just read.

        Args:
            stream: the direction of the frame.
            key: 2 * connection + direction.
            first: the first byte of the header.
            offset: the stream offset at which the payload begins.
            carrier: the packet that carried the last byte of the header.
        """
        row: Py_ssize_t = self.count
        if row == self._room:
            self._make_room()
        self.count += 1
        stream.frame = row
        self._connection[row] = key >> 1
        self._direction[row] = key & 1
        self._packet[row] = stream.first_packet
        self.last_packet[row] = carrier
        self._time_ns[row] = stream.first_ns
        self._opcode[row] = first & 15
        self._fin[row] = first >> 7
        self._rsv[row] = first >> 4 & 7
        if stream.is_masked:
            self._masked[row] = 1
            self._mask[row] = stream.mask
        self._length[row] = stream.length
        self._payload_offset[row] = offset
