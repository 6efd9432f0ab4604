"""The pieces of byte streams as the parsers read them: rows of `chunks`, and the bytes at their addresses.

Hot module: compiled by Cython where there is a compiler, plain Python otherwise (docs/architecture.md).
"""

from __future__ import annotations

from typing import Any

import cython
from cython import Py_ssize_t, cclass, cfunc, longlong, schar, uchar

from inspector.tables.arena import ARENA as _ARENA
from inspector.tables.arena import Arena, Want, lost
from inspector.tables.table import ChunkKind, Moves, Table

ARENA = cython.declare(longlong, _ARENA)
DATA = cython.declare(cython.int, int(ChunkKind.DATA))
GAP = cython.declare(cython.int, int(ChunkKind.GAP))
MASK32 = cython.declare(cython.uint, 0xFFFFFFFF)


@cclass
class ChunkCursor:
    """The chunks of the current batch, the chunk being read, and the two buffers that addresses refer to."""

    data: cython.const[uchar][::1]  # the capture file; an address below ARENA is an index in it
    floor: longlong  # bytes at lower addresses have been released: `want` must make them readable first
    want: Any
    arena: cython.const[uchar][::1]  # the arena as of the start of the batch; it holds all that the chunks refer to
    data_memory: memoryview
    arena_memory: memoryview
    _source: Arena
    _moves: Moves
    _packets: Table
    _chunks: Table

    # Columns of chunks, and some columns of packets.
    connection: cython.int[::1]
    direction: schar[::1]
    kinds: uchar[::1]
    packet: cython.int[::1]
    _address: longlong[::1]
    _length: longlong[::1]
    _stream_offset: longlong[::1]
    _times: longlong[::1]
    _payload_address: longlong[::1]
    flags: cython.ushort[::1]  # of packets: control bits, then sequence and acknowledgment numbers
    seq: cython.uint[::1]
    ack: cython.uint[::1]

    # The current chunk, or the part of it that has not been read yet.
    row: Py_ssize_t
    kind: cython.int  # ChunkKind
    carrier: cython.int  # the packet that carried it
    now: longlong  # the capture time of that packet
    address: longlong
    length: longlong
    offset: longlong  # the stream offset at which it begins
    shift: longlong  # stream offset minus address

    def __init__(self, packets: Table, chunks: Table, arena: Arena) -> None:
        self._source = arena
        self._packets = packets
        self._chunks = chunks
        self._moves = Moves(packets, chunks)
        self.row = self.kind = self.carrier = 0
        self.now = self.address = self.length = self.offset = self.shift = 0
        self.attach(memoryview(b""))

    def attach(self, data: memoryview, floor: int = 0, want: Want = lost) -> None:
        """Set the buffer for addresses below ARENA: they are offsets in `data` from now on.

        Bytes before `floor` have been released; `want` must make them readable first.
        """
        self.data_memory = data
        self.data = data
        self.floor = floor
        self.want = want

    def begin_batch(self) -> None:
        """Prepare for new chunks."""
        chunks = self._chunks
        self.arena_memory = self._source.data
        self.arena = self.arena_memory
        if not self._moves.any_new():
            return
        self.connection = chunks.view("connection")
        self.direction = chunks.view("direction")
        self.kinds = chunks.view("kind")
        self.packet = chunks.view("packet")
        self._address = chunks.view("address")
        self._length = chunks.view("length")
        self._stream_offset = chunks.view("stream_offset")
        self._times = self._packets.view("time_ns")
        self._payload_address = self._packets.view("payload_address")
        self.flags = self._packets.view("flags")
        self.seq = self._packets.view("seq")
        self.ack = self._packets.view("ack")

    @cfunc
    def take(self, row: Py_ssize_t, position: longlong) -> None:
        """Make chunk `row` the current one, starting at stream offset `position` if that lies inside it."""
        offset: longlong = self._stream_offset[row]
        skip: longlong = position - offset if position > offset else 0
        self.row = row
        self.kind = self.kinds[row]
        self.carrier = self.packet[row]
        self.now = self._times[self.carrier]
        self.address = self._address[row] + skip
        self.length = self._length[row] - skip
        self.offset = offset + skip
        self.shift = self.offset - self.address
        if self.address < self.floor and self.kind == DATA and not self.want(self.address, self.length):
            self.kind = GAP  # its bytes were released while it waited, and cannot be read again

    @cfunc
    def sequence_number(self, at: longlong) -> cython.uint:
        """The TCP sequence number of the byte at an address in the current chunk, whose packet must not be a SYN."""
        into: longlong = at - self._payload_address[self.carrier]
        return (self.seq[self.carrier] + into) & MASK32

    @cfunc
    def bytes_at(self, at: longlong, count: longlong) -> bytes:
        """A copy of `count` bytes at address `at`."""
        if at >= ARENA:
            return bytes(self.arena_memory[at - ARENA : at - ARENA + count])
        return bytes(self.data_memory[at : at + count])
