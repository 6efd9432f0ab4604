"""Finds bytes that were sent twice with different content.

An end that retransmits a segment must send the same bytes again. If the two differ, the receiver's operating system
decided which bytes were read; the capture cannot tell, and the sender may have meant to deceive an observer. So every
byte that is sent again is compared.

Hot module: compiled by Cython where there is a compiler, plain Python otherwise (docs/architecture.md).
"""

from __future__ import annotations

from typing import Any

import cython

from inspector.anomalies import index_of
from inspector.tables.arena import ARENA, Arena, Want, lost
from inspector.tables.table import ChunkKind, Moves, Table

if cython.compiled:
    from cython.cimports.inspector.tables.anomaly_writer import AnomalyWriter
    from cython.cimports.inspector.tcp.flags_and_seq import SYN, seq_offset
else:
    from inspector.tables.anomaly_writer import AnomalyWriter
    from inspector.tcp.flags_and_seq import SYN, seq_offset

DATA = cython.declare(cython.int, int(ChunkKind.DATA))
MASK32 = cython.declare(cython.uint, 0xFFFFFFFF)

IN_ARENA = cython.declare(cython.longlong, ARENA)

CHUNKS_BACK = cython.declare(cython.int, 256)
"""The number of pieces of a stream that are searched for the first transmission of a repeated byte. Repeats of older
bytes are not compared: otherwise a segment that repeats a whole stream would take as much time as the stream."""


@cython.final
@cython.cclass
class Overlaps:
    """Compares segments that occupy the same sequence numbers, and notes where they differ."""

    moves: Moves
    packets: Table
    chunks: Table
    arena: Arena
    anomaly_writer: AnomalyWriter
    code: cython.int
    file: cython.const[cython.uchar][::1]
    floor: cython.longlong
    want: Any

    flags: cython.ushort[::1]
    seq: cython.uint[::1]
    captured: cython.uint[::1]
    address: cython.longlong[::1]
    connection: cython.int[::1]
    direction: cython.schar[::1]
    chunk_kind: cython.uchar[::1]
    chunk_packet: cython.int[::1]
    chunk_offset: cython.longlong[::1]
    chunk_previous: cython.int[::1]

    def __init__(self, packets: Table, chunks: Table, anomalies: Table, arena: Arena) -> None:
        self.moves = Moves(packets, chunks)
        self.packets = packets
        self.chunks = chunks
        self.arena = arena
        self.anomaly_writer = AnomalyWriter(anomalies)
        self.code = index_of("tcp-overlap-differs")

    def attach(self, data: memoryview, floor: int = 0, want: Want = lost) -> None:
        """Set the buffer that holds the capture file.

        Its bytes before `floor` have been released; `want` must make them readable first.
        """
        self.file = data
        self.floor = floor
        self.want = want

    def compare_with_stream(self, row: cython.Py_ssize_t, chunk: cython.Py_ssize_t, offset: cython.longlong) -> None:
        """Compare the payload of packet `row` with the bytes already delivered, backwards from chunk `chunk` of its
        stream to stream offset `offset`.
        """
        steps: cython.int = 0
        self._take_views()
        while chunk >= 0 and steps < CHUNKS_BACK:
            steps += 1
            if self.chunk_kind[chunk] == DATA and self.compare(row, self.chunk_packet[chunk]):
                return
            if self.chunk_offset[chunk] <= offset:
                return
            chunk = self.chunk_previous[chunk]

    def compare(self, row: cython.Py_ssize_t, earlier: cython.Py_ssize_t) -> bool:
        """Compare the bytes of two packets of one stream where their sequence numbers overlap.

        If any byte differs, this is reported as an anomaly, and the result is True.
        """
        ahead: cython.longlong
        length: cython.longlong
        at: cython.longlong
        old: cython.longlong
        new: cython.longlong
        self._take_views()
        ahead = seq_offset(self._first_byte(earlier), self._first_byte(row))
        old = max(ahead, 0)
        new = max(-ahead, 0)
        length = min(self.captured[earlier] - old, self.captured[row] - new)
        if length > 0 and not self._has(self.address[earlier], self.captured[earlier]):
            return False
        for at in range(length):
            if self._byte(self.address[earlier] + old + at) != self._byte(self.address[row] + new + at):
                self.anomaly_writer.note(
                    self.code, row, self.connection[row], self.direction[row], earlier + 1, at + new, length
                )
                return True
        return False

    def _take_views(self) -> None:
        packets, chunks = self.packets, self.chunks
        if not self.moves.any_new():
            return
        self.flags = packets.view("flags")
        self.seq = packets.view("seq")
        self.captured = packets.view("payload_captured")
        self.address = packets.view("payload_address")
        self.connection = packets.view("connection")
        self.direction = packets.view("direction")
        self.chunk_kind = chunks.view("kind")
        self.chunk_packet = chunks.view("packet")
        self.chunk_offset = chunks.view("stream_offset")
        self.chunk_previous = chunks.view("previous")

    @cython.cfunc
    @cython.exceptval(-1)
    def _first_byte(self, row: cython.Py_ssize_t) -> cython.uint:
        """The sequence number of a segment's first byte; a SYN occupies the number before it (RFC 9293 §3.4)."""
        return (self.seq[row] + (1 if self.flags[row] & SYN else 0)) & MASK32

    @cython.cfunc
    def _has(self, address: cython.longlong, length: cython.longlong) -> bool:
        """Whether these bytes can be read; released ones are read from the file again."""
        return address >= self.floor or self.want(address, length)

    @cython.cfunc
    @cython.exceptval(-1)
    def _byte(self, address: cython.longlong) -> cython.int:
        if address < IN_ARENA:
            return self.file[address]
        rebuilt: cython.const[cython.uchar][::1] = self.arena.data
        return rebuilt[address - IN_ARENA]
