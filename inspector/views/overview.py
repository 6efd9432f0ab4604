"""A capture, or a time range of it, on one screen: counters, the busiest servers and connections, what went wrong, and
how long things took.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from inspector.engine.clocks import response_times
from inspector.query.percentiles import percentiles
from inspector.query.time_range import Span, within
from inspector.query.troubles import troubles
from inspector.query.waits import WaitKind, slow_waits, totals
from inspector.tables.addresses import socket_of
from inspector.tables.arrays import Rows
from inspector.views.timeline.lanes import Servers, alive

if TYPE_CHECKING:
    from inspector.engine.capture import Capture

Row = dict[str, Any]

TALKERS = 8
"""Maximum number of servers listed, and of connections."""

SHOWN = 5
"""Maximum number of packets linked from each kind of trouble."""

PERCENTS = (50, 90, 95, 99)


class Overview:
    """An overview of what happened in the time range `span`."""

    def __init__(self, capture: Capture, span: Span) -> None:
        self.capture = capture
        self.span = span
        self.packets: Rows = np.flatnonzero(span.holds(capture.packets["time_ns"]))

    def counters(self) -> Row:
        """The numbers of packets, bytes on the wire (total, and by sender), connections alive, exchanges and messages,
        and the duration in ns.
        """
        capture = self.capture
        sizes = capture.packets["length"][self.packets].astype(np.int64)
        direction = capture.packets["direction"][self.packets]
        return {
            "packets": len(self.packets),
            "bytes": int(sizes.sum()),
            "client_bytes": int(sizes[direction == 0].sum()),
            "server_bytes": int(sizes[direction == 1].sum()),
            "duration_ns": self.span.to_ns - self.span.from_ns,
            "connections": int(np.count_nonzero(alive(capture, self.span))),
            **{name: int(np.count_nonzero(within(capture, name, self.span))) for name in ("exchanges", "messages")},
        }

    def servers(self) -> list[Row]:
        """The servers whose connections carried the most payload, the busiest first: their socket, and the connections,
        packets and bytes that it had.
        """
        table = self.capture.connections
        packets, sizes = self._by_connection
        number = Servers().of(table)
        count = int(number.max(initial=-1)) + 1
        heavy = np.bincount(number, weights=sizes.sum(axis=0), minlength=count)
        first = np.full(count, -1, np.intp)
        first[number[::-1]] = np.arange(len(number))[::-1]
        talked = packets > 0
        return [
            {
                "server": socket_of(table, int(first[server]), 1),
                "connections": int(np.count_nonzero(talked[number == server])),
                "packets": int(packets[number == server].sum()),
                "bytes": [int(side[number == server].sum()) for side in sizes],
            }
            for server in np.argsort(-heavy, kind="stable")[:TALKERS].tolist()
            if heavy[server]
        ]

    def connections(self) -> list[Row]:
        """The connections that carried the most payload, the busiest first."""
        packets, sizes = self._by_connection
        total = sizes.sum(axis=0)
        return [
            {
                "id": row,
                "client": socket_of(self.capture.connections, row, 0),
                "server": socket_of(self.capture.connections, row, 1),
                "packets": int(packets[row]),
                "bytes": [int(side[row]) for side in sizes],
            }
            for row in np.argsort(-total, kind="stable")[:TALKERS].tolist()
            if total[row]
        ]

    def troubles(self) -> list[Row]:
        """What went wrong or is worth knowing, what cost most first, with the first packets that show it."""
        chosen = self.span.holds(self.capture.packets["time_ns"])
        return [
            {
                "code": found.code,
                "title": found.title,
                "severity": found.severity,
                "count": found.count,
                "packets": self._shown_by(found.packets),
                "table": found.table,
                "cost": found.cost._asdict(),
                "meaning": found.meaning,
                "rate": found.rate,
            }
            for found in troubles(self.capture, chosen)
        ]

    def handshakes(self) -> npt.NDArray[np.int64]:
        """The duration of each handshake whose connection began in the span, in ns."""
        table = self.capture.connections
        took: npt.NDArray[np.int64] = table["handshake_ns"]
        return took[self.span.holds(table["start_ns"]) & (took >= 0)]

    def response_times(self) -> tuple[npt.NDArray[np.int64], Rows]:
        """The response time, in ns, of each request that ended in the span, and the rows of their exchanges."""
        exchanges, messages = self.capture.exchanges, self.capture.http_messages
        complete = np.flatnonzero((exchanges["request"] >= 0) & (exchanges["response"] >= 0))
        requested = messages["end_ns"][exchanges["request"][complete]]
        took = response_times(self.capture, complete)
        seen = self.span.holds(requested) & (took >= 0)
        return took[seen], complete[seen]

    def times(self) -> Row:
        """Percentiles of the handshake durations and of the response times, in ns (null if there are none), and the
        exchange with the longest response time.
        """
        waited, exchanges = self.response_times()
        return {
            "handshake": spread(self.handshakes()),
            "wait": spread(waited),
            "slowest_exchange": int(exchanges[waited.argmax()]) if len(waited) else None,
        }

    def causes(self) -> list[Row]:
        """What slow exchanges and messages that began in the span waited for, the cause that took most time first: the
        sum of its shares in ns, the number of waits with this main cause, and the wait in which its share is longest.
        """
        found, slow = slow_waits(self.capture)
        table = found.table
        chosen = slow[self.span.holds(table["time_ns"][slow])]
        return [
            {
                "cause": total.code,
                "title": total.title,
                "ns": total.ns,
                "waits": total.waits,
                "longest": {
                    "kind": WaitKind(table["kind"][total.longest]).name.lower(),
                    "row": int(table["row"][total.longest]),
                    "connection": int(table["connection"][total.longest]),
                },
            }
            for total in totals(found, chosen)
        ]

    @cached_property
    def _by_connection(self) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """For each connection, its number of packets in the span, and their payload bytes by sender: shapes (n,) and
        (2, n).
        """
        table, count = self.capture.packets, len(self.capture.connections)
        owner = table["connection"][self.packets]
        rows, owner = self.packets[owner >= 0], owner[owner >= 0]
        payload, direction = table["payload"][rows], table["direction"][rows]
        sizes = [
            np.bincount(owner[direction == side], weights=payload[direction == side], minlength=count)
            for side in (0, 1)
        ]
        return np.bincount(owner, minlength=count), np.array(sizes).astype(np.int64)

    def _shown_by(self, rows: npt.NDArray[Any]) -> list[Row]:
        """The first of these packets, each with its number and its connection (null if it has none)."""
        owners = self.capture.packets["connection"][rows[:SHOWN]].tolist()
        return [
            {"packet": row + 1, "connection": owner if owner >= 0 else None}
            for row, owner in zip(rows[:SHOWN].tolist(), owners, strict=True)
        ]


def spread(nanoseconds: npt.NDArray[np.int64]) -> Row | None:
    """Percentiles by nearest rank (values that occurred), the maximum, and the number of values; None without any."""
    if not len(nanoseconds):
        return None
    ranks = {f"p{percent}": value for percent, value in zip(PERCENTS, percentiles(nanoseconds, PERCENTS), strict=True)}
    return {**ranks, "slowest": int(nanoseconds.max()), "of": len(nanoseconds)}
