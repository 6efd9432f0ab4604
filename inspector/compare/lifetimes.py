"""How long connections lasted, and how many were open at the same time."""

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
"""Maximum number of lifetimes drawn in the chart: more lines would blur into each other."""


@dataclass(frozen=True, slots=True)
class Lives:
    """The lifetimes of some connections; all arrays have the same length.

    Attributes:
        connection: row of each connection, in order of their beginning.
        start_ns, end_ns: times of its first and its last packet; if it is still open, `end_ns` is the capture's end.
        is_open: whether neither end has begun to close it.
        lasted_ns: how long it was open; UNKNOWN if timestamps go back during that time.
        most: the maximum number of connections open at the same time.
        held_ns: the sum of all known `lasted_ns`.
    """

    connection: Ints
    start_ns: Ints
    end_ns: Ints
    is_open: npt.NDArray[np.bool_]
    lasted_ns: Ints
    most: int
    held_ns: int

    def drawn(self) -> Ints:
        """Indices of the connections to draw: all, or if there are more than MOST_DRAWN, the longest in each of
        MOST_DRAWN equal parts of the list.
        """
        count = len(self.connection)
        if count <= MOST_DRAWN:
            return np.arange(count)
        parts = np.array_split(np.arange(count), MOST_DRAWN)
        return np.array([part[self.lasted_ns[part].argmax()] for part in parts])


def find_lives(capture: Capture, rows: Ints) -> Lives:
    """The lifetimes of these connections."""
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
    """The maximum number of intervals that overlap. An interval that ends when another begins does not overlap it."""
    if not len(start):
        return 0
    times = np.concatenate((start, end))
    steps = np.concatenate((np.ones(len(start), np.int64), np.full(len(end), -1)))
    return int(np.cumsum(steps[np.lexsort((steps, times))]).max())
