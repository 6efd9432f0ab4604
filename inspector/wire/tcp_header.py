"""Reads TCP headers (RFC 9293 §3.1): ports, sequence numbers, flags, window and options, and the payload's position.

Hot module: compiled by Cython where there is a compiler, plain Python otherwise (docs/architecture.md).
"""

from __future__ import annotations

from typing import Any

import cython

from inspector.tables.arena import ARENA, Arena
from inspector.tables.table import Checksum, Moves, Table
from inspector.wire.tcp_options import FAST_OPEN_EXPERIMENT, LARGEST_SACK, Option, OptionKind

if cython.compiled:
    from cython.cimports.inspector.wire.byte_order import be16, be32
    from cython.cimports.inspector.wire.header_structs import sum_of_words, tcp_header, tcp_timestamps
else:
    from inspector.wire.byte_order import be16, be32
    from inspector.wire.header_structs import sum_of_words, tcp_header, tcp_timestamps

IN_ARENA = cython.declare(cython.longlong, ARENA)

ONLY_TIMESTAMPS = cython.declare(cython.uint, 0x0101080A)
"""The first four option bytes of nearly every segment: NOP, NOP, and a timestamps option of ten bytes (RFC 7323
appendix A)."""

UP_TO_WINDOW = cython.declare(cython.Py_ssize_t, 16)
"""Bytes of a header that must have been captured; from the rest of its fixed part, only the checksum is read."""

UP_TO_CHECKSUM = cython.declare(cython.Py_ssize_t, 18)

RIGHT = cython.declare(cython.int, int(Checksum.RIGHT))
WRONG = cython.declare(cython.int, int(Checksum.WRONG))
TCP_NUMBER = cython.declare(cython.ulonglong, 6)

HAS_MSS = cython.declare(cython.uint, int(Option.MSS))
HAS_SCALE = cython.declare(cython.uint, int(Option.SCALE))
HAS_SACK_PERMITTED = cython.declare(cython.uint, int(Option.SACK_PERMITTED))
HAS_SACK = cython.declare(cython.uint, int(Option.SACK))
HAS_TIMESTAMPS = cython.declare(cython.uint, int(Option.TIMESTAMPS))
HAS_FAST_OPEN = cython.declare(cython.uint, int(Option.FAST_OPEN))

KIND_END = cython.declare(cython.int, int(OptionKind.END))
KIND_NOP = cython.declare(cython.int, int(OptionKind.NOP))
KIND_MSS = cython.declare(cython.int, int(OptionKind.MSS))
KIND_SCALE = cython.declare(cython.int, int(OptionKind.SCALE))
KIND_SACK_PERMITTED = cython.declare(cython.int, int(OptionKind.SACK_PERMITTED))
KIND_SACK = cython.declare(cython.int, int(OptionKind.SACK))
KIND_TIMESTAMPS = cython.declare(cython.int, int(OptionKind.TIMESTAMPS))
KIND_FAST_OPEN = cython.declare(cython.int, int(OptionKind.FAST_OPEN))
KIND_EXPERIMENT = cython.declare(cython.int, int(OptionKind.EXPERIMENT))
FAST_OPEN_ID = cython.declare(cython.int, FAST_OPEN_EXPERIMENT)
SACK_LIMIT = cython.declare(cython.Py_ssize_t, LARGEST_SACK)


@cython.final
@cython.cclass
class TcpHeaderReader:
    """Reads the TCP header to which the payload columns point, and moves these columns on to the payload after it.

    A segment does not count as TCP if fewer than 16 bytes of it were captured, if its data offset states a header
    shorter than 20 bytes, or if its header extends beyond its IP packet.
    """

    moves: Moves
    packets: Table
    headers: Table
    arena: Arena
    file: Any
    data: cython.const[cython.uchar][::1]

    flags: cython.ushort[::1]
    seq: cython.uint[::1]
    ack: cython.uint[::1]
    payload_address: cython.longlong[::1]
    payload: cython.uint[::1]
    payload_captured: cython.uint[::1]

    is_tcp: cython.uchar[::1]
    family: cython.uchar[::1]
    source_hi: cython.ulonglong[::1]
    source_lo: cython.ulonglong[::1]
    destination_hi: cython.ulonglong[::1]
    destination_lo: cython.ulonglong[::1]
    source_port: cython.ushort[::1]
    destination_port: cython.ushort[::1]
    window_field: cython.ushort[::1]
    checksum: cython.ushort[::1]
    checksum_is: cython.uchar[::1]
    options: cython.uchar[::1]
    mss: cython.ushort[::1]
    scale: cython.uchar[::1]
    timestamp: cython.uint[::1]
    timestamp_echo: cython.uint[::1]
    sack_blocks: cython.uchar[::1]
    sack: cython.uint[:, ::1]

    def __init__(self, packets: Table, headers: Table, arena: Arena) -> None:
        self.moves = Moves(packets, headers)
        self.packets = packets
        self.headers = headers
        self.arena = arena
        self.attach(memoryview(b""))

    def attach(self, data: memoryview) -> None:
        """Read from `data`, a view of the capture file, from now on."""
        self.file = data
        self.data = data

    def _take_views(self) -> None:
        packets = self.packets
        headers = self.headers
        if not self.moves.any_new():
            return
        self.flags = packets.view("flags")
        self.seq = packets.view("seq")
        self.ack = packets.view("ack")
        self.payload_address = packets.view("payload_address")
        self.payload = packets.view("payload")
        self.payload_captured = packets.view("payload_captured")
        self.is_tcp = headers.view("is_tcp")
        self.family = headers.view("family")
        self.source_hi = headers.view("source_hi")
        self.source_lo = headers.view("source_lo")
        self.destination_hi = headers.view("destination_hi")
        self.destination_lo = headers.view("destination_lo")
        self.source_port = headers.view("source_port")
        self.destination_port = headers.view("destination_port")
        self.window_field = headers.view("window_field")
        self.checksum = headers.view("checksum")
        self.checksum_is = headers.view("checksum_is")
        self.options = headers.view("options")
        self.mss = headers.view("mss")
        self.scale = headers.view("scale")
        self.timestamp = headers.view("timestamp")
        self.timestamp_echo = headers.view("timestamp_echo")
        self.sack_blocks = headers.view("sack_blocks")
        self.sack = headers.view("sack")

    def advance(self, first: cython.Py_ssize_t, stop: cython.Py_ssize_t) -> None:
        """Read the segments in rows [first, stop) of `packets`, whose rows in `headers` begin at 0."""
        row: cython.Py_ssize_t
        self._take_views()
        for row in range(first, stop):
            if not self.is_tcp[row - first]:
                continue
            if self.payload_address[row] < IN_ARENA:
                if self.payload_captured[row] == self.payload[row]:
                    self._test_checksum(row, row - first, self.payload_address[row])
                self._segment(row, row - first, self.payload_address[row])
            else:
                self.data = self.arena.data
                self._segment(row, row - first, self.payload_address[row] - IN_ARENA)
                self.data = self.file

    @cython.cfunc
    @cython.exceptval(-1)
    def _segment(self, row: cython.Py_ssize_t, slot: cython.Py_ssize_t, at: cython.Py_ssize_t) -> cython.int:
        """Read the fixed part of the header at `at`, and its options if it has any."""
        captured: cython.Py_ssize_t = self.payload_captured[row]
        length: cython.Py_ssize_t = self.payload[row]
        header: cython.Py_ssize_t
        source: cython.int
        destination: cython.int
        seq: cython.uint
        ack: cython.uint
        offset_and_flags: cython.int
        window: cython.int
        if captured < UP_TO_WINDOW:
            return self._mark_not_tcp(row, slot)
        source, destination, seq, ack, offset_and_flags, window = tcp_header(self.data, at)
        header = offset_and_flags >> 12 << 2
        if header < 20 or header > length:
            return self._mark_not_tcp(row, slot)
        self.source_port[slot] = source
        self.destination_port[slot] = destination
        self.seq[row] = seq
        self.ack[row] = ack
        self.flags[row] = offset_and_flags & 0xFFF
        self.window_field[slot] = window
        if captured >= UP_TO_CHECKSUM:
            self.checksum[slot] = be16(self.data, at + 16)
        self.payload_address[row] = self.payload_address[row] + header
        self.payload[row] = length - header
        self.payload_captured[row] = captured - header if captured > header else 0
        if header > 20:
            self._options(slot, at + 20, at + (header if header < captured else captured))
        return 0

    @cython.cfunc
    @cython.exceptval(-1)
    def _test_checksum(self, row: cython.Py_ssize_t, slot: cython.Py_ssize_t, at: cython.Py_ssize_t) -> cython.int:
        """Check the checksum of a completely captured segment: sum the segment and the pseudo-header (RFC 9293 §3.1,
        RFC 8200 §8.1) modulo 0xFFFF, which adds each carry out of 16 bits back in as RFC 1071 requires.

        A checksum field that contains only the sum of the pseudo-header, with the length or without it, does not count
        as wrong: either the sender's network card had yet to compute the checksum (checksum and segmentation offload),
        or the receiver's kernel left the field like this when it merged segments.
        """
        length: cython.ulonglong = self.payload[row]
        addresses: cython.ulonglong
        pseudo: cython.ulonglong
        held: cython.ulonglong
        if length < 20:
            return 0
        if self.family[slot] == 4:
            addresses = self.source_lo[slot] + self.destination_lo[slot] + TCP_NUMBER
        else:  # 64-bit halves, whose sum could overflow
            addresses = self.source_hi[slot] % 0xFFFF + self.source_lo[slot] % 0xFFFF + TCP_NUMBER
            addresses += self.destination_hi[slot] % 0xFFFF + self.destination_lo[slot] % 0xFFFF
        addresses %= 0xFFFF
        pseudo = (addresses + length) % 0xFFFF
        if (pseudo + sum_of_words(self.data, at, length)) % 0xFFFF == 0:
            self.checksum_is[slot] = RIGHT
            return 0
        held = be16(self.data, at + 16) % 0xFFFF
        if held != pseudo and held != addresses:
            self.checksum_is[slot] = WRONG
        return 0

    @cython.cfunc
    @cython.exceptval(-1)
    def _mark_not_tcp(self, row: cython.Py_ssize_t, slot: cython.Py_ssize_t) -> cython.int:
        """Mark the packet as not containing TCP, because no host would accept this segment."""
        self.is_tcp[slot] = 0
        self.payload_address[row] = 0
        self.payload[row] = 0
        self.payload_captured[row] = 0
        return 0

    @cython.cfunc
    @cython.exceptval(-1)
    def _options(self, slot: cython.Py_ssize_t, at: cython.Py_ssize_t, stop: cython.Py_ssize_t) -> cython.int:
        """Read every well-formed option in [at, stop); an option with an impossible length ends the list (RFC 9293
        §3.1).
        """
        kind: cython.int
        size: cython.Py_ssize_t
        first: cython.uint
        value: cython.uint
        echo: cython.uint
        if stop - at == 12:
            first, value, echo = tcp_timestamps(self.data, at)
            if first == ONLY_TIMESTAMPS:
                return self._timestamps(slot, value, echo)
        while at < stop:
            kind = self.data[at]
            if kind == KIND_END:
                return 0
            if kind == KIND_NOP:
                at += 1
                continue
            if at + 2 > stop:
                return 0
            size = self.data[at + 1]
            if size < 2 or at + size > stop:
                return 0
            self._option(slot, kind, at, size)
            at += size
        return 0

    @cython.cfunc
    @cython.exceptval(-1)
    def _option(
        self, slot: cython.Py_ssize_t, kind: cython.int, at: cython.Py_ssize_t, size: cython.Py_ssize_t
    ) -> cython.int:
        """Read one option of `size` bytes; an option of the wrong size is ignored."""
        if kind == KIND_TIMESTAMPS and size == 10:
            self._timestamps(slot, be32(self.data, at + 2), be32(self.data, at + 6))
        elif kind == KIND_SACK and size >= 10 and (size - 2) % 8 == 0:
            self._sack(slot, at + 2, (size - 2) >> 3)
        elif kind == KIND_MSS and size == 4:
            self.options[slot] |= HAS_MSS
            self.mss[slot] = be16(self.data, at + 2)
        elif kind == KIND_SCALE and size == 3:
            self.options[slot] |= HAS_SCALE
            self.scale[slot] = self.data[at + 2]
        elif kind == KIND_SACK_PERMITTED and size == 2:
            self.options[slot] |= HAS_SACK_PERMITTED
        elif kind == KIND_FAST_OPEN or (
            kind == KIND_EXPERIMENT and size >= 4 and be16(self.data, at + 2) == FAST_OPEN_ID
        ):
            self.options[slot] |= HAS_FAST_OPEN
        return 0

    @cython.cfunc
    @cython.inline
    @cython.exceptval(-1)
    def _timestamps(self, slot: cython.Py_ssize_t, value: cython.uint, echo: cython.uint) -> cython.int:
        """Store TSval and TSecr (RFC 7323 §3.2)."""
        self.options[slot] |= HAS_TIMESTAMPS
        self.timestamp[slot] = value
        self.timestamp_echo[slot] = echo
        return 0

    @cython.cfunc
    @cython.exceptval(-1)
    def _sack(self, slot: cython.Py_ssize_t, at: cython.Py_ssize_t, blocks: cython.Py_ssize_t) -> cython.int:
        """Store the edges of the SACK blocks (RFC 2018 §3)."""
        edge: cython.Py_ssize_t
        blocks = min(blocks, SACK_LIMIT)
        self.options[slot] |= HAS_SACK
        self.sack_blocks[slot] = blocks
        for edge in range(2 * blocks):
            self.sack[slot, edge] = be32(self.data, at + 4 * edge)
        return 0
