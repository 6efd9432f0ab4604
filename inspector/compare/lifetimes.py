"""How long connections lasted, and how many were open at a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from inspector.compare.delivery_methods import FIN_OR_RST, first_packets
from inspector.engine.clocks import elapsed
from inspector.tables.arrays import Ints

if TYPE_CHECKING:
    from inspector.engine.capture import Capture

MOST_DRAWN = 60
"""Lives in the picture: more lines than that are a smear."""


@dataclass(frozen=True, slots=True)
class Lives:
    """Lifetimes of some connections.

    Attributes:
        connection: rows, in order of their beginning.
        start_ns, end_ns: from the first packet to the last; to the end of the capture where it is still open.
        is_open: nobody has begun to close it.
        lasted_ns: how long each was open; UNKNOWN where times go back in it.
        most: open at the same time, at most.
        held_ns: time open, all together of which it is known.
    """

    connection: Ints
    start_ns: Ints
    end_ns: Ints
    is_open: npt.NDArray[np.bool_]
    lasted_ns: Ints
    most: int
    held_ns: int

    def drawn(self) -> Ints:
        """Which to draw, by place: all where they are few; else the longest of each of MOST_DRAWN equal parts."""
        count = len(self.connection)
        if count <= MOST_DRAWN:
            return np.arange(count)
        parts = np.array_split(np.arange(count), MOST_DRAWN)
        return np.array([part[self.lasted_ns[part].argmax()] for part in parts])


def find_lives(capture: Capture, rows: Ints) -> Lives:
    """The lives of these connections."""
    connections, times = capture.connections, capture.packets["time_ns"]
    rows = rows[np.argsort(connections["start_ns"][rows], kind="stable")]
    start, end = connections["start_ns"][rows].copy(), connections["end_ns"][rows].copy()
    is_open = first_packets(capture, FIN_OR_RST)[rows] < 0
    last = connections["last_packet"][rows].copy()
    if len(times):
        end[is_open], last[is_open] = times.max(), len(times) - 1
    lasted = elapsed(capture.packets, connections["first_packet"][rows], last)
    return Lives(rows, start, end, is_open, lasted, most_at_once(start, end), int(lasted[lasted >= 0].sum()))


def most_at_once(start: Ints, end: Ints) -> int:
    """The highest number of stretches that overlap; one that ends when another begins does not."""
    if not len(start):
        return 0
    times = np.concatenate((start, end))
    steps = np.concatenate((np.ones(len(start), np.int64), np.full(len(end), -1)))
    return int(np.cumsum(steps[np.lexsort((steps, times))]).max())
