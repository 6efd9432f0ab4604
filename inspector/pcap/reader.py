"""Opens capture files and reads their packets into the packet table, also while a file is still growing."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

import numpy as np
import numpy.typing as npt

from inspector.errors import NotACapture
from inspector.pcap.blocks import (
    PCAP_HEADER,
    PCAP_MAGICS,
    SNOOP_HEADER,
    SNOOP_MAGIC,
    Columns,
    Layout,
    PcapLayout,
    PcapngLayout,
    SnoopLayout,
)
from inspector.pcap.file_window import Window
from inspector.pcap.formats import Block, Stop, is_packed
from inspector.pcap.interfaces import Interface
from inspector.pcap.notes_file import Note, Notebook
from inspector.pcap.packet_times import fill_in
from inspector.tables.table import Table

COLUMNS = ("time_ns", "address", "captured", "length", "interface")
"""The columns of the packet table that are filled from the file; the engine fills the others."""

SORTED_AT_ONCE = 8192
"""Packets read at a time when the whole file is read to be sorted."""

SMALLEST_RECORD = 16
"""The minimum bytes that a packet takes in a file, which bounds the number of rows to reserve."""

GROWTH = 128
"""The maximum number of rows reserved at a time, as a multiple of the packets read so far."""

AT_ONCE = 8 << 20
"""Bytes of packets, besides an incomplete one, after which a batch ends: this limits what is in memory at a time."""

BLOCK = 1 << 14
"""Bytes that `bytes_of` reads at a time when it fetches single bytes from all over the file."""

CUT = (
    "the file was truncated to {left} bytes, or overwritten, while it was read: {packets} packets, up to offset "
    "{offset}, were read before and are kept; later ones, and bytes that were not in memory, are lost. Open it again "
    "when the program that writes it has finished"
)
"""The note added when the file was truncated or overwritten while it was read."""

EDITCAP = "Wireshark's editcap turns it into pcapng (editcap IN OUT.pcapng)"

OTHERS = (
    (b"RTSS", "a capture of Microsoft Network Monitor 1", EDITCAP),
    (b"GMBU", "a capture of Microsoft Network Monitor", EDITCAP),
    (b"TRSNIFF data", "a capture of a Sniffer", EDITCAP),
    (b"XCP\0", "a capture of a NetXRay", EDITCAP),
    (b"ObserverPktBuffer", "a capture of Network Instruments' Observer", EDITCAP),
    (b"btsnoop\0", "a Bluetooth capture (btsnoop)", "there is no TCP in it"),
    (b"\x1c\0\x01\xac", "an Ixia capture (lcap)", EDITCAP),
    (b"\x1c\0\x01\xab", "an Ixia capture (lcap)", EDITCAP),
    (b"\xac\x01\0\x1c", "an Ixia capture (lcap)", EDITCAP),
    (b"\xab\x01\0\x1c", "an Ixia capture (lcap)", EDITCAP),
    (b"BZh", "compressed with bzip2", "unpack it first (bunzip2)"),
    (b"\xfd7zXZ\0", "compressed with xz", "unpack it first (unxz)"),
    (b"\x04\x22\x4d\x18", "compressed with lz4", "unpack it first (unlz4)"),
    (b"PK\x03\x04", "a zip archive", "unpack it first (unzip)"),
)
"""(First bytes, what the file is, what the user can do) for unsupported captures and files mistaken for captures."""

PCAPNG_MAGIC = Block.SECTION.to_bytes(4, "big")
"""The block type of a Section Header Block, which begins every pcapng file; it is the same in both byte orders."""


class PacketFile:
    """A capture file, open for reading.

    The `address` column of the rows written is an offset in the file. The engine accesses the bytes there with `data`,
    `floor` and `want` (see `Window`), all other callers with `read_bytes` and `bytes_of`. `interfaces`, `link_types`
    (one per interface), `notes`, `stated` and `comments` grow as the file is read: `stated` holds the packet comments
    in the file by packet row; `comments` also includes the notes stored beside the file, which take precedence.
    """

    def __init__(self, path: Path, window: Window, notes: list[str], is_unpacked: bool = False) -> None:
        self.path = path
        self._window = window
        self._table = Table("packets")
        window.load()
        self._layout = _layout(path, window, _columns(self._table))
        self.format = self._layout.format
        self.interfaces: list[Interface] = self._layout.interfaces
        self.link_types: list[int] = self._layout.link_types
        self.notes = self._layout.notes
        self.notes.extend(notes)
        self.notebook = Notebook(path)
        self.stated: dict[int, str] = {}
        self.comments: dict[int, str] = {}
        self.order: npt.NDArray[np.intp] = np.empty(0, np.intp)
        self._sorted: Table | None = None
        self.packets_read = 0
        self.is_complete = not notes
        self.is_unpacked = is_unpacked
        self.is_finished = False
        self._is_cut_noted = False
        self._walk(0, 0)

    @property
    def data(self) -> memoryview:
        """Read-only bytes of the file, indexed by file offset; holds those from `floor` up to the last packet read."""
        return self._window.data

    @property
    def floor(self) -> int:
        """The offset at which the bytes in `data` begin; earlier bytes must be requested with `want` first."""
        return self._window.floor

    @property
    def want(self) -> Callable[[int, int], bool]:
        """A function that loads (offset, length) into `data` again, until the next `read`; it returns whether the file
        still had those bytes.
        """
        return self._window.want

    @property
    def size(self) -> int:
        """The size of the file in bytes, after decompression, as last checked."""
        return self._window.size

    @property
    def is_cut(self) -> bool:
        """Whether the file was truncated or overwritten while it was read; nothing more is read then."""
        return self._window.cut >= 0

    def read_bytes(self, at: int, length: int) -> bytes:
        """A copy of `length` bytes from the part of the file read so far; fewer if the file no longer has them."""
        found = self._window.read(at, length)
        self._note_cut()
        return found

    def peek(self, at: int, length: int) -> bytes:
        """Bytes of the file as it is now, whether read yet or not; may be called from any thread, even while
        another one reads the file.
        """
        return self._window.peek(at, length)

    def bytes_of(self, offsets: npt.NDArray[np.integer]) -> npt.NDArray[np.uint8]:
        """The byte at each offset; 0 where the file no longer has it."""
        found = np.zeros(len(offsets), np.uint8)
        order = np.argsort(offsets, kind="stable")
        blocks = offsets[order] // BLOCK
        for part in np.split(order, np.flatnonzero(np.diff(blocks)) + 1) if len(order) else ():
            begin = int(offsets[part[0]]) // BLOCK * BLOCK
            piece = np.frombuffer(self.read_bytes(begin, BLOCK), np.uint8)
            inside = part[offsets[part] - begin < len(piece)]
            found[inside] = piece[offsets[inside] - begin]
        return found

    def sort(self) -> None:
        """Read the whole file, so that `read` returns the packets in order of time from now on; packets with equal
        times keep their order. Afterwards, `order` holds the position in the file of each packet.
        """
        everything = Table("packets")
        while self.read(everything, SORTED_AT_ONCE):
            pass
        times = everything["time_ns"].copy()
        fill_in(times)
        self.order = np.argsort(times, kind="stable")
        self._sorted = everything

    def _read_sorted(self, everything: Table, packets: Table, limit: int) -> int:
        """Do what `read` does, with the packets that `sort` has read."""
        self._window.let_go(self.offset)
        first = packets.rows
        rows = self.order[first : first + limit]
        packets.reserve(len(rows))
        packets.rows += len(rows)
        for name in COLUMNS:
            packets[name][first:] = everything[name][rows]
        for address, captured in zip(
            packets["address"][first:].tolist(), packets["captured"][first:].tolist(), strict=True
        ):
            self._window.want(address, captured)
        return len(rows)

    def read(self, packets: Table, limit: int) -> int:
        """Append up to `limit` packets to the table; returns their number.

        0 means that there are no more packets, or none yet if the file is growing. An incomplete packet is not read
        until it is complete. Fewer than `limit` are read if they are big. Of the packets read by earlier calls, `data`
        keeps only the most recent.
        """
        if self._sorted is not None:
            return self._read_sorted(self._sorted, packets, limit)
        self._window.let_go(self.offset)
        left = max(0, self._window.size - self._layout.records.offset)
        limit = min(limit, left // SMALLEST_RECORD + 1)
        room = limit if packets.rows + limit <= packets.capacity else self._likely(left, limit)
        if packets.reserve(room) or packets is not self._table:
            self._table = packets
            self._layout.records.write_to(_columns(packets))
        first = packets.rows
        packets.rows = self._walk(first, first + limit)
        self._keep_comments(packets, first)
        self.packets_read += packets.rows - first
        self._note_cut()
        return packets.rows - first

    def _likely(self, left: int, limit: int) -> int:
        """The number of rows to reserve: as many packets as the `left` bytes will hold at the average size so far, so
        that a big table is seldom copied; at most `GROWTH` times the packets read so far, since a file may mislead.
        """
        if not self.packets_read:
            return limit
        expected = left * self.packets_read // self._layout.records.offset
        return max(limit, min(expected + expected // 16, GROWTH * self.packets_read))

    def _walk(self, row: int, stop: int) -> int:
        """Write rows [row, stop), fewer if the packets are big; returns the row after the last one written."""
        records, first, begin = self._layout.records, row, self._layout.records.offset
        row = records.walk(row, stop)
        while records.reason != Stop.FULL and (self._layout.resume() or self._load(row > first, begin)):
            row = records.walk(row, stop)
        return row

    def _load(self, has_some: bool, begin: int) -> bool:
        """Load more of the file if the walker has reached the end of the loaded part; returns False if the batch is big
        enough or there is nothing more to load.
        """
        records = self._layout.records
        is_enough = has_some and records.offset - begin >= AT_ONCE
        if records.reason != Stop.END or is_enough or not self._window.load():
            return False
        self._layout.attach(self._window)
        return True

    def _note_cut(self) -> None:
        """Add a note, only once, if the file was truncated or overwritten."""
        if self.is_cut and not self._is_cut_noted:
            self._is_cut_noted, self.is_complete = True, False
            self.notes.append(CUT.format(left=self._window.cut, packets=self.packets_read, offset=self.offset))

    def _keep_comments(self, packets: Table, first: int) -> None:
        for row, text in self._layout.take_comments():
            self.stated[row] = self.comments[row] = f"{self.stated[row]}\n{text}" if row in self.stated else text
        for note in self.notebook.notes.values():
            if first <= note.row < packets.rows and packets["time_ns"][note.row] == note.time_ns:
                self._apply(note)

    def note(self, note: Note) -> None:
        """Store a note on a packet.

        Raises:
            NotKept: the note could not be stored.
        """
        self.notebook.write(note)
        self._apply(note)

    def _apply(self, note: Note) -> None:
        if note.text:
            self.comments[note.row] = note.text
        else:
            self.comments.pop(note.row, None)

    @property
    def offset(self) -> int:
        """The offset up to which the file was read: the end of the last complete record."""
        return self._layout.records.offset

    def is_same(self, other: os.stat_result) -> bool:
        """Whether `other` describes the file that was read, and its size has not changed since."""
        ours = self._window.status()
        same_file = (ours.st_dev, ours.st_ino) == (other.st_dev, other.st_ino)
        return same_file and not self.is_cut and ours.st_size == other.st_size == self._window.size

    def take_reports(self) -> list[bytes]:
        """The reports about sockets and their holders that were read since the last call, as lines of JSON."""
        return self._layout.take_reports()

    def refresh(self) -> bool:
        """Check whether anything was appended to the file; returns True if it grew. In that case, get `data` again."""
        grew = self._window.refresh()
        self._note_cut()
        return grew

    def finish(self) -> None:
        """Add notes on what is missing; call it once the file is read to its end and nothing more will be appended."""
        if self.is_finished:
            return
        self.is_finished = True
        self._layout.finish()
        offset, read = self._layout.records.offset, self.packets_read
        if self.is_cut:
            self._note_cut()
        elif self._layout.records.reason in (Stop.DAMAGED, Stop.OTHER):
            self.is_complete = False
            self.notes.append(f"the file is damaged at offset {offset}: {read} packets before it were read")
        elif self._layout.records.reason == Stop.END and offset < self._window.size:
            self.is_complete = False
            self.notes.append(f"the file ends in the middle of a packet (offset {offset}): {read} whole packets read")

    def close(self) -> None:
        """Close the file; existing views of `data` remain valid."""
        self._window.close()
        self._layout.attach(self._window)


def open_packets(path: str | os.PathLike[str]) -> PacketFile:
    """Open a capture file: pcap (µs or ns, either byte order), pcapng or snoop, plain or compressed with gzip or zstd.

    Args:
        path: a regular file, which may still be growing. A compressed one is unpacked to a temporary file first.
    Raises:
        NotACapture: the file cannot be opened, is empty, or its first bytes match no supported capture format.
    """
    place = Path(path)
    try:
        file = _open_regular(place)
        with file:
            first_bytes = file.read(4)
            file.seek(0)
            is_unpacked = is_packed(first_bytes)
            if is_unpacked:
                from inspector.pcap.decompress import unpack

                opened, notes = unpack(file)
            else:
                opened, notes = os.fdopen(os.dup(file.fileno()), "rb", 0), []
    except OSError as error:
        raise NotACapture(f"{place} cannot be read: {_reason(error)}.") from error
    window = Window(opened)
    try:
        if notes and not window.size:
            raise NotACapture(f"Nothing of {place} could be unpacked: {notes[0]}.")
        return PacketFile(place, window, notes, is_unpacked)
    except NotACapture:
        window.close()
        raise


def _open_regular(path: Path) -> BinaryIO:
    """Open a regular file; raises OSError for anything else, such as a pipe, which could block."""
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        is_directory = stat.S_ISDIR(os.fstat(descriptor).st_mode)
        os.close(descriptor)
        raise OSError(errno.EISDIR if is_directory else errno.EINVAL, "not a regular file")
    return os.fdopen(descriptor, "rb")


def _reason(error: OSError) -> str:
    """Describe why a file cannot be read and what the user can do about it."""
    match error.errno:
        case errno.ENOENT:
            return "there is no such file; check the path"
        case errno.EISDIR:
            return "it is a directory; name a capture file inside it"
        case errno.EACCES | errno.EPERM:
            return "permission denied; captures written by root belong to root (sudo chown makes one yours)"
        case errno.EINVAL:
            return "it is not a regular file; save the capture to a file first"
        case errno.ENOSPC:
            return "there is no room to unpack it; unpack it yourself to a place with more room"
    return error.strerror or str(error)


def is_known(first_bytes: bytes) -> bool:
    """Whether a file that begins with these bytes is in a supported format."""
    magic = first_bytes[:4]
    is_snoop = first_bytes.startswith(SNOOP_MAGIC)
    return is_snoop or magic == PCAPNG_MAGIC or magic in PCAP_MAGICS or is_packed(magic)


def _layout(path: Path, window: Window, columns: Columns) -> Layout:
    """The layout for the file's format, which its first bytes show.

    Raises:
        NotACapture: the first bytes match no supported capture format.
    """
    magic = window.read(0, 4)
    if magic == PCAPNG_MAGIC:
        return PcapngLayout(window, columns)
    if magic in PCAP_MAGICS and window.loaded >= PCAP_HEADER:
        return PcapLayout(window, columns)
    if window.read(0, 8) == SNOOP_MAGIC and window.loaded >= SNOOP_HEADER:
        return SnoopLayout(window, columns)
    if not magic:
        raise NotACapture(f"{path} is empty: nothing was ever written to it.")
    if is_packed(magic):
        raise NotACapture(f"{path} is compressed twice; unpack it once and open the result.")
    if magic in PCAP_MAGICS:
        raise NotACapture(f"{path} ends inside its header ({window.loaded} bytes): no packet was ever written to it.")
    for begins, name, remedy in OTHERS:
        if window.read(0, len(begins)) == begins:
            raise NotACapture(f"{path} is {name}, which Wireglass does not read: {remedy}.")
    raise NotACapture(
        f"{path} is not a capture: it begins with the bytes {magic.hex(' ')}. Wireglass reads pcap, pcapng and snoop; "
        "Wireshark's editcap turns other formats into them (editcap IN OUT.pcapng)."
    )


def _columns(packets: Table) -> Columns:
    return tuple(packets.view(name) for name in COLUMNS)
