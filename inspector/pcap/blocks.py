"""The layouts of the capture file formats: reads the headers and blocks that are not packets.

A layout owns the walker over its packet records (`records.py`). Whenever the walker stops at something that is not a
packet, the layout reads it (a section header, an interface description, statistics) and lets the walker continue.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Protocol

import numpy as np

from inspector.pcap.file_window import Window
from inspector.pcap.formats import (
    BYTE_ORDER_MAGIC,
    MAX_BLOCK,
    MAX_COMMENTS,
    MAX_INTERFACES,
    MAX_OPTIONS,
    MAX_REPORT,
    MAX_TEXT,
    REPORTS_MAGIC,
    Block,
    InterfaceOption,
    Option,
    StatisticsOption,
    Stop,
)
from inspector.pcap.interfaces import MICROSECONDS, Interface
from inspector.pcap.records import PcapngRecords, PcapRecords, SnoopRecords

LOOK = 1 << 16
"""Bytes read at a time when looking ahead."""

Columns = tuple[memoryview, ...]
"""The packet table's columns time_ns, address, captured, length and interface."""


class Layout(Protocol):
    """The methods and attributes that a PacketFile needs from the layout of its file."""

    format: str
    interfaces: list[Interface]
    link_types: list[int]
    notes: list[str]

    @property
    def records(self) -> PcapRecords | PcapngRecords | SnoopRecords:
        """The walker over the packet records."""

    def attach(self, window: Window) -> None:
        """Continue with `window`, which now holds more of the file."""

    def take_comments(self) -> Iterator[tuple[int, str]]:
        """The packet comments read since the last call, as (packet row, text)."""

    def take_reports(self) -> list[bytes]:
        """The reports read since the last call, one line of JSON each."""

    def resume(self) -> bool:
        """Handle whatever stopped the walker; returns True if the walker can continue."""

    def finish(self) -> None:
        """Add the notes that concern the whole file; called once it has been read to its end."""


PCAP_MAGICS: dict[bytes, tuple[bool, int, int]] = {
    bytes.fromhex("a1b2c3d4"): (True, 16, 1000),
    bytes.fromhex("d4c3b2a1"): (False, 16, 1000),
    bytes.fromhex("a1b23c4d"): (True, 16, 1),
    bytes.fromhex("4d3cb2a1"): (False, 16, 1),
    bytes.fromhex("a1b2cd34"): (True, 24, 1000),
    bytes.fromhex("34cdb2a1"): (False, 24, 1000),
}
"""By the first four bytes of a pcap file: (is it big-endian, bytes of a record header (24 in the modified format of old
Linux tools), nanoseconds per unit of a record's fraction of a second)."""

PCAP_HEADER = 24
"""Bytes of a pcap file before the first record."""


class PacketsOnly:
    """What is common to the formats that have one interface and, after the file's header, nothing but packets."""

    records: PcapRecords | SnoopRecords

    def attach(self, window: Window) -> None:
        """Continue with `window`, which now holds more of the file."""
        self.records.attach(window.data[: window.loaded])

    def resume(self) -> bool:
        """Return False: this format has nothing but packets to read."""
        return False

    def take_comments(self) -> Iterator[tuple[int, str]]:
        """Return nothing: this format has no comments."""
        return iter(())

    def take_reports(self) -> list[bytes]:
        """Return nothing: this format has no reports."""
        return []

    def finish(self) -> None:
        """Do nothing: there are no notes to add."""


class PcapLayout(PacketsOnly):
    """The pcap format: a header, a single interface, and packet records."""

    format = "pcap"

    def __init__(self, window: Window, columns: Columns) -> None:
        data = window.data[: window.loaded]
        big, record_header, fraction_ns = PCAP_MAGICS[bytes(data[:4])]
        snaplen, link_type = struct.unpack_from(">II" if big else "<II", data, 16)
        resolution = MICROSECONDS if fraction_ns == 1000 else 9
        # The upper bits of the link type describe the frame check sequence, which the IP lengths exclude anyway.
        self.interfaces = [Interface(link_type & 0xFFFF, snaplen, resolution=resolution)]
        self.link_types = [link_type & 0xFFFF]
        self.notes: list[str] = []
        self.records = PcapRecords(data, PCAP_HEADER, big, columns, record_header, fraction_ns)


SNOOP_MAGIC = b"snoop\0\0\0"
SNOOP_HEADER = 16
"""Bytes of a snoop file before the first record: the magic, a version and the datalink type (RFC 1761)."""

SNOOP_LINKS = {0: 1, 2: 6, 4: 1, 8: 10, 9: 0, 26: 226}
"""pcap link types by snoop's datalink types: 802.3, token ring, Ethernet, FDDI, and Solaris's loopback and IPNET."""

SNOOP_OTHER = 0xFFFF
"""The link type given to files whose snoop datalink type is not in `SNOOP_LINKS`; no real link has this number."""


class SnoopLayout(PacketsOnly):
    """The snoop format of Solaris: a header, a single interface, and packet records."""

    format = "snoop"
    records: SnoopRecords

    def __init__(self, window: Window, columns: Columns) -> None:
        data = window.data[: window.loaded]
        (link,) = struct.unpack_from(">I", data, 12)
        link_type = SNOOP_LINKS.get(link, SNOOP_OTHER)
        self.interfaces = [Interface(link_type)]
        self.link_types = [link_type]
        self.notes = (
            [] if link in SNOOP_LINKS else [f"the file has the snoop link type {link}, which Wireglass does not decode"]
        )
        self.records = SnoopRecords(data, SNOOP_HEADER, columns)

    def finish(self) -> None:
        """Set the interface's count of dropped packets from the last record."""
        self.interfaces[0].dropped = self.records.drops


class PcapngLayout:
    """The pcapng format: sections of blocks, each section with its own byte order and interfaces."""

    format = "pcapng"

    def __init__(self, window: Window, columns: Columns) -> None:
        self.interfaces: list[Interface] = []
        self.link_types: list[int] = []
        self.notes: list[str] = []
        self._window = window
        self._data = window.data[: window.loaded]
        self.records = PcapngRecords(self._data, columns, MAX_COMMENTS)
        self._clocks = np.zeros((1, 5), np.int64)
        self._base = 0
        self._described = 0
        """Offset after the last interface description read, so that none is read twice after looking ahead."""
        self._strangers = 0
        self._reports: list[bytes] = []

    def attach(self, window: Window) -> None:
        """Continue with `window`, which now holds more of the file."""
        self._data = window.data[: window.loaded]
        self.records.attach(self._data)

    def take_comments(self) -> Iterator[tuple[int, str]]:
        """The packet comments read since the last call, as (packet row, text)."""
        for row, at, length in self.records.take_comments():
            yield row, _text(bytes(self._data[at : at + length]))

    def take_reports(self) -> list[bytes]:
        """The reports read since the last call, one line of JSON each."""
        found, self._reports = self._reports, []
        return found

    def resume(self) -> bool:
        """Read the block that stopped the walker; returns False if the walker cannot continue, at least for now."""
        at, big = self.records.offset, self.records.is_big
        if self.records.reason == Stop.STRANGER:
            return self._find_interface(at, big)
        if self.records.reason != Stop.OTHER:
            return False
        kind = self._u32(at, big)
        if kind == Block.SECTION:
            return self._section(at)
        length = _padded(self._u32(at + 4, big))
        block = bytes(self._data[at : at + length])
        if kind == Block.STATISTICS:
            self._statistics(block, big)
        elif kind == Block.REPORTS:
            self._keep_reports(block)
        elif at >= self._described:
            self._interface(at, block, big)
        self.records.move(at + length, big)
        return True

    def finish(self) -> None:
        """Add notes on packets without a described interface or without a usable timestamp."""
        if self._strangers:
            self.notes.append(f"{self._strangers} packets belong to interfaces that the file never describes: left out")
        if self.records.untimed:
            self.notes.append(f"{self.records.untimed} packets have no timestamp in the file: their time is unknown")
        if self.records.beyond:
            self.notes.append(
                f"{self.records.beyond} packets have a timestamp after the year 2116: their time counts as unknown"
            )

    def _section(self, at: int) -> bool:
        """Enter the section at `at` (pcapng §4.1); returns False if its header is incomplete or invalid."""
        size = len(self._data) - at
        big = self._u32(at + 8, True) == BYTE_ORDER_MAGIC
        length = self._u32(at + 4, big)
        if size < 28:
            self.records.stop(Stop.END)
        elif not (big or self._u32(at + 8, False) == BYTE_ORDER_MAGIC) or not _is_block(length, 28):
            self.records.stop(Stop.DAMAGED)
        elif size < length:
            self.records.stop(Stop.END)
        else:
            self._base = len(self.interfaces)
            self._described = at + length
            self.records.move(at + length, big)
            self._tell_walker()
            return True
        return False

    def _interface(self, at: int, block: bytes, big: bool) -> None:
        """Read the Interface Description Block at `at` (pcapng §4.2)."""
        self._described = at + len(block)
        if len(block) < 20 or len(self.interfaces) >= MAX_INTERFACES:
            self.notes.append(
                f"the interface description at offset {at} was left out: it is truncated, or there are too many of them"
            )
            return
        order = ">" if big else "<"
        link_type, _, snaplen = struct.unpack_from(order + "HHI", block, 8)
        interface = Interface(link_type, snaplen)
        for code, value in _options(block, 16, order):
            if code == InterfaceOption.NAME:
                interface.name = _text(value)
            elif code == InterfaceOption.DESCRIPTION:
                interface.description = _text(value)
            elif code == InterfaceOption.FILTER and value[:1] == b"\0":  # 0: filter text follows; 1: a BPF program
                interface.filter = _text(value[1:])
            elif code == InterfaceOption.RESOLUTION and len(value) >= 1:
                interface.resolution = value[0]
            elif code == InterfaceOption.OFFSET and len(value) >= 8:
                (interface.offset_s,) = struct.unpack_from(order + "q", value)
        self._add(interface)

    def _add(self, interface: Interface) -> None:
        """Add the interface under the next number and pass its clock to the walker."""
        number = len(self.interfaces)
        if not interface.is_timed:
            self.notes.append(
                f"interface {number} has timestamps in steps of {interface.tick} from {interface.offset_s} s on: "
                "they do not fit in 64 bits"
            )
        if number == len(self._clocks):
            self._clocks = np.concatenate([self._clocks, np.zeros_like(self._clocks)])
        self._clocks[number] = (*interface.clock(), interface.snaplen)
        self.interfaces.append(interface)
        self.link_types.append(interface.link_type)
        self._tell_walker()

    def _tell_walker(self) -> None:
        self.records.describe(memoryview(self._clocks), len(self.interfaces), self._base)

    def _statistics(self, block: bytes, big: bool) -> None:
        """Read an Interface Statistics Block (pcapng §4.6); a later one replaces an earlier one."""
        order = ">" if big else "<"
        number = self._base + struct.unpack_from(order + "I", block, 8)[0] if len(block) >= 24 else MAX_INTERFACES
        if number >= len(self.interfaces):
            return
        counts = {
            code: int.from_bytes(value[:8], "big" if big else "little") for code, value in _options(block, 20, order)
        }
        interface = self.interfaces[number]
        interface.received = counts.get(StatisticsOption.RECEIVED, interface.received)
        drops = [counts[c] for c in (StatisticsOption.DROPPED, StatisticsOption.DROPPED_BY_SYSTEM) if c in counts]
        if drops:
            interface.dropped = sum(drops)

    def _keep_reports(self, block: bytes) -> None:
        """Keep the lines of a reports block; blocks of the same type by other programs are ignored."""
        body = block[8:-4]
        if body.startswith(REPORTS_MAGIC):
            lines = body[len(REPORTS_MAGIC) :].split(b"\n")
            self._reports += [line for line in lines if 0 < len(line) <= MAX_REPORT]

    def _find_interface(self, stranger: int, big: bool) -> bool:
        """Read the interface descriptions that follow the packet at `stranger` in this section; skip the packet if
        there are none.
        """
        before = len(self.interfaces)
        for at, kind, length in self._ahead(max(stranger, self._described), big):
            if kind == Block.INTERFACE:
                self._interface(at, self._window.peek(at, length), big)
            self._described = at + length
        if len(self.interfaces) == before:
            self._strangers += 1
            self.records.move(stranger + _padded(self._u32(stranger + 4, big)), big)
        return True

    def _ahead(self, at: int, big: bool) -> Iterator[tuple[int, int, int]]:
        """The blocks of this section from `at` on, whether loaded yet or not, as (offset, type, length in bytes)."""
        start, piece = at, b""
        while True:
            if at + 8 > start + len(piece):
                start, piece = at, self._window.peek(at, LOOK)
            head = piece[at - start : at - start + 8]
            kind, length = struct.unpack(">II" if big else "<II", head) if len(head) == 8 else (Block.SECTION, 0)
            length = _padded(length)
            if kind == Block.SECTION or not _is_block(length, 12) or at + length > self._window.size:
                return
            yield at, kind, length
            at += length

    def _u32(self, at: int, big: bool) -> int:
        return int.from_bytes(self._data[at : at + 4], "big" if big else "little")


def _options(block: bytes, at: int, order: str) -> Iterator[tuple[int, bytes]]:
    """The options of a block from `at` on, as (code, value), up to the end option or the first invalid one."""
    end = len(block) - 4
    for _ in range(MAX_OPTIONS):
        if end - at < 4:
            return
        code, length = struct.unpack_from(order + "HH", block, at)
        at += 4
        if code == Option.END or length > end - at:
            return
        yield code, block[at : at + length]
        at += (length + 3) & ~3


def _padded(length: int) -> int:
    """The length rounded up to a multiple of 4: pcapng pads to 32 bits (§3.1), but some writers state the length
    without the padding.
    """
    return length + 3 & ~3


def _is_block(length: int, least: int) -> bool:
    """Whether `length` is valid for a block of at least `least` bytes."""
    return least <= length <= MAX_BLOCK and not length & 3


def _text(value: bytes) -> str:
    """Decode a name, description or comment: pcapng text is UTF-8 (§3.5); invalid bytes become U+FFFD."""
    return value[:MAX_TEXT].rstrip(b"\0").decode("utf-8", "replace")
