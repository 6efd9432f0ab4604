"""The pieces of byte streams as their readers see them: rows of chunks, and the bytes that their addresses name.

Hot module: compiled by Cython where there is a compiler, plain Python otherwise (docs/architecture.md).
"""

from __future__ import annotations

from typing import Any

import cython
from cython import Py_ssize_t, cclass, cfunc, longlong, schar, uchar

from inspector.tables.arena import ARENA as _ARENA
from inspector.tables.arena import Arena, Want, lost
from inspector.tables.table import ChunkKind, Table

ARENA = cython.declare(longlong, _ARENA)
DATA = cython.declare(cython.int, int(ChunkKind.DATA))
GAP = cython.declare(cython.int, int(ChunkKind.GAP))
MASK32 = cython.declare(cython.uint, 0xFFFFFFFF)


@cclass
class Pieces:
    """The chunks of the current batch, the one being read, and the two buffers to which addresses refer."""

    data: cython.const[uchar][::1]  # the capture file; an address below ARENA is an index in it
    floor: longlong  # where the bytes in it begin: what lies before has to be wanted
    want: Any
    arena: cython.const[uchar][::1]  # the arena as it was when the batch began: all that chunks name is there
    data_memory: memoryview
    arena_memory: memoryview
    _source: Arena
    _packets: Table
    _chunks: Table

    # Columns of chunks, and when its packets arrived.
    connection: cython.int[::1]
    direction: schar[::1]
    kinds: uchar[::1]
    packet: cython.int[::1]
    _address: longlong[::1]
    _length: longlong[::1]
    _stream_offset: longlong[::1]
    _times: longlong[::1]
    _payload_address: longlong[::1]
    flags: cython.ushort[::1]  # of packets: the control bits, the number of the first byte, what each acknowledges
    seq: cython.uint[::1]
    ack: cython.uint[::1]

    # The chunk in hand, or what is not read of it.
    row: Py_ssize_t
    kind: cython.int  # ChunkKind
    carrier: cython.int  # the packet that carried it
    now: longlong  # when that was captured
    address: longlong
    length: longlong
    offset: longlong  # where in its stream it begins
    shift: longlong  # stream offset minus address

    def __init__(self, packets: Table, chunks: Table, arena: Arena) -> None:
        self._source = arena
        self._packets = packets
        self._chunks = chunks
        self.row = self.kind = self.carrier = 0
        self.now = self.address = self.length = self.offset = self.shift = 0
        self.attach(memoryview(b""))

    def attach(self, data: memoryview, floor: int = 0, want: Want = lost) -> None:
        """Addresses below ARENA are offsets in `data` from now on; those before `floor` have to be wanted first."""
        self.data_memory = data
        self.data = data
        self.floor = floor
        self.want = want

    def begin_batch(self) -> None:
        """New chunks are there."""
        chunks = self._chunks
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
        self.arena_memory = self._source.data
        self.arena = self.arena_memory

    @cfunc
    def take(self, row: Py_ssize_t, position: longlong) -> None:
        """Have a chunk in hand, from stream offset `position` on when that lies inside it."""
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
            self.kind = GAP  # it waited so long that the file has lost it meanwhile

    @cfunc
    def sequence_number(self, at: longlong) -> cython.uint:
        """The TCP sequence number of the byte at an address in the chunk in hand (of a packet without SYN)."""
        into: longlong = at - self._payload_address[self.carrier]
        return (self.seq[self.carrier] + into) & MASK32

    @cfunc
    def bytes_at(self, at: longlong, count: longlong) -> bytes:
        """A copy of `count` bytes."""
        if at >= ARENA:
            return bytes(self.arena_memory[at - ARENA : at - ARENA + count])
        return bytes(self.data_memory[at : at + count])
