"""The lanes of the timeline: the connections shown, their order, and their groups by server."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from inspector.engine.clocks import lifetimes
from inspector.query.outcomes import is_open
from inspector.query.time_range import Span
from inspector.query.troubles import weights
from inspector.tables.arrays import Mask, Rows
from inspector.tables.table import Table

if TYPE_CHECKING:
    from inspector.engine.capture import Capture


class Order(StrEnum):
    """The sort key of the lanes within a group, and of the groups, which are sorted by their first lane."""

    START = "start"
    NEWEST = "newest"
    DURATION = "duration"
    BYTES = "bytes"
    TROUBLE = "trouble"


@dataclass(frozen=True, slots=True)
class Group:
    """Adjacent lanes of connections to one server: the first lane, and their number."""

    first: int
    lanes: int


@dataclass(frozen=True, slots=True)
class Lanes:
    """The rows of the connections from top to bottom; `starts` holds the lane at which each group begins."""

    connections: Rows
    starts: Rows

    def groups(self, first: int, stop: int) -> list[Group]:
        """The groups with a lane in [first, stop)."""
        begin = max(int(np.searchsorted(self.starts, first, side="right")) - 1, 0)
        end = int(np.searchsorted(self.starts, stop, side="left"))
        edges = (*self.starts[begin:end].tolist(), self._edge(end))
        return [Group(edge, following - edge) for edge, following in pairwise(edges)]

    def lane(self, connection: int) -> int | None:
        """The lane of a connection; None if it is not shown."""
        found = np.flatnonzero(self.connections == connection)
        return int(found[0]) if len(found) else None

    def _edge(self, group: int) -> int:
        return int(self.starts[group]) if group < len(self.starts) else len(self.connections)


class Servers:
    """Numbers the servers of a capture in the order of their first connections. Each connection is processed only once,
    even if the table grows between calls.
    """

    def __init__(self) -> None:
        self._numbers: dict[tuple[int, int, int], int] = {}
        self._of: list[int] = []

    def of(self, connections: Table) -> Rows:
        """The number of each connection's server."""
        new = (connections[name][len(self._of) :].tolist() for name in ("server_hi", "server_lo", "server_port"))
        for server in zip(*new, strict=True):
            self._of.append(self._numbers.setdefault(server, len(self._numbers)))
        return np.array(self._of, np.intp)


def arrange(capture: Capture, servers: Servers, order: Order, shown: Mask) -> Lanes:
    """The lanes of the connections that the mask `shown` selects, in the given order."""
    rows = np.flatnonzero(shown)
    group = servers.of(capture.connections)[rows]
    if order is Order.START:  # connections are numbered by their start, servers by their first connection
        placed = np.argsort(group, kind="stable")
    else:
        weight = _weight(capture, order)[rows]
        heaviest = np.full(group.max(initial=-1) + 1, -1, np.int64)
        np.maximum.at(heaviest, group, weight)
        placed = np.lexsort((-weight, group, -heaviest[group]))
    group = group[placed]
    return Lanes(rows[placed], np.flatnonzero(np.diff(group, prepend=-1)))


def alive(capture: Capture, span: Span) -> Mask:
    """Which connections exist during `span`. One that is still open continues to exist after its last packet."""
    connections = capture.connections
    return (connections["start_ns"] <= span.to_ns) & (is_open(connections) | (connections["end_ns"] >= span.from_ns))


def _weight(capture: Capture, order: Order) -> npt.NDArray[Any]:
    connections = capture.connections
    if order is Order.NEWEST:
        return np.arange(len(connections))
    if order is Order.DURATION:
        return lifetimes(capture)
    if order is Order.BYTES:
        total: npt.NDArray[Any] = connections["bytes"].sum(axis=1)
        return total
    return weights(capture)
