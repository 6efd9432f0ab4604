"""The events of a story: a view that is computed from the tables on demand and never stored.

`views/rows.py` makes rows of them, with the sentence for each (sentences.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from inspector.tables.table import Table
from inspector.views.story import application_events, tcp_events, timing_events
from inspector.views.story.packet_arrays import Found, Packets

if TYPE_CHECKING:
    from inspector.engine.capture import Capture


def events(capture: Capture, connection: int | None = None) -> Table:
    """The story of one connection, or of all if it is None, ordered by packet.

    Returns:
        A new table with the columns `table.EVENTS`.
    """
    found = list(_found(capture, connection))
    columns = {
        "kind": np.concatenate([np.full(len(some.packet), some.kind) for some in found]),
        **{
            name: np.concatenate([np.broadcast_to(getattr(some, name), len(some.packet)) for some in found])
            for name in ("packet", "row", "since", "count", "bytes", "reset")
        },
    }
    order = np.lexsort((columns["row"], columns["kind"], columns["packet"]))
    table = Table("events")
    table.reserve(len(order))
    table.rows = len(order)
    for name, values in columns.items():
        table[name][:] = values[order]
    for name in ("time_ns", "connection", "direction"):
        table[name][:] = capture.packets[name][table["packet"]]
    return table


def _found(capture: Capture, connection: int | None) -> Iterator[Found]:
    packets = Packets(capture, connection)
    for of_packets in (
        tcp_events.openings,
        tcp_events.troubles,
        tcp_events.windows,
        tcp_events.endings,
        timing_events.pauses,
        timing_events.delays,
        timing_events.bursts,
        timing_events.queues,
        application_events.data,
    ):
        yield from of_packets(packets)
    for of_tables in (
        application_events.gaps,
        application_events.http,
        application_events.server_events,
        application_events.websocket,
        application_events.anomalies,
    ):
        yield from of_tables(capture, connection)
