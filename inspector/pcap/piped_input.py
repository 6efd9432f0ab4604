"""Captures from a pipe: written to a temporary file as they arrive, since a capture is read more than once."""

from __future__ import annotations

import os
import stat
import sys
import threading
from collections.abc import Callable
from pathlib import Path

from inspector.errors import InspectorError
from inspector.pcap.blocks import PCAP_HEADER
from inspector.pcap.decompress import is_packed
from inspector.pcap.pcapng_writer import RESERVE

STDIN = "-"

PIECE = 1 << 20
"""Maximum bytes read from a pipe at a time."""


class NoInflow(InspectorError):
    """A pipe could not be read, or its content could not be stored."""


def is_stream(path: str) -> bool:
    """Whether a path can be read only once: standard input, a pipe, a terminal, a socket."""
    if path == STDIN:
        return True
    try:
        mode = os.stat(path).st_mode
    except OSError:
        return False
    return stat.S_ISFIFO(mode) or stat.S_ISCHR(mode) or stat.S_ISSOCK(mode)


class Inflow:
    """Copies a stream to the new file `place`, in a thread of its own, until it ends."""

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
        """Whether the stream has ended and everything is in the file."""
        with self._changed:
            return self._is_over

    def wait(self) -> None:
        """Wait until the stream has ended.

        Raises:
            NoInflow: it could not be read, or not kept.
        """
        self._wait(lambda: False)

    def wait_until_readable(self) -> None:
        """Wait until there is enough to begin with; of a compressed capture that is all. Raises NoInflow."""
        self._wait(lambda: self._came >= PCAP_HEADER and not is_packed(self._first))

    def _wait(self, is_enough: Callable[[], bool]) -> None:
        with self._changed:
            while not (self._is_over or is_enough()):
                self._changed.wait(0.5)  # a wait without an end would not let Ctrl-C in everywhere
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
    """Raise NoInflow when what comes would eat into the room that a disk leaves to others."""
    if hasattr(os, "fstatvfs"):
        volume = os.fstatvfs(descriptor)
        reserve = min(RESERVE, volume.f_blocks * volume.f_frsize // 20)
        if volume.f_bavail * volume.f_frsize - more < reserve:
            raise NoInflow("the disk for temporary files is nearly full; set TMPDIR to a place with more room")
