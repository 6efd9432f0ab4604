"""The writer of the http_messages table.

Hot module: compiled by Cython where there is a compiler, plain Python otherwise (docs/architecture.md).
"""

from __future__ import annotations

import cython
from cython import Py_ssize_t, cclass, cfunc, longlong, schar, uchar, uint, ushort

from inspector.http.direction_state import DirectionState
from inspector.tables.chunk_cursor import ChunkCursor
from inspector.tables.row_writer import Writer


@cclass
class MessageWriter(Writer):
    """Writes one row per message, once its header was parsed."""

    exchange: cython.int[::1]
    connection: cython.int[::1]
    direction: schar[::1]
    kind: uchar[::1]
    packet: cython.int[::1]
    last_packet: cython.int[::1]
    end_ns: longlong[::1]
    body_offset: longlong[::1]
    body_end: longlong[::1]
    body_bytes: longlong[::1]
    framing: uchar[::1]
    complete: uchar[::1]
    notes: uint[::1]

    _time_ns: longlong[::1]
    _head_address: longlong[::1]
    _head_bytes: uint[::1]
    _stream_offset: longlong[::1]
    _status: ushort[::1]

    @cfunc
    def _take_views(self) -> None:
        table = self._table
        self.exchange = table.view("exchange")
        self.connection = table.view("connection")
        self.direction = table.view("direction")
        self.kind = table.view("kind")
        self.packet = table.view("packet")
        self.last_packet = table.view("last_packet")
        self._time_ns = table.view("time_ns")
        self.end_ns = table.view("end_ns")
        self._head_address = table.view("head_address")
        self._head_bytes = table.view("head_bytes")
        self._stream_offset = table.view("stream_offset")
        self.body_offset = table.view("body_offset")
        self.body_end = table.view("body_end")
        self.body_bytes = table.view("body_bytes")
        self.framing = table.view("framing")
        self._status = table.view("status")
        self.complete = table.view("complete")
        self.notes = table.view("notes")

    @cfunc
    def add(
        self,
        state: DirectionState,
        key: Py_ssize_t,
        cursor: ChunkCursor,
        address: longlong,
        count: Py_ssize_t,
        status: cython.int,
    ) -> Py_ssize_t:
        """Add a row for a message whose header was parsed; return the row.

        Args:
            state: the state of its direction, which knows where the message began.
            key: 2 * connection + direction.
            cursor: the stream chunks; the current one contains the end of the header.
            address: the address of the header; -1 if it could not be kept.
            count: the number of bytes of the header.
            status: the status code; 0 for a request.
        """
        row: Py_ssize_t = self.count
        if row == self._room:
            self._make_room()
        self.count += 1
        self.connection[row] = key >> 1
        self.direction[row] = key & 1
        self.packet[row] = state.start_packet
        self.last_packet[row] = cursor.carrier
        self._time_ns[row] = state.start_ns
        self.end_ns[row] = state.latest_ns
        self._head_address[row] = address
        self._head_bytes[row] = count
        self._stream_offset[row] = state.start_offset
        self.body_offset[row] = self.body_end[row] = state.start_offset + count
        self._status[row] = status
        return row
