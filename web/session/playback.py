"""At what pace a session works through its capture: as it grows, as fast as can be, or as it once happened."""

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

BATCH = 4096
"""Packets between two chances for somebody else to read the tables."""

LONGEST_SILENCE_NS = 5_000_000_000
"""A replay shortens silences to this."""


class Pace(Protocol):
    """Lets a capture advance."""

    def step(self, capture: Capture) -> int | None:
        """Work through what is due, a batch at most; how many packets that was, None when no more will come."""

    def hold(self) -> None:
        """Note that time passes without the capture advancing: the session is paused."""


class AsItGrows:
    """A live capture: its file is being written by another process."""

    def step(self, capture: Capture) -> int:
        capture.refresh()
        return capture.advance(BATCH)

    def hold(self) -> None:
        """Nothing to do: the file waits."""


class AsItComes:
    """A capture that grows until `is_over`: a file that is followed, or standard input."""

    def __init__(self, is_over: Callable[[], bool]) -> None:
        self._is_over = is_over

    def step(self, capture: Capture) -> int | None:
        is_over = self._is_over()  # asked first: what came before is read after
        capture.refresh()
        return capture.advance(BATCH) or (None if is_over else 0)

    def hold(self) -> None:
        """Nothing to do: the file waits."""


class AtOnce:
    """A saved capture, as fast as can be."""

    def step(self, capture: Capture) -> int | None:
        return capture.advance(BATCH) or None

    def hold(self) -> None:
        """Nothing to do: the file waits."""


class AsItHappened:
    """A saved capture, in the time that it took (`speed` 1) or a multiple of it."""

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
        return capture.advance(min(due, BATCH)) if due > 0 else 0

    def hold(self) -> None:
        self._tick()

    def _tick(self) -> float:
        """Nanoseconds since the last call."""
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
    """When each packet of a replay is due, in ns after its start; long silences shortened, steps back taken as none."""
    if not len(times):
        return times
    return np.concatenate(([0], np.cumsum(np.clip(np.diff(times), 0, LONGEST_SILENCE_NS))))
