"""Reports in a recording: JSON lines about the sockets of this machine, in blocks that other readers skip.

The block type is from the range reserved for local use (pcapng §10.1). A Custom Block (§4.7) would need a Private
Enterprise Number, and Wireshark counts a Custom Block as a packet.
"""

from __future__ import annotations

import errno
import json
import os
import struct
from typing import Any

from inspector.errors import InspectorError
from inspector.pcap.formats import REPORTS_MAGIC, Block
from inspector.pcap.pcapng_writer import DiskFull

RESERVE = 256 << 20
"""Bytes of disk space that reports leave free for everything else, including packets."""

Report = dict[str, Any]


def block(lines: bytes) -> bytes:
    """A reports block that contains these lines, padded with empty lines, which readers ignore."""
    body = REPORTS_MAGIC + lines
    body += b"\n" * (-len(body) % 4)
    length = struct.pack("=I", len(body) + 12)
    return struct.pack("=I", Block.REPORTS) + length + body + length


def line(report: Report) -> bytes:
    """The report as one line of JSON, including the newline."""
    return json.dumps(report, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


class ReportWriter:
    """Adds reports to a spool that a capture process is writing.

    Every write appends one whole block, so the two writers never split each other's blocks. After the first failed
    write, nothing more is written.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        """Open the spool, which must exist.

        Raises:
            InspectorError: the spool cannot be opened for appending.
        """
        try:
            self._descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | getattr(os, "O_BINARY", 0))
        except OSError as error:
            raise InspectorError(f"{os.fspath(path)} cannot be added to: {error.strerror}.") from error
        self._is_full = False

    def write(self, *reports: Report) -> None:
        """Append these reports, all in one block.

        Raises:
            DiskFull: the disk is nearly full and the space is left to packets, or the file cannot grow.
        """
        if not reports or self._is_full:
            return
        volume = os.fstatvfs(self._descriptor)
        reserve = min(RESERVE, volume.f_blocks * volume.f_frsize // 20)
        try:
            if volume.f_bavail * volume.f_frsize < reserve:
                raise OSError(errno.ENOSPC, f"less than {max(reserve >> 20, 1)} MiB are left on its disk")
            os.write(self._descriptor, block(b"".join(map(line, reports))))
        except OSError as error:
            self._is_full = True
            raise DiskFull(f"Changes of sockets are no longer recorded: {error.strerror}.") from error

    def close(self) -> None:
        """Close the file; the reports written to it remain."""
        os.close(self._descriptor)
