"""Capture files: open one, read its packets into the packet table, keep up while it grows."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import BinaryIO

from inspector.errors import NotACapture
from inspector.sources.formats import Block, Stop
from inspector.sources.interfaces import Interface
from inspector.sources.layouts import PCAP_HEADER, PCAP_MAGICS, Columns, Layout, PcapLayout, PcapngLayout
from inspector.sources.mapped import MappedFile
from inspector.sources.notebook import Note, Notebook
from inspector.sources.unpack import is_packed, unpack
from inspector.tables import Table

COLUMNS = ("time_ns", "address", "captured", "length", "interface")
"""Columns of the packet table that a file fills; the rest is the engine's."""

SMALLEST_RECORD = 16
"""Bytes below which no packet fits into a file: what bounds the rows to make room for."""

GROWTH = 128
"""How many times the rows so far the packet table is made larger at a time, at most."""

PCAPNG_MAGIC = Block.SECTION.to_bytes(4, "big")
"""The first block's type, the same in both byte orders."""


class PacketFile:
    """A capture file, open for reading.

    `data` is the mapped file; the `address` column of the rows written counts from its beginning. `interfaces`,
    `link_types` (one an interface), `notes`, `stated` and `comments` are added to as the file is read: `stated` holds
    the packet comments in the file by packet row, `comments` those and the notes beside it, which go before them.
    """

    def __init__(self, path: Path, mapped: MappedFile, notes: list[str], is_unpacked: bool = False) -> None:
        self.path = path
        self._mapped = mapped
        self._table = Table("packets")
        self._layout = _layout(path, mapped.data, _columns(self._table))
        self.format = self._layout.format
        self.interfaces: list[Interface] = self._layout.interfaces
        self.link_types: list[int] = self._layout.link_types
        self.notes = self._layout.notes
        self.notes.extend(notes)
        self.notebook = Notebook(path)
        self.stated: dict[int, str] = {}
        self.comments: dict[int, str] = {}
        self.packets_read = 0
        self.is_complete = not notes
        self.is_unpacked = is_unpacked
        self.is_finished = False
        self._walk(0, 0)

    @property
    def data(self) -> memoryview:
        """The mapped bytes (read-only), as far as `refresh` has seen the file."""
        return self._mapped.data

    def read(self, packets: Table, limit: int) -> int:
        """Append up to `limit` packets to the table; how many.

        0 means that there are no more, of a growing file: for now. A packet that is not whole is not there yet.
        """
        left = max(0, len(self.data) - self._layout.records.offset)
        limit = min(limit, left // SMALLEST_RECORD + 1)
        room = limit if packets.rows + limit <= packets.capacity else self._likely(left, limit)
        if packets.reserve(room) or packets is not self._table:
            self._table = packets
            self._layout.records.write_to(_columns(packets))
        first = packets.rows
        packets.rows = self._walk(first, first + limit)
        self._keep_comments(packets, first)
        self.packets_read += packets.rows - first
        return packets.rows - first

    def _likely(self, left: int, limit: int) -> int:
        """Rows to make room for: those that `left` bytes will hold if they go on like this, so that a big table is
        seldom copied; but no more than a few times what there is, since a file may lie."""
        if not self.packets_read:
            return limit
        expected = left * self.packets_read // self._layout.records.offset
        return max(limit, min(expected + expected // 16, GROWTH * self.packets_read))

    def _walk(self, row: int, stop: int) -> int:
        """Write rows from `row` on until `stop` or until the file has no more; the row behind the last one."""
        records = self._layout.records
        row = records.walk(row, stop)
        while records.reason != Stop.FULL and self._layout.resume():
            row = records.walk(row, stop)
        return row

    def _keep_comments(self, packets: Table, first: int) -> None:
        for row, text in self._layout.take_comments():
            self.stated[row] = self.comments[row] = f"{self.stated[row]}\n{text}" if row in self.stated else text
        for note in self.notebook.notes.values():
            if first <= note.row < packets.rows and packets["time_ns"][note.row] == note.time_ns:
                self._apply(note)

    def note(self, note: Note) -> None:
        """Keep what somebody wrote beside a packet.

        Raises:
            NotKept: it could not be written down.
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
        """How far the file was read: behind the last whole record."""
        return self._layout.records.offset

    def let_go(self) -> None:
        """Give back the memory of the bytes that were read; they come again when somebody looks at them."""
        self._mapped.read_until(self.offset)

    def is_same(self, other: os.stat_result) -> bool:
        """Whether that is the file which was read, to its last byte."""
        ours = self._mapped.status()
        same_file = (ours.st_dev, ours.st_ino) == (other.st_dev, other.st_ino)
        return same_file and ours.st_size == other.st_size == len(self.data)

    def take_reports(self) -> list[bytes]:
        """What the file tells of sockets and their holders, since the last call, as far as it is read: JSON lines."""
        return self._layout.take_reports()

    def refresh(self) -> bool:
        """See what was written to the file since; True when it grew. Take `data` again then."""
        if not self._mapped.refresh():
            return False
        self._layout.attach(self.data)
        return True

    def finish(self) -> None:
        """All of the file is read and nothing more will come: add notes on what it misses."""
        if self.is_finished:
            return
        self.is_finished = True
        self._layout.finish()
        offset, read = self._layout.records.offset, self.packets_read
        if self._layout.records.reason in (Stop.DAMAGED, Stop.OTHER):
            self.is_complete = False
            self.notes.append(f"the file is damaged at offset {offset}: {read} packets before it were read")
        elif self._layout.records.reason == Stop.END and offset < len(self.data):
            self.is_complete = False
            self.notes.append(f"the file ends in the middle of a packet (offset {offset}): {read} whole packets read")

    def close(self) -> None:
        """Let go of the file; views of `data` that others hold stay valid."""
        self._mapped.close()
        self._layout.attach(self.data)


def open_packets(path: str | os.PathLike[str]) -> PacketFile:
    """Open a capture file: pcap (µs or ns, either byte order) or pcapng, plain or compressed with gzip or zstd.

    Args:
        path: a regular file, which may still be growing. A compressed one is unpacked to a temporary file first.
    Raises:
        NotACapture: it cannot be opened, is empty, or its first bytes are of no known capture format.
    """
    place = Path(path)
    try:
        file = _open_regular(place)
        with file:
            first_bytes = file.read(4)
            file.seek(0)
            is_unpacked = is_packed(first_bytes)
            if is_unpacked:
                opened, notes = unpack(file)
            else:
                opened, notes = os.fdopen(os.dup(file.fileno()), "rb"), []
    except OSError as error:
        raise NotACapture(f"{place} cannot be read: {_reason(error)}.") from error
    mapped = MappedFile(opened)
    try:
        if notes and not mapped.data:
            raise NotACapture(f"Nothing of {place} could be unpacked: {notes[0]}.")
        return PacketFile(place, mapped, notes, is_unpacked)
    except NotACapture:
        mapped.close()
        raise


def _open_regular(path: Path) -> BinaryIO:
    """Open a regular file; anything else, a pipe above all, could block or cannot be mapped."""
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        is_directory = stat.S_ISDIR(os.fstat(descriptor).st_mode)
        os.close(descriptor)
        raise OSError(errno.EISDIR if is_directory else errno.EINVAL, "not a regular file")
    return os.fdopen(descriptor, "rb")


def _reason(error: OSError) -> str:
    """Why a file cannot be read, and what to do about it."""
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


def _layout(path: Path, data: memoryview, columns: Columns) -> Layout:
    """Tell the format by the file's first bytes.

    Raises:
        NotACapture: they are of none that we know.
    """
    magic = bytes(data[:4])
    if magic == PCAPNG_MAGIC:
        return PcapngLayout(data, columns)
    if magic in PCAP_MAGICS and len(data) >= PCAP_HEADER:
        return PcapLayout(data, columns)
    if not data:
        raise NotACapture(f"{path} is empty: nothing was ever written to it.")
    if is_packed(magic):
        raise NotACapture(f"{path} is compressed twice; unpack it once and open the result.")
    if magic in PCAP_MAGICS:
        raise NotACapture(f"{path} ends inside its header ({len(data)} bytes): no packet was ever written to it.")
    raise NotACapture(
        f"{path} is not a capture: it begins with the bytes {magic.hex(' ')}. Wireglass reads pcap and pcapng; "
        "Wireshark's editcap turns other formats into them (editcap IN OUT.pcapng)."
    )


def _columns(packets: Table) -> Columns:
    return tuple(packets.view(name) for name in COLUMNS)
