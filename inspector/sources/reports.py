"""Reports in a recording: JSON lines about the sockets of this machine, in blocks that other readers step over.

The block's type is from the range left to everybody's own use (pcapng §10.1). A Custom Block (§4.7) would need a number
that only companies have, and Wireshark counts one as a packet.
"""

from __future__ import annotations

import json
import os
import struct
from typing import Any

from inspector.errors import InspectorError
from inspector.sources.formats import REPORTS_MAGIC, Block

RESERVE = 256 << 20
"""Bytes of the disk that reports leave to everybody else, the packets among them."""

Report = dict[str, Any]


def block(lines: bytes) -> bytes:
    """A block that holds these lines; padded with empty ones, which mean nothing."""
    body = REPORTS_MAGIC + lines
    body += b"\n" * (-len(body) % 4)
    length = struct.pack("=I", len(body) + 12)
    return struct.pack("=I", Block.REPORTS) + length + body + length


def line(report: Report) -> bytes:
    """The report as one line, line end included."""
    return json.dumps(report, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


class ReportWriter:
    """Adds reports to a spool that a capture process is writing.

    Every write appends one whole block, so neither tears the other's. It stops for good when the disk is nearly full:
    packets matter more.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        """Open the spool, which must be there.

        Raises:
            InspectorError: it cannot be added to.
        """
        try:
            self._descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | getattr(os, "O_BINARY", 0))
        except OSError as error:
            raise InspectorError(f"{os.fspath(path)} cannot be added to: {error.strerror}.") from error
        self._is_full = False

    def write(self, *reports: Report) -> None:
        """Append these reports, all in one block."""
        if not reports or self._is_full:
            return
        volume = os.fstatvfs(self._descriptor)
        if volume.f_bavail * volume.f_frsize < min(RESERVE, volume.f_blocks * volume.f_frsize // 20):
            self._is_full = True
            return
        os.write(self._descriptor, block(b"".join(map(line, reports))))

    def close(self) -> None:
        """Close the file; what was written is there."""
        os.close(self._descriptor)
