"""Writes pcapng: builds blocks, and appends them to the spool file of a live capture."""

from __future__ import annotations

import os
import struct
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from inspector.errors import InspectorError
from inspector.pcap.formats import BYTE_ORDER_MAGIC, Block, InterfaceOption, Option, SectionOption, StatisticsOption
from inspector.pcap.interfaces import Interface

NANOSECONDS = 9
"""The if_tsresol of every interface written here."""

BUFFER = 256 * 1024
"""Bytes of packets that are gathered before they are written, unless `flush` is called earlier."""

RESERVE = 256 << 20
"""Bytes of disk space that a spool leaves free; on a volume under 5 GiB, a twentieth of the volume."""


class DiskFull(InspectorError):
    """The spool stopped growing so that the disk does not fill up; everything written before is complete."""


class SpoolLost(InspectorError):
    """The spool was deleted or truncated while it was being written."""


def section_header(application: str) -> bytes:
    """A Section Header Block (pcapng §4.1) in this machine's byte order, with the section length unspecified."""
    options = _options([(SectionOption.APPLICATION, application.encode())])
    return _block(Block.SECTION, struct.pack("=IHHq", BYTE_ORDER_MAGIC, 1, 0, -1) + options)


def interface_description(interface: Interface) -> bytes:
    """An Interface Description Block (pcapng §4.2) that declares nanosecond timestamps."""
    options = [
        (InterfaceOption.NAME, interface.name.encode()),
        (InterfaceOption.DESCRIPTION, interface.description.encode()),
        (InterfaceOption.RESOLUTION, bytes([NANOSECONDS])),
        (InterfaceOption.FILTER, b"\0" + interface.filter.encode() if interface.filter else b""),
    ]
    body = struct.pack("=HHI", interface.link_type, 0, interface.snaplen) + _options(options)
    return _block(Block.INTERFACE, body)


def packet(time_ns: int, data: bytes, length: int, interface: int = 0, comment: str = "") -> bytes:
    """An Enhanced Packet Block (pcapng §4.3); `length` is the packet's length on the wire."""
    head = struct.pack("=IIIII", interface, time_ns >> 32, time_ns & 0xFFFFFFFF, len(data), length)
    options = _options([(Option.COMMENT, comment.encode())]) if comment else b""
    return _block(Block.PACKET, head + data + bytes(-len(data) % 4) + options)


def statistics(time_ns: int, received: int, dropped: int, interface: int = 0) -> bytes:
    """An Interface Statistics Block (pcapng §4.6).

    `received` includes the dropped packets. Packets dropped by the kernel are written as dropped by the interface,
    because that is where other tools write this number and look for it.
    """
    options = _options(
        [
            (StatisticsOption.RECEIVED, struct.pack("=Q", received)),
            (StatisticsOption.DROPPED, struct.pack("=Q", dropped)),
            (StatisticsOption.DELIVERED, struct.pack("=Q", received - dropped)),
        ]
    )
    return _block(Block.STATISTICS, struct.pack("=III", interface, time_ns >> 32, time_ns & 0xFFFFFFFF) + options)


def _block(kind: int, body: bytes) -> bytes:
    length = struct.pack("=I", len(body) + 12)
    return struct.pack("=I", kind) + length + body + length


def _options(options: Sequence[tuple[int, bytes]]) -> bytes:
    """The options that have a value, each padded to 32 bits, followed by the end-of-options option."""
    written = [
        struct.pack("=HH", code, len(value)) + value + bytes(-len(value) % 4) for code, value in options if value
    ]
    return b"".join(written) + struct.pack("=HH", Option.END, 0)


class SpoolWriter:
    """Writes a pcapng file with one interface that another process reads while it grows (pcap.reader; for the
    dashboard, web.session.paces).

    Only whole blocks are written, many at once, so the reader hardly ever has to wait for the rest of one. The file is
    always new and accessible to its owner only (mode 0600), as are any directories created for it (0700).

    Raises:
        DiskFull: from every method that writes, if too little disk space is left.
        SpoolLost: from every method that writes, if the file was deleted or truncated.
    """

    def __init__(self, path: str | os.PathLike[str], interface: Interface, expression: str = "") -> None:
        """Create the file and write its header.

        Raises:
            InspectorError: the file cannot be created, or exists already.
            DiskFull: there is not enough room on its volume.
        """
        self.path = Path(path)
        self._descriptor = _create(self.path)
        self._pending = bytearray()
        self._is_torn = False
        self._size = 0
        self.write(section_header("Wireglass") + interface_description(replace(interface, filter=expression)))

    def packet(self, time_ns: int, data: bytes, length: int) -> None:
        """Add one packet, which is written at the next `flush` or once `BUFFER` bytes are gathered."""
        self._pending += packet(time_ns, data, length)
        if len(self._pending) >= BUFFER:
            self.flush()

    def write(self, blocks: bytes | bytearray | memoryview) -> None:
        """Write whole blocks immediately.

        Raises:
            DiskFull: they would use space that must stay free; none of them is written.
        """
        self._leave_room(len(blocks))
        self._append(blocks)

    def flush(self) -> None:
        """Write the packets gathered so far."""
        gathered, self._pending = self._pending, bytearray()
        if gathered:
            self.write(gathered)

    def check(self) -> None:
        """Check that the file still exists and is no shorter than before.

        Raises:
            SpoolLost: it was deleted or truncated.
        """
        found = os.fstat(self._descriptor)
        if not found.st_nlink:
            self._is_torn = True
            raise SpoolLost(
                f"The recording {self.path} was deleted while it was being written. The capture ends here, and its "
                "packets are lost with the file. Start again."
            )
        if found.st_size < self._size:
            self._is_torn = True
            raise SpoolLost(
                f"The recording {self.path} was overwritten or cut short while it was being written: "
                f"it had {self._size:,} bytes, now it has {found.st_size:,}. The capture ends here, and what was "
                "cut off is lost. Start again, into another file."
            )
        self._size = found.st_size

    def write_statistics(self, time_ns: int, received: int, dropped: int) -> None:
        """Write a statistics block, even on a full disk: it fits into the space that is otherwise left free."""
        if not self._is_torn:
            self._append(statistics(time_ns, received, dropped))

    def close(self) -> None:
        """Close the file. Packets that were not flushed are lost: call `flush` first."""
        os.close(self._descriptor)

    def _append(self, blocks: bytes | bytearray | memoryview) -> None:
        self.check()
        rest = memoryview(blocks)
        try:
            while rest:
                rest = rest[os.write(self._descriptor, rest) :]
            self._size = os.lseek(self._descriptor, 0, os.SEEK_CUR)  # after the appended blocks
        except OSError as error:
            self._is_torn = True
            raise DiskFull(
                f"{self.path} cannot grow any more: {error.strerror}. The capture ends here; what was written before "
                "is complete. Make room, or record to another disk."
            ) from error

    def _leave_room(self, more: int) -> None:
        volume = os.fstatvfs(self._descriptor)
        reserve = min(RESERVE, volume.f_blocks * volume.f_frsize // 20)
        if volume.f_bavail * volume.f_frsize - more < reserve:
            raise DiskFull(
                f"The disk that holds {self.path} has less than {max(reserve >> 20, 1)} MiB left. The capture ends "
                "here; what was captured is complete. Make room, or record to another disk."
            )


class JoinedSpool(SpoolWriter):
    """Adds another interface and its packets to a spool that another process is writing.

    Each write appends whole blocks, so the two writers never split each other's blocks. Only one JoinedSpool may be
    opened on a spool at a time, since the new interface's number is the count of the interfaces already there.
    """

    def __init__(self, path: str | os.PathLike[str], interface: Interface, expression: str = "") -> None:
        """Open the file and describe the interface.

        Raises:
            InspectorError: the file cannot be opened, or is not a recording by Wireglass.
            DiskFull: there is not enough room on its volume.
        """
        self.path = Path(path)
        try:
            self._number = count_interfaces(self.path)
            self._descriptor = os.open(self.path, os.O_WRONLY | os.O_APPEND | getattr(os, "O_BINARY", 0))
        except (OSError, ValueError) as error:
            raise InspectorError(f"{self.path} cannot be added to: {error}.") from error
        self._pending = bytearray()
        self._is_torn = False
        self._size = 0
        super().write(interface_description(replace(interface, filter=expression)))

    def write(self, blocks: bytes | bytearray | memoryview) -> None:
        """Write whole blocks, after setting the interface number in packet blocks to that of this interface."""
        own = bytearray(blocks)
        at = 0
        while at < len(own):
            kind, length = struct.unpack_from("=II", own, at)
            if kind == Block.PACKET:
                struct.pack_into("=I", own, at + 8, self._number)
            at += length
        super().write(own)

    def write_statistics(self, time_ns: int, received: int, dropped: int) -> None:
        if not self._is_torn:
            self._append(statistics(time_ns, received, dropped, self._number))


def count_interfaces(path: Path) -> int:
    """The number of interfaces that a spool describes; raises ValueError if the file does not consist of pcapng blocks
    in this machine's byte order.
    """
    found = at = 0
    with path.open("rb") as file:
        while len(head := file.read(8)) == 8:
            kind, length = struct.unpack("=II", head)
            if length < 12 or length % 4 or (at == 0 and kind != Block.SECTION):
                raise ValueError("it is not a recording by Wireglass")
            found += kind == Block.INTERFACE
            at += length
            file.seek(at)
    if not found:
        raise ValueError("it is not a recording by Wireglass")
    return found


def _create(path: Path) -> int:
    """Create a file that only its owner can access, opened in append mode because others may add to it (`JoinedSpool`).

    Raises:
        InspectorError: the file cannot be created; the message says why.
    """
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    try:
        if not path.parent.exists():
            path.parent.mkdir(mode=0o700, parents=True)
        return os.open(path, flags, 0o600)
    except OSError as error:
        if path.exists():
            raise InspectorError(f"{path} exists already: choose another name, or remove it first.") from error
        raise InspectorError(f"{path} cannot be written: {error.strerror}. Choose another place.") from error
