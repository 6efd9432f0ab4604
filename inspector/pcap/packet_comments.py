"""Writes a copy of a recording with notes as packet comments (pcapng §3.5), which Wireshark shows as frame.comment.

In a pcapng file, everything else stays byte for byte the same, including unknown blocks and a damaged end. The one
exception is a section header that states the section's length: the copy leaves the length unspecified, since it
changes. A pcap file cannot hold comments, so its packets are written as pcapng.
"""

from __future__ import annotations

import contextlib
import os
import struct
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from inspector.errors import InspectorError
from inspector.pcap import pcapng_writer
from inspector.pcap.formats import BYTE_ORDER_MAGIC, MAX_BLOCK, Block, Option
from inspector.pcap.reader import PacketFile, open_packets
from inspector.tables.table import Table

if TYPE_CHECKING:
    from io import BufferedWriter

PACKET_HEAD = 28
"""Bytes from the beginning of a packet block, Enhanced or obsolete, to the packet's data."""

SECTION_HEAD = 24
"""Bytes of a Section Header Block before its options."""

PIECE = 4 << 20
"""Bytes copied at a time."""

READ_PACKETS = 65_536
"""Packets read at a time."""

CHOSEN_PACKETS = 4096
"""Packets written at a time, with their bytes in memory."""


class NotSaved(InspectorError):
    """A recording with its notes could not be written; the original is unchanged."""


def save_copy(source: PacketFile, packets: Table, notes: Mapping[int, str], place: Path) -> int:
    """Write the recording to the new file `place`, with `notes` (packet row → text) as its only packet comments.

    Returns:
        The number of notes left out because their packets are in Simple Packet Blocks, which cannot hold comments.
    Raises:
        NotSaved: the file exists already, or cannot be written.
    """
    try:
        descriptor = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
    except FileExistsError as error:
        raise NotSaved(f"{place} exists already: choose another name, or remove it first.") from error
    except OSError as error:
        raise NotSaved(f"{place} cannot be written: {error.strerror}. Choose another place.") from error
    try:
        with os.fdopen(descriptor, "wb") as file:
            _write(file, source, packets, notes)
    except OSError as error:
        place.unlink(missing_ok=True)
        raise NotSaved(f"{place} could not be written to its end: {error.strerror}. It was removed again.") from error
    except NotSaved:
        place.unlink(missing_ok=True)
        raise
    return sum(1 for row in notes if not _has_room(source, packets, row))


def put_in(source: PacketFile, packets: Table, notes: Mapping[int, str]) -> int:
    """Embed `notes` in the recording itself, which no process may be writing, and delete its file of notes.

    A new recording is written beside the old one, read back and checked, and then replaces the old one atomically: a
    crash at any moment leaves one of them intact.

    Returns:
        The number of notes left out; if there are any, the file of notes is kept.
    Raises:
        NotSaved: the recording is not an uncompressed pcapng file, is growing, was changed, or cannot be written.
    """
    place = source.path.resolve()
    _check_in_place(source, place)
    fresh = place.with_name(f"{place.name}.{os.getpid()}.part")
    left_out = save_copy(source, packets, notes, fresh)
    try:
        _check_copy(fresh, packets)
        _check_in_place(source, place)
        _dress(fresh, place)
        os.replace(fresh, place)
    except OSError as error:
        raise NotSaved(f"{place} could not be replaced: {error.strerror}. It is as it was.") from error
    finally:
        fresh.unlink(missing_ok=True)
    if not left_out:
        source.notebook.remove()
    return left_out


def settle(recording: Path) -> int:
    """Embed the notes beside a finished recording in it, if there are any; returns the number of notes left out.

    Raises:
        NotACapture, NotSaved: it cannot be done; the recording and the notes are unchanged.
    """
    source, packets = read_packets(recording)
    try:
        return put_in(source, packets, source.comments) if source.notebook.notes else 0
    finally:
        source.close()


def read_packets(recording: Path) -> tuple[PacketFile, Table]:
    """Read a recording to its end, without analysing it; the caller closes it. Raises NotACapture."""
    source, packets = open_packets(recording), Table("packets")
    while source.read(packets, READ_PACKETS):
        pass
    source.finish()
    return source, packets


def pieces(source: PacketFile, packets: Table, notes: Mapping[int, str]) -> Iterator[bytes]:
    """The recording with `notes` embedded, in pieces of a few MiB: the whole file, or, if it is still growing, the part
    that has been read.
    """
    if source.format != "pcapng":
        return chosen_packets(source, packets, notes, np.arange(len(packets)))
    end = source.size if source.is_finished else source.offset
    return _annotated(source, end, _changes(source, packets, notes))


def _write(file: BufferedWriter, source: PacketFile, packets: Table, notes: Mapping[int, str]) -> None:
    for piece in pieces(source, packets, notes):
        file.write(piece)
    file.flush()
    os.fsync(file.fileno())


def _has_room(source: PacketFile, packets: Table, row: int) -> bool:
    return source.format != "pcapng" or _block_of(source, packets, row) is not None


def _block_of(source: PacketFile, packets: Table, row: int) -> tuple[int, bool] | None:
    """The offset of the block that contains a packet, and whether it is big-endian; None for a Simple Packet Block."""
    at = int(packets["address"][row]) - PACKET_HEAD
    if at < 0:
        return None
    head = _cut(source, at, PACKET_HEAD)
    for big in (False, True):
        order = ">" if big else "<"
        kind, length, captured = (struct.unpack_from(order + "I", head, skip)[0] for skip in (0, 4, 20))
        is_block = kind in (Block.PACKET, Block.OLD_PACKET) and PACKET_HEAD < length <= MAX_BLOCK
        if is_block and captured == packets["captured"][row]:
            again = source.peek(at + length - 4, 4)
            if again == head[4:8]:
                return at, big
    return None


def _changes(source: PacketFile, packets: Table, notes: Mapping[int, str]) -> dict[int, bytes]:
    """The new content of the blocks that change, by their offset in the file."""
    changes = {}
    for row in sorted(notes.keys() | source.stated.keys()):
        text = notes.get(row, "")
        found = _block_of(source, packets, row) if row < len(packets) and text != source.stated.get(row, "") else None
        if found:
            at, big = found
            changes[at] = _with_comment(source, at, big, text)
    return changes


def _with_comment(source: PacketFile, at: int, big: bool, text: str) -> bytes:
    """The packet block at `at` with `text` in place of its present comments; its other options are kept."""
    order = ">" if big else "<"
    block = _cut(source, at, struct.unpack(order + "I", _cut(source, at + 4, 4))[0])
    kind, captured = (struct.unpack_from(order + "I", block, skip)[0] for skip in (0, 20))
    first = PACKET_HEAD + (captured + 3 & ~3)
    options = [(code, value) for code, value in _options(block, first, order) if code != Option.COMMENT]
    if text:
        options.insert(0, (Option.COMMENT, text.encode()))
    written = [struct.pack(order + "HH", code, len(value)) + value + bytes(-len(value) % 4) for code, value in options]
    tail = b"".join(written) + bytes(4) if written else b""
    body = block[8:first] + tail
    size = struct.pack(order + "I", len(body) + 12)
    return struct.pack(order + "I", kind) + size + body + size


def _options(block: bytes, at: int, order: str) -> Iterator[tuple[int, bytes]]:
    while len(block) - 4 - at >= 4:
        code, length = struct.unpack_from(order + "HH", block, at)
        if code == Option.END or length > len(block) - 4 - at - 4:
            return
        yield code, block[at + 4 : at + 4 + length]
        at += 4 + (length + 3 & ~3)


def _annotated(source: PacketFile, end: int, changes: dict[int, bytes]) -> Iterator[bytes]:
    """The file up to `end`, with the changed blocks replaced."""
    copied = 0
    for at, length, block in _edits(source, end, changes):
        yield from _pieces(source, copied, at)
        yield block
        copied = at + length
    yield from _pieces(source, copied, end)


def _edits(source: PacketFile, end: int, changes: dict[int, bytes]) -> Iterator[tuple[int, int, bytes]]:
    """The blocks to replace, in order, as (offset, length of the old block, new block): those in `changes`, and section
    headers that state a length (pcapng §4.1), which becomes unspecified.
    """
    at, order = 0, "<"
    while len(head := source.peek(at, SECTION_HEAD)) >= 12 and end - at >= 12:
        is_section = int.from_bytes(head[:4], "little") == Block.SECTION and len(head) == SECTION_HEAD
        if is_section:
            order = "<" if struct.unpack_from("<I", head, 8)[0] == BYTE_ORDER_MAGIC else ">"
        (length,) = struct.unpack_from(order + "I", head, 4)
        if length < 12 or length > end - at:
            return
        if is_section and length >= SECTION_HEAD + 4 and struct.unpack_from("<q", head, 16)[0] != -1:
            yield at, length, head[:16] + b"\xff" * 8 + _cut(source, at + SECTION_HEAD, length - SECTION_HEAD)
        elif at in changes:
            yield at, length, changes[at]
        at += length


def chosen_packets(
    source: PacketFile, packets: Table, notes: Mapping[int, str], rows: npt.NDArray[np.intp]
) -> Iterator[bytes]:
    """These packets as a pcapng file, in pieces, with all interfaces of the recording and `notes` as comments."""
    header = pcapng_writer.section_header("Wireglass")
    gathered = bytearray(header + b"".join(pcapng_writer.interface_description(each) for each in source.interfaces))
    names = ("time_ns", "address", "captured", "length", "interface")
    for first in range(0, len(rows), CHOSEN_PACKETS):
        block = rows[first : first + CHOSEN_PACKETS]
        part = (packets[name][block].tolist() for name in names)
        for row, time_ns, at, captured, length, interface in zip(block.tolist(), *part, strict=True):
            packet = _cut(source, at, captured)
            gathered += pcapng_writer.packet(time_ns, packet, length, interface, notes.get(row, ""))
        yield bytes(gathered)
        gathered.clear()
    yield bytes(gathered)


def _pieces(source: PacketFile, at: int, stop: int) -> Iterator[bytes]:
    for start in range(at, stop, PIECE):
        yield _cut(source, start, min(PIECE, stop - start))


def _cut(source: PacketFile, at: int, length: int) -> bytes:
    """The `length` bytes of the file at `at`.

    Raises:
        NotSaved: the file was truncated in the meantime.
    """
    found = source.peek(at, length)
    if len(found) < length:
        raise NotSaved(f"{source.path} was cut short while it was copied: nothing was saved.")
    return found


def _check_in_place(source: PacketFile, place: Path) -> None:
    """Check that the file at `place` is the one that was read, to its end, and that it may be replaced.

    Raises:
        NotSaved: it is not.
    """
    if source.format != "pcapng" or source.is_unpacked:
        raise NotSaved(f"{place} is not an uncompressed pcapng file, so it cannot hold notes. Save a copy.")
    try:
        now = place.stat()
    except OSError as error:
        raise NotSaved(f"{place} cannot be found any more: {error.strerror}. Save a copy.") from error
    if not source.is_same(now):
        raise NotSaved(f"{place} was changed since it was read, or is still growing. Save a copy.")


def _check_copy(fresh: Path, packets: Table) -> None:
    """Read the copy back and compare its packets with those of the table.

    Raises:
        NotSaved: they differ.
    """
    again, table = read_packets(fresh)
    again.close()
    for name in ("time_ns", "captured", "length", "interface"):
        if not np.array_equal(table[name], packets[name]):
            raise NotSaved("The copy with the notes differs from the recording when read back: it was deleted.")


def _dress(fresh: Path, place: Path) -> None:
    """Give the new file the mode of the old one, and its owner if permitted."""
    old = place.stat()
    with contextlib.suppress(OSError, AttributeError):
        os.chown(fresh, old.st_uid, old.st_gid)
    os.chmod(fresh, old.st_mode & 0o7777)
