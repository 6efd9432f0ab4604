"""The TCP packets of one connection, or of all, as arrays for the story; and the events found among them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from inspector.query.packet_arrays import PacketArrays
from inspector.tables.arrays import Rows, Values
from inspector.views.story.kinds import EventKind


@dataclass(frozen=True, slots=True)
class Found:
    """Events of one kind.

    Attributes:
        packet: rows of the packets that show the events.
        row: row in the table that the kind refers to; -1 for none.
        since: row of the packet from which the duration is measured; -1 for none.
        count, bytes: how many packets or segments, and how many bytes, the sentence reports; -1 if it reports none.
        reset: for a RST, its `Reset`; otherwise -1.
    """

    kind: EventKind
    packet: Values
    row: Values | int = -1
    since: Values | int = -1
    count: Values | int = -1
    bytes: Values | int = -1
    reset: Values | int = -1


class Packets(PacketArrays):
    """`PacketArrays` that make events."""

    def found(self, kind: EventKind, where: Values, *, since: Rows | None = None, **numbers: Values) -> Found:
        """Events at the packets for which `where` is true. `since` and `numbers` have a value for every packet."""
        chosen = np.flatnonzero(where)
        before = self._row(since[chosen]) if since is not None else -1
        return Found(kind, self.rows[chosen], -1, before, **{name: value[chosen] for name, value in numbers.items()})

    def _row(self, places: Rows) -> Values:
        rows: Values = np.where(places >= 0, self.rows[places], -1)
        return rows
