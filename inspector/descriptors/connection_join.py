"""Finds the connection of an endpoint by its two sockets and the time."""

from __future__ import annotations

from collections import defaultdict

from inspector.descriptors.reports import Socket
from inspector.tables.table import Direction, Table
from inspector.tcp.states import State

SLACK_NS = 1_000_000
"""How far a packet's timestamp may precede that of the call that caused it: the two are readings of the same clock, but
taken separately."""

LONGEST_WAY_NS = 1_000_000_000
"""The maximum delay of a packet in transit; the longest paths on earth take a third of it."""

SYN_SEEN = 1
"""The value in connections.isn_known of a connection that was seen from its first packet."""

OVER = (State.CLOSED, State.TIME_WAIT, State.LISTEN)
OPEN = (State.SYN_SENT, State.SYN_RECEIVED, State.ESTABLISHED)

Pair = tuple[Socket, Socket]
Side = tuple[int, Direction]
"""The row of a connection, and one end of it."""


class Joins:
    """An index of connections by their pairs of sockets. If ports were reused, a pair has several connections, one
    after another.
    """

    def __init__(self, connections: Table) -> None:
        self._connections = connections
        self._rows: dict[Pair, list[int]] = defaultdict(list)
        self._indexed = 0

    def refresh(self) -> bool:
        """Add new connections; return whether there were any."""
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
        """Return the connection that a call to `connect` at this time opened: the first one that begins after
        the call.
        """
        for row in self._rows.get((local, remote), ()):
            if self._start(row) >= time_ns - SLACK_NS:
                return row, Direction.CLIENT
        return None

    def crossing(self, local: Socket, remote: Socket, time_ns: int) -> Side | None:
        """Return the connection to which a call to `connect` at this time contributed, if both ends opened it
        simultaneously.

        The two SYNs cross in transit (RFC 9293 §3.5, figure 7). The end whose SYN was captured first counts as the
        client; here that is the other end.
        """
        for row in self._rows.get((remote, local), ()):
            if abs(self._start(row) - time_ns) < LONGEST_WAY_NS:
                return row, Direction.SERVER
        return None

    def there_at(
        self, local: Socket, remote: Socket, from_ns: int, until_ns: int, state: State | None = None
    ) -> Side | None:
        """Return the connection between these sockets during this time.

        `state` is the kernel's state of the endpoint: an open endpoint does not belong to a connection that was over
        before.
        """
        for pair, side in (((local, remote), Direction.CLIENT), ((remote, local), Direction.SERVER)):
            rows = self._rows.get(pair, ())
            before = [row for row in rows if self._start(row) <= until_ns or not self._from_the_start(row)]
            if before and not (state in OPEN and self._is_over(before[-1], from_ns)):
                return before[-1], side
        return None

    def about_to_be(self, local: Socket, remote: Socket, time_ns: int) -> Side | None:
        """Return the connection that this end has begun to open, if its first packet was captured a little later."""
        found = self.caused_by(local, remote, time_ns)
        return found if found and self._start(found[0]) - time_ns < LONGEST_WAY_NS else None

    def _start(self, row: int) -> int:
        return int(self._connections["start_ns"][row])

    def _from_the_start(self, row: int) -> bool:
        return bool(self._connections["isn_known"][row, 0] == SYN_SEEN)

    def _is_over(self, row: int, time_ns: int) -> bool:
        """Whether the connection was over before this time. If so, an open endpoint with the same sockets belongs to a
        connection whose packets have not been read yet.
        """
        table = self._connections
        has_ended = table["client_state"][row] in OVER and table["server_state"][row] in OVER
        return bool(has_ended and table["end_ns"][row] < time_ns)


def _sockets(table: Table, side: str, rows: slice) -> list[tuple[int, int, int]]:
    return list(zip(*(table[f"{side}_{part}"][rows].tolist() for part in ("hi", "lo", "port")), strict=True))
