"""Finding the connection that an end belongs to, by its two sockets and the time."""

from __future__ import annotations

from collections import defaultdict

from inspector.descriptors.reports import Socket
from inspector.tables.table import Direction, Table
from inspector.tcp.states import State

SLACK_NS = 1_000_000
"""By how much a packet's time may lie before that of the call that caused it: two clocks' readings, not two clocks."""

LONGEST_WAY_NS = 1_000_000_000
"""Maximum delay of a packet that was on its way: the longest paths on earth take a third of it."""

SYN_SEEN = 1
"""In connections.isn_known: the connection was seen from its first packet."""

OVER = (State.CLOSED, State.TIME_WAIT, State.LISTEN)
OPEN = (State.SYN_SENT, State.SYN_RECEIVED, State.ESTABLISHED)

Pair = tuple[Socket, Socket]
Side = tuple[int, Direction]
"""Row of a connection, and the end of it."""


class Joins:
    """Index of connections by their sockets. Several may have had the same two, one after another, if ports were
    reused.
    """

    def __init__(self, connections: Table) -> None:
        self._connections = connections
        self._rows: dict[Pair, list[int]] = defaultdict(list)
        self._indexed = 0

    def refresh(self) -> bool:
        """Add new connections; returns whether there were any."""
        table, first = self._connections, self._indexed
        if len(table) == first:
            return False
        new = slice(first, None)
        family, clients, servers = (
            table["family"][new].tolist(),
            _sockets(table, "client", new),
            _sockets(table, "server", new),
        )
        for i, one in enumerate(family):
            self._rows[(one, *clients[i]), (one, *servers[i])].append(first + i)
        self._indexed = len(table)
        return True

    def caused_by(self, local: Socket, remote: Socket, time_ns: int) -> Side | None:
        """The connection that a call of `connect` at this time opened: the first that begins after it."""
        for row in self._rows.get((local, remote), ()):
            if self._start(row) >= time_ns - SLACK_NS:
                return row, Direction.CLIENT
        return None

    def crossing(self, local: Socket, remote: Socket, time_ns: int) -> Side | None:
        """The connection that a call to `connect` at this time became part of, when the other end asked as well.

        Both SYNs cross on the way (RFC 9293 §3.5, figure 7); the one that the capture saw first made the other end
        the client.
        """
        for row in self._rows.get((remote, local), ()):
            if abs(self._start(row) - time_ns) < LONGEST_WAY_NS:
                return row, Direction.SERVER
        return None

    def there_at(
        self, local: Socket, remote: Socket, from_ns: int, until_ns: int, state: State | None = None
    ) -> Side | None:
        """The connection between these sockets during this time.

        `state` is what the kernel says of the end: an open one is of no connection that was over before.
        """
        for pair, side in (((local, remote), Direction.CLIENT), ((remote, local), Direction.SERVER)):
            rows = self._rows.get(pair, ())
            before = [row for row in rows if self._start(row) <= until_ns or not self._from_the_start(row)]
            if before and not (state in OPEN and self._is_over(before[-1], from_ns)):
                return before[-1], side
        return None

    def about_to_be(self, local: Socket, remote: Socket, time_ns: int) -> Side | None:
        """The connection that this end has begun to open, and whose first packet the capture saw a little later."""
        found = self.caused_by(local, remote, time_ns)
        return found if found and self._start(found[0]) - time_ns < LONGEST_WAY_NS else None

    def _start(self, row: int) -> int:
        return int(self._connections["start_ns"][row])

    def _from_the_start(self, row: int) -> bool:
        return bool(self._connections["isn_known"][row, 0] == SYN_SEEN)

    def _is_over(self, row: int, time_ns: int) -> bool:
        """Then an open end with the same sockets is of a connection whose packets are still to be read."""
        table = self._connections
        has_ended = table["client_state"][row] in OVER and table["server_state"][row] in OVER
        return bool(has_ended and table["end_ns"][row] < time_ns)


def _sockets(table: Table, side: str, rows: slice) -> list[tuple[int, int, int]]:
    return list(zip(*(table[f"{side}_{part}"][rows].tolist() for part in ("hi", "lo", "port")), strict=True))
