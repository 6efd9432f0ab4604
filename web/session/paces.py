"""The paces at which a session processes its capture: as it grows, as fast as possible, or in its original time."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

import numpy as np
import numpy.typing as npt

from inspector.pcap.packet_times import fill_in
from inspector.pcap.reader import open_packets
from inspector.tables.table import Table

if TYPE_CHECKING:
    from inspector.engine.capture import Capture

STEP_PACKETS = 4096
"""Maximum number of packets processed before other threads get a chance to read the tables."""

LONGEST_SILENCE_NS = 5_000_000_000
"""A replay shortens longer silences to this duration."""


class Pace(Protocol):
    """Decides when a capture advances."""

    def step(self, capture: Capture) -> int | None:
        """Process the packets that are due, at most one batch; return their number, or None if no more will come."""

    def hold(self) -> None:
        """Let time pass without advancing the capture, because the session is paused."""


class AsItGrows:
    """The pace of a live capture, whose file another process is writing."""

    def step(self, capture: Capture) -> int:
        capture.refresh()
        return capture.advance(STEP_PACKETS)

    def hold(self) -> None:
        """Do nothing: the file can be read later."""


class AsItComes:
    """The pace of a capture that grows until `is_over`: a file that is followed, or standard input."""

    def __init__(self, is_over: Callable[[], bool]) -> None:
        self._is_over = is_over

    def step(self, capture: Capture) -> int | None:
        is_over = self._is_over()  # checked first, so that everything written before the end is still read
        capture.refresh()
        return capture.advance(STEP_PACKETS) or (None if is_over else 0)

    def hold(self) -> None:
        """Do nothing: the file can be read later."""


class AtOnce:
    """The pace of a saved capture that is read as fast as possible."""

    def step(self, capture: Capture) -> int | None:
        return capture.advance(STEP_PACKETS) or None

    def hold(self) -> None:
        """Do nothing: the file can be read later."""


class AsItHappened:
    """The pace of a saved capture that is replayed at its original speed (`speed` 1) or a multiple of it."""

    def __init__(
        self, path: str | os.PathLike[str], speed: float = 1.0, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._due_ns = due_ns(packet_times(path))
        self._speed = speed
        self._clock = clock
        self._last = clock()
        self._elapsed_ns = 0.0

    def step(self, capture: Capture) -> int | None:
        self._elapsed_ns += self._tick() * self._speed
        done = len(capture.packets)
        if done >= len(self._due_ns):
            return None
        due = int(np.searchsorted(self._due_ns, self._elapsed_ns, side="right")) - done
        return capture.advance(min(due, STEP_PACKETS)) if due > 0 else 0

    def hold(self) -> None:
        self._tick()

    def _tick(self) -> float:
        """Return the nanoseconds since the last call."""
        now = self._clock()
        passed, self._last = now - self._last, now
        return passed * 1e9


def packet_times(path: str | os.PathLike[str]) -> npt.NDArray[np.int64]:
    """The capture times of all packets of a file, in file order."""
    file = open_packets(path)
    try:
        packets = Table("packets")
        pieces = []
        while file.read(packets, 65536):
            pieces.append(packets["time_ns"].copy())
            packets.rows = 0
        times = np.concatenate(pieces) if pieces else np.empty(0, np.int64)
        fill_in(times)
        return times
    finally:
        file.close()


def due_ns(times: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """When each packet of a replay is due, in ns after the start. Long silences are shortened; a timestamp earlier than
    the one before counts as simultaneous.
    """
    if not len(times):
        return times
    return np.concatenate(([0], np.cumsum(np.clip(np.diff(times), 0, LONGEST_SILENCE_NS))))
