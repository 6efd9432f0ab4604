"""Copies captures that arrive through a pipe to a temporary file, since a capture is read more than once."""

from __future__ import annotations

import os
import stat
import sys
import threading
from collections.abc import Callable
from pathlib import Path

from inspector.errors import InspectorError
from inspector.pcap.blocks import PCAP_HEADER
from inspector.pcap.formats import is_packed
from inspector.pcap.pcapng_writer import RESERVE

STDIN = "-"

PIECE = 1 << 20
"""Maximum bytes read from a pipe at a time."""


class NoInflow(InspectorError):
    """A pipe or other stream could not be read, or its content could not be stored."""


def is_stream(path: str) -> bool:
    """Whether the path is a stream that can be read only once: standard input, a pipe, a terminal or a socket."""
    if path == STDIN:
        return True
    try:
        mode = os.stat(path).st_mode
    except OSError:
        return False
    return stat.S_ISFIFO(mode) or stat.S_ISCHR(mode) or stat.S_ISSOCK(mode)


class Inflow:
    """Copies a stream to the new file `place` until the stream ends, in a thread of its own."""

    def __init__(self, path: str, place: Path) -> None:
        self.place = place
        self._name = "Standard input" if path == STDIN else path
        self._path = path
        self._came = 0
        self._first = b""
        self._error: Exception | None = None
        self._is_over = False
        self._changed = threading.Condition()
        place.touch(0o600)
        self._thread = threading.Thread(target=self._copy, name="inflow", daemon=True)
        self._thread.start()

    @property
    def is_over(self) -> bool:
        """Whether copying has ended: at the end of the stream or with an error."""
        with self._changed:
            return self._is_over

    def wait(self) -> None:
        """Wait until the stream has ended.

        Raises:
            NoInflow: the stream could not be read, or its content could not be stored.
        """
        self._wait(lambda: False)

    def wait_until_readable(self) -> None:
        """Wait until enough has arrived to open the file; a compressed capture must arrive completely. Raises
        NoInflow.
        """
        self._wait(lambda: self._came >= PCAP_HEADER and not is_packed(self._first))

    def _wait(self, is_enough: Callable[[], bool]) -> None:
        with self._changed:
            while not (self._is_over or is_enough()):
                self._changed.wait(0.5)  # on some systems, Ctrl-C cannot interrupt a wait without a timeout
        if self._error:
            raise NoInflow(f"{self._name} could not be read: {self._error}.") from self._error

    def _copy(self) -> None:
        try:
            source = sys.stdin.fileno() if self._path == STDIN else os.open(self._path, os.O_RDONLY)
            if os.isatty(source):
                raise NoInflow("it is a terminal; pipe a capture into it")
            with self.place.open("ab", 0) as file:
                while piece := os.read(source, PIECE):
                    _leave_room(file.fileno(), len(piece))
                    file.write(piece)
                    self._note(piece)
        except (OSError, ValueError, InspectorError) as error:
            self._error = error
        with self._changed:
            self._is_over = True
            self._changed.notify_all()

    def _note(self, piece: bytes) -> None:
        with self._changed:
            self._first = (self._first + piece)[:4]
            self._came += len(piece)
            self._changed.notify_all()


def _leave_room(descriptor: int, more: int) -> None:
    """Raise NoInflow if writing `more` bytes would use disk space that must stay free."""
    if hasattr(os, "fstatvfs"):
        volume = os.fstatvfs(descriptor)
        reserve = min(RESERVE, volume.f_blocks * volume.f_frsize // 20)
        if volume.f_bavail * volume.f_frsize - more < reserve:
            raise NoInflow("the disk for temporary files is nearly full; set TMPDIR to a place with more room")
