"""Walks the packet records of a capture file and writes each as a row of the packet table.

The walkers know only the layout of packet records. At anything else (a section header, an interface description,
statistics) and at invalid data, they stop with a reason, and `blocks.py` decides how to continue. Between calls, a
walker is always at the first byte of a record, so a file may be read in pieces of any size, and may grow.

Hot module: compiled by Cython where there is a compiler, plain Python otherwise (docs/architecture.md).
"""

from __future__ import annotations

import struct

import cython

from inspector.pcap.formats import MAX_BLOCK, MAX_CAPTURED, Block, Option, Stop
from inspector.pcap.interfaces import FRACTION_BITS, TIME_LIMIT_NS
from inspector.pcap.packet_times import NO_TIME

# The same constants as C variables, which compiled code reads without accessing Python objects.
_FULL = cython.declare(cython.int, Stop.FULL)
_END = cython.declare(cython.int, Stop.END)
_OTHER = cython.declare(cython.int, Stop.OTHER)
_DAMAGED = cython.declare(cython.int, Stop.DAMAGED)
_STRANGER = cython.declare(cython.int, Stop.STRANGER)
_SECTION = cython.declare(cython.uint, Block.SECTION)
_INTERFACE = cython.declare(cython.uint, Block.INTERFACE)
_OLD_PACKET = cython.declare(cython.uint, Block.OLD_PACKET)
_SIMPLE_PACKET = cython.declare(cython.uint, Block.SIMPLE_PACKET)
_STATISTICS = cython.declare(cython.uint, Block.STATISTICS)
_PACKET = cython.declare(cython.uint, Block.PACKET)
_REPORTS = cython.declare(cython.uint, Block.REPORTS)
_COMMENT = cython.declare(cython.uint, Option.COMMENT)
_MAX_CAPTURED = cython.declare(cython.Py_ssize_t, MAX_CAPTURED)
_MAX_BLOCK = cython.declare(cython.Py_ssize_t, MAX_BLOCK)
_SECOND_NS = cython.declare(cython.ulonglong, 1_000_000_000)
_FRACTION_BITS = cython.declare(cython.int, FRACTION_BITS)
_NO_TIME = cython.declare(cython.longlong, NO_TIME)
_TIME_LIMIT_NS = cython.declare(cython.ulonglong, TIME_LIMIT_NS)

# Used to read 32-bit integers when this module is not compiled: three times as fast as reading the bytes one by one.
_BIG32 = struct.Struct(">I").unpack_from
_LITTLE32 = struct.Struct("<I").unpack_from
_BIG_RECORD = struct.Struct(">IIII").unpack_from
_LITTLE_RECORD = struct.Struct("<IIII").unpack_from


@cython.cfunc
@cython.inline
@cython.exceptval(check=False)
def u16(data: cython.const[cython.uchar][::1], at: cython.Py_ssize_t, big: cython.bint) -> cython.uint:
    """The 16-bit integer at offset `at`; the caller has checked that it is inside `data`."""
    a: cython.uint = data[at]
    b: cython.uint = data[at + 1]
    return (a << 8) | b if big else (b << 8) | a


@cython.cfunc
@cython.inline
@cython.exceptval(check=False)
def u32(data: cython.const[cython.uchar][::1], at: cython.Py_ssize_t, big: cython.bint) -> cython.uint:
    """The 32-bit integer at offset `at`; the caller has checked that it is inside `data`."""
    if not cython.compiled:
        return (_BIG32 if big else _LITTLE32)(data, at)[0]
    a: cython.uint = data[at]
    b: cython.uint = data[at + 1]
    c: cython.uint = data[at + 2]
    d: cython.uint = data[at + 3]
    return (a << 24) | (b << 16) | (c << 8) | d if big else (d << 24) | (c << 16) | (b << 8) | a


@cython.cfunc
@cython.inline
@cython.exceptval(check=False)
def record_header(
    data: cython.const[cython.uchar][::1], at: cython.Py_ssize_t, big: cython.bint
) -> tuple[cython.uint, cython.uint, cython.uint, cython.uint]:
    """The header of the pcap record at `at`: seconds, fraction of a second, captured bytes, bytes on the wire. The
    caller has checked that it is inside `data`.
    """
    if not cython.compiled:
        return (_BIG_RECORD if big else _LITTLE_RECORD)(data, at)
    return u32(data, at, big), u32(data, at + 4, big), u32(data, at + 8, big), u32(data, at + 12, big)


@cython.cfunc
@cython.inline
@cython.exceptval(check=False)
def padded(length: cython.Py_ssize_t) -> cython.Py_ssize_t:
    """The length rounded up to a multiple of 4, since pcapng pads to 32 bits (§3.1)."""
    return (length + 3) & ~3


@cython.cfunc
@cython.inline
@cython.exceptval(check=False)
def ticks_to_ns(
    ticks: cython.ulonglong, multiply: cython.ulonglong, divide: cython.ulonglong, bits: cython.int
) -> cython.longlong:
    """A pcapng timestamp converted to ns by the numbers from `Interface.clock`; _NO_TIME if the result does not fit in
    the table.
    """
    if multiply == 0:
        return _NO_TIME
    if bits:
        whole: cython.ulonglong = ticks >> bits
        if whole >= _TIME_LIMIT_NS // _SECOND_NS:
            return _NO_TIME
        one: cython.ulonglong = 1
        part: cython.ulonglong = ticks & ((one << bits) - 1)
        if bits > _FRACTION_BITS:
            part >>= bits - _FRACTION_BITS
            bits = _FRACTION_BITS
        return whole * _SECOND_NS + ((part * _SECOND_NS) >> bits)
    if ticks // divide > (_TIME_LIMIT_NS - 1) // multiply:
        return _NO_TIME
    return ticks // divide * multiply


@cython.cclass
class Records:
    """A cursor over the records of one file, with the table columns to which they are written."""

    data: cython.const[cython.uchar][::1]
    times: cython.longlong[::1]
    addresses: cython.longlong[::1]
    captured: cython.uint[::1]
    lengths: cython.uint[::1]
    interfaces: cython.ushort[::1]
    at: cython.Py_ssize_t
    big: cython.bint
    stopped: cython.int

    def __init__(self, data: memoryview, at: int, big: bool, columns: tuple[memoryview, ...]) -> None:
        self.attach(data)
        self.write_to(columns)
        self.at = at
        self.big = big
        self.stopped = _END

    @property
    def offset(self) -> int:
        """The offset at which the next record begins."""
        return self.at

    @property
    def reason(self) -> int:
        """The reason why the last walk stopped: a `Stop`."""
        return self.stopped

    @property
    def is_big(self) -> bool:
        """Whether integers are big-endian at the current offset."""
        return self.big

    def attach(self, data: memoryview) -> None:
        """Continue in `data`, another view of the same file, which may have grown."""
        self.data = data

    def write_to(self, columns: tuple[memoryview, ...]) -> None:
        """Set the columns to write to: the packet table's time_ns, address, captured, length and interface, whole."""
        self.times, self.addresses, self.captured, self.lengths, self.interfaces = columns

    def move(self, at: int, big: bool) -> None:
        """Move to the record at offset `at`; `big` says whether its integers are big-endian."""
        self.at = at
        self.big = big

    def stop(self, reason: int) -> None:
        """Set the reason for stopping, which the layout found in a block that the walker does not read itself."""
        self.stopped = reason


@cython.final
@cython.cclass
class PcapRecords(Records):
    """The walker for pcap: each record is a header of 16 bytes (24 in the modified format) and a packet."""

    header: cython.Py_ssize_t
    fraction_ns: cython.longlong

    def __init__(
        self, data: memoryview, at: int, big: bool, columns: tuple[memoryview, ...], header: int, fraction_ns: int
    ) -> None:
        """`header` is the length of a record header; `fraction_ns` is the ns per unit of its fraction of a second."""
        super().__init__(data, at, big, columns)
        self.header = header
        self.fraction_ns = fraction_ns

    def walk(self, row: cython.Py_ssize_t, stop: cython.Py_ssize_t) -> cython.Py_ssize_t:
        """Write rows [row, stop), or up to where the walker must stop; returns the row after the last one written."""
        data: cython.const[cython.uchar][::1] = self.data
        size: cython.Py_ssize_t = len(data)
        at: cython.Py_ssize_t = self.at
        big: cython.bint = self.big
        header: cython.Py_ssize_t = self.header
        seconds: cython.longlong
        fraction: cython.uint
        captured: cython.uint
        length: cython.uint
        while True:
            if size - at < header:
                self.stopped = _END
                break
            seconds, fraction, captured, length = record_header(data, at, big)
            if captured > _MAX_CAPTURED:
                self.stopped = _DAMAGED
                break
            if size - at - header < captured:
                self.stopped = _END
                break
            if row >= stop:
                self.stopped = _FULL
                break
            self.times[row] = seconds * 1_000_000_000 + fraction * self.fraction_ns
            self.addresses[row] = at + header
            self.captured[row] = captured
            self.lengths[row] = length
            self.interfaces[row] = 0
            at += header + captured
            row += 1
        self.at = at
        return row


@cython.final
@cython.cclass
class SnoopRecords(Records):
    """The walker for snoop (RFC 1761): each record is a header of 24 bytes that includes the length of the record, then
    the packet and padding; all integers are big-endian.
    """

    last_drops: cython.uint

    def __init__(self, data: memoryview, at: int, columns: tuple[memoryview, ...]) -> None:
        super().__init__(data, at, True, columns)
        self.last_drops = 0

    @property
    def drops(self) -> int:
        """The number of packets dropped by the capture, as the last record states it."""
        return self.last_drops

    def walk(self, row: cython.Py_ssize_t, stop: cython.Py_ssize_t) -> cython.Py_ssize_t:
        """Write rows [row, stop), or up to where the walker must stop; returns the row after the last one written."""
        data: cython.const[cython.uchar][::1] = self.data
        size: cython.Py_ssize_t = len(data)
        at: cython.Py_ssize_t = self.at
        captured: cython.Py_ssize_t
        record: cython.Py_ssize_t
        seconds: cython.longlong
        while True:
            if size - at < 24:
                self.stopped = _END
                break
            captured = u32(data, at + 4, True)
            record = u32(data, at + 8, True)
            if captured > _MAX_CAPTURED or record < 24 + captured or record > _MAX_BLOCK:
                self.stopped = _DAMAGED
                break
            if size - at < 24 + captured:
                self.stopped = _END
                break
            if row >= stop:
                self.stopped = _FULL
                break
            seconds = u32(data, at + 16, True)
            self.last_drops = u32(data, at + 12, True)
            self.times[row] = seconds * 1_000_000_000 + u32(data, at + 20, True) * 1000
            self.addresses[row] = at + 24
            self.captured[row] = captured
            self.lengths[row] = u32(data, at, True)
            self.interfaces[row] = 0
            at += record
            row += 1
        self.at = at
        return row


@cython.final
@cython.cclass
class PcapngRecords(Records):
    """The walker for pcapng: blocks of many types, packets of many interfaces; each section has its own byte order."""

    clocks: cython.longlong[:, ::1]
    known: cython.Py_ssize_t
    base: cython.Py_ssize_t
    simple: cython.Py_ssize_t
    far: cython.Py_ssize_t
    comments: list[tuple[int, int, int]]
    wanted: cython.Py_ssize_t

    def __init__(self, data: memoryview, columns: tuple[memoryview, ...], wanted: int) -> None:
        """`wanted` is the number of packet comments whose positions are kept, from the first one on."""
        super().__init__(data, 0, False, columns)
        self.known = 0
        self.base = 0
        self.simple = 0
        self.far = 0
        self.comments = []
        self.wanted = wanted

    def describe(self, clocks: memoryview, known: int, base: int) -> None:
        """Set the known interfaces.

        Each row of `clocks` (int64, n x 5) holds the `Interface.clock` and the snaplen of an interface. The first
        `known` rows are valid, and those from `base` on belong to this section.
        """
        self.clocks = clocks
        self.known = known
        self.base = base

    def take_comments(self) -> list[tuple[int, int, int]]:
        """The comments found since the last call, as (packet row, offset of the text, its length in bytes)."""
        found = self.comments
        self.comments = []
        return found

    @property
    def untimed(self) -> int:
        """The number of packets so far in Simple Packet Blocks, which have no timestamp."""
        return self.simple

    @property
    def beyond(self) -> int:
        """The number of packets so far whose timestamp does not fit in 64 bits of nanoseconds."""
        return self.far

    def walk(self, row: cython.Py_ssize_t, stop: cython.Py_ssize_t) -> cython.Py_ssize_t:
        """Write rows [row, stop), or up to where the walker must stop; returns the row after the last one written."""
        data: cython.const[cython.uchar][::1] = self.data
        size: cython.Py_ssize_t = len(data)
        at: cython.Py_ssize_t = self.at
        big: cython.bint = self.big
        kind: cython.uint
        stated: cython.Py_ssize_t
        length: cython.Py_ssize_t
        self.stopped = _END
        while size - at >= 12:
            kind = u32(data, at, big)
            if kind == _SECTION:  # reads the same in both byte orders; the byte order of its length is not known yet
                self.stopped = _OTHER
                break
            stated = u32(data, at + 4, big)
            length = padded(stated)  # some writers leave the padding out of the length
            if length < 12 or length > _MAX_BLOCK:
                self.stopped = _DAMAGED
                break
            if size - at < length:
                break
            if u32(data, at + length - 4, big) != stated:
                self.stopped = _DAMAGED
                break
            if kind in (_PACKET, _SIMPLE_PACKET, _OLD_PACKET):
                if row >= stop:
                    self.stopped = _FULL
                    break
                self.stopped = self.packet(data, kind, at, length, row)
                if self.stopped != _FULL:
                    break
                self.stopped = _END
                row += 1
            elif kind in (_INTERFACE, _STATISTICS, _REPORTS):
                self.stopped = _OTHER
                break
            at += length
        self.at = at
        return row

    @cython.cfunc
    def packet(
        self,
        data: cython.const[cython.uchar][::1],
        kind: cython.uint,
        at: cython.Py_ssize_t,
        length: cython.Py_ssize_t,
        row: cython.Py_ssize_t,
    ) -> cython.int:
        """Write the packet block at `at` as a row; returns Stop.FULL, or the reason why it cannot be written."""
        big: cython.bint = self.big
        interface: cython.Py_ssize_t = self.base
        first: cython.Py_ssize_t = at + 28
        captured: cython.Py_ssize_t
        ticks: cython.ulonglong
        time_ns: cython.longlong = _NO_TIME
        if length < (16 if kind == _SIMPLE_PACKET else 32):
            return _DAMAGED
        if kind == _PACKET:
            interface += u32(data, at + 8, big)
        elif kind == _OLD_PACKET:
            interface += u16(data, at + 8, big)
        if interface >= self.known:
            return _STRANGER
        if kind == _SIMPLE_PACKET:
            first = at + 12
            captured = min(length - 16, u32(data, at + 8, big))
            if self.clocks[self.base, 4]:
                captured = min(captured, self.clocks[self.base, 4])
            self.lengths[row] = u32(data, at + 8, big)
            self.simple += 1
        else:
            captured = u32(data, at + 20, big)
            ticks = u32(data, at + 12, big)
            ticks = (ticks << 32) | u32(data, at + 16, big)
            time_ns = ticks_to_ns(
                ticks, self.clocks[interface, 0], self.clocks[interface, 1], self.clocks[interface, 2]
            )
            if time_ns == _NO_TIME:
                self.far += 1
            else:
                time_ns += self.clocks[interface, 3]
            self.lengths[row] = u32(data, at + 24, big)
        if captured > _MAX_CAPTURED or padded(captured) > at + length - 4 - first:
            return _DAMAGED
        self.times[row] = time_ns
        self.addresses[row] = first
        self.captured[row] = captured
        self.interfaces[row] = interface
        if kind != _SIMPLE_PACKET and self.wanted:
            self.note_comments(first + padded(captured), at + length - 4, row)
        return _FULL

    @cython.cfunc
    def note_comments(self, at: cython.Py_ssize_t, end: cython.Py_ssize_t, row: cython.Py_ssize_t) -> None:
        """Find the comments among the options [at, end) of a packet block and keep their positions."""
        code: cython.uint
        length: cython.Py_ssize_t
        while end - at >= 4 and self.wanted:
            code = u16(self.data, at, self.big)
            length = u16(self.data, at + 2, self.big)
            at += 4
            if code == 0 or length > end - at:
                break
            if code == _COMMENT:
                self.comments.append((row, at, length))
                self.wanted -= 1
            at += padded(length)
