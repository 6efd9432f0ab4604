"""File descriptors and kernel socket states, compiled from the reports of processes and of kernel surveys.

Reports of different processes arrive in no particular order, and a survey may find a descriptor before its program has
reported it. A row is therefore identified by namespace, process, descriptor number and inode, and corrected by later
reports.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from enum import IntEnum
from typing import Any

import numpy as np
import numpy.typing as npt

from inspector.descriptors.connection_join import Joins
from inspector.descriptors.reports import NOWHERE, Call, Sighting, Socket, parse
from inspector.tables.table import Direction, Table
from inspector.tcp.states import State

MAX_ROWS = 500_000
"""The maximum number of rows of either table: some 80 MB. Later reports are not kept."""

MAX_WAITING = 20_000
"""The maximum number of rows that wait for their connection's packets; beyond that, the oldest rows stop waiting."""


class Opened(IntEnum):
    """How the opening of a descriptor is known."""

    SEEN = 0
    """A kernel survey found it: it was opened at that time or earlier."""
    SOCKET = 1
    ACCEPT = 2
    INHERITED = 3
    """A listening socket that another process created."""


class Closed(IntEnum):
    """How the closing of a descriptor is known."""

    NOT = 0
    SEEN = 1
    """A kernel survey no longer found it: it was closed at that time or earlier."""
    CLOSE = 2
    REPLACED = 3
    """Its number was reused."""


class Role(IntEnum):
    """The purpose of a socket."""

    UNKNOWN = 0
    LISTENER = 1
    CLIENT = 2
    SERVER = 3


OPENINGS = {"socket": Opened.SOCKET, "accept": Opened.ACCEPT, "listen": Opened.INHERITED}

Life = tuple[int, int, int, int]
"""The identity of a descriptor: namespace, process, descriptor number, inode."""


class DescriptorHistory:
    """Fills the tables `tokens` and `kernel` from reports, and joins their rows with `connections`."""

    def __init__(self, tokens: Table, kernel: Table, connections: Table) -> None:
        self.revision = 0
        """Increases with every change; each row holds the revision of its last change."""
        self.tokens = tokens
        self.kernel = kernel
        self._connections = connections
        self._joins = Joins(connections)
        self._lives: dict[Life, int] = {}
        self._current: dict[tuple[int, int, int], int] = {}
        """The current row of each (namespace, process, number)."""
        self._held: dict[tuple[int, Socket, Socket], set[int]] = {}
        """The descriptors that held each endpoint in the last survey of the kernel."""
        self._named: set[tuple[int, int]] = set()
        """Processes that have reported their own name; a survey may show an older one."""
        self._inodes: dict[int, int] = {}
        """The row in which each socket inode was last opened or seen."""
        self._waiting: dict[tuple[str, int], None] = {}
        self._has_news = False

    def take(self, lines: Iterable[bytes]) -> None:
        """Read reports, one JSON line each; malformed ones are ignored."""
        for line in lines:
            report = parse(line)
            if report is None or max(len(self.tokens), len(self.kernel)) >= MAX_ROWS:
                continue
            self.revision += 1
            if isinstance(report, Call):
                self._call(report)
            else:
                self._see(report)

    def join(self) -> None:
        """Find the connections of rows that have none yet, if their packets have been read by now."""
        if not self._waiting or not (self._joins.refresh() or self._has_news):
            return
        self._has_news = False
        self.revision += 1
        found = [one for one in self._waiting if self._find(*one)]
        for one in found:
            del self._waiting[one]
        if not found:
            self.revision -= 1  # nothing has changed
        while len(self._waiting) > MAX_WAITING:
            del self._waiting[next(iter(self._waiting))]

    # -- reports of programs -------------------------------------------------------------------------------------

    def _call(self, call: Call) -> None:
        life = call.namespace, call.pid, call.fd, call.inode
        row = self._lives.get(life)
        if call.call in OPENINGS:
            row = self._opened(life, row, call)
        elif row is None:  # its opening was not reported, or the report was lost
            row = self._open(life, call.time_ns, Opened.SEEN, call.process)
        self._name_process(call)
        changes: dict[str, Any] = {}
        match call.call:
            case "listen":
                changes = {"role": Role.LISTENER, **_ends(call.local, NOWHERE)}
            case "accept":
                changes = {"role": Role.SERVER, **_ends(call.local, call.remote)}
            case "connect":
                changes = {"role": Role.CLIENT, "connect_ns": call.time_ns, **_ends(call.local, call.remote)}
            case "close":
                changes = {"closed_ns": call.time_ns, "closed_by": Closed.CLOSE}
            case "name":
                changes = {"named_ns": call.time_ns, **_text(self.tokens, "name", call.name)}
            case "forget":
                changes = {"forgotten_ns": call.time_ns}
        self._set(self.tokens, row, **changes)
        if call.call in ("accept", "connect"):
            self._wait(self.tokens, row)
        if call.state is not None and self.tokens["remote_port"][row]:
            self._last_word(row, call)

    def _last_word(self, row: int, call: Call) -> None:
        """Record the kernel's state of a connection at the time when its descriptor was closed."""
        assert call.state is not None, "the caller has looked"
        local, remote = sockets_of(self.tokens, row)
        seen = Sighting(call.time_ns, 0, call.namespace, local, remote, True, call.state, call.inode)
        self._write_down(replace(seen, figures=call.figures), [row])

    def _name_process(self, call: Call) -> None:
        """Set the name of a process on its descriptors, as the process reported it."""
        process = call.namespace, call.pid
        if process in self._named:
            return
        self._named.add(process)
        mine = np.flatnonzero((self.tokens["pid"] == call.pid) & (self.tokens["namespace"] == call.namespace))
        for row in mine.tolist():
            self._set(self.tokens, row, **_text(self.tokens, "process", call.process))

    def _opened(self, life: Life, row: int | None, call: Call) -> int:
        """Return the row of a descriptor that a program reports as opened: a new row, or that of a survey which found
        it first.
        """
        by = OPENINGS[call.call]
        if row is None or 0 <= self.tokens["closed_ns"][row] <= call.time_ns:
            return self._open(life, call.time_ns, by, call.process)
        first = min(call.time_ns, int(self.tokens["opened_ns"][row]))
        self._set(self.tokens, row, opened_ns=first, opened_by=by)
        return row

    def _open(self, life: Life, time_ns: int, by: Opened, process: str) -> int:
        namespace, pid, fd, inode = life
        before = self._current.get((namespace, pid, fd))
        if before is not None:
            self._end(before, time_ns, Closed.REPLACED)
        facts = {"namespace": namespace, "pid": pid, "fd": fd, "inode": inode, "opened_ns": time_ns, "opened_by": by}
        row = self._add(self.tokens, **facts, **_text(self.tokens, "process", process))
        self._lives[life] = self._current[namespace, pid, fd] = self._inodes[inode] = row
        return row

    def _end(self, row: int, time_ns: int, by: Closed) -> None:
        if self.tokens["closed_ns"][row] < 0:
            self._set(self.tokens, row, closed_ns=time_ns, closed_by=by)

    # -- reports of the kernel -----------------------------------------------------------------------------------

    def _see(self, seen: Sighting) -> None:
        rows = [self._token_of(seen, *holder) for holder in seen.holders]
        end = seen.namespace, seen.local, seen.remote
        # A socket with an inode but no known holder is held by a process that may not be inspected, or was just closed.
        if rows or not seen.inode:
            for row in self._held.pop(end, set()) - set(rows):
                self._end(row, seen.time_ns, Closed.SEEN)
        if rows:
            self._held[end] = set(rows)
        self._write_down(seen, rows)

    def _write_down(self, seen: Sighting, rows: list[int]) -> None:
        """Add a row with the kernel's state of an endpoint, which these descriptors hold."""
        token = rows[0] if rows else self._inodes.get(seen.inode, -1) if seen.inode else -1
        if token >= 0 and seen.state == State.LISTEN:  # a listening socket, even without a known holder
            self._set(self.tokens, token, role=Role.LISTENER, **_ends(seen.local, NOWHERE))
        row = self._add(
            self.kernel,
            time_ns=seen.time_ns,
            took_ns=seen.took_ns,
            namespace=seen.namespace,
            state=seen.state,
            is_listed=seen.is_listed,
            inode=seen.inode,
            holders=len(rows),
            token=token,
            unread=seen.unread,
            unacknowledged=seen.unacknowledged,
            has_figures=bool(seen.figures),
            **seen.figures,
            **_ends(seen.local, seen.remote),
        )
        if seen.remote[3]:
            self._wait(self.kernel, row)

    def _token_of(self, seen: Sighting, pid: int, process: str, fd: int) -> int:
        life = seen.namespace, pid, fd, seen.inode
        row = self._lives.get(life)
        if row is None:
            row = self._open(life, seen.time_ns, Opened.SEEN, process)
        if seen.state == State.LISTEN:
            return row
        if not self.tokens["local_port"][row]:
            self._set(self.tokens, row, **_ends(seen.local, seen.remote))
        if self.tokens["connection"][row] < 0:
            self._wait(self.tokens, row)
        return row

    # -- the join ------------------------------------------------------------------------------------------------

    def _wait(self, table: Table, row: int) -> None:
        self._waiting[table.name, row] = None
        self._has_news = True

    def _find(self, name: str, row: int) -> bool:
        """Join one row; return False if its connection was not found yet."""
        table = self.tokens if name == "tokens" else self.kernel
        local, remote = sockets_of(table, row)
        if name == "kernel":
            from_ns, took_ns = int(table["time_ns"][row]), int(table["took_ns"][row])
            state = State(int(table["state"][row]))
            found = self._joins.there_at(local, remote, from_ns, from_ns + took_ns, state)
            if found is None and state == State.SYN_SENT:
                found = self._joins.about_to_be(local, remote, from_ns)
        elif table["connect_ns"][row] >= 0:
            asked_ns = int(table["connect_ns"][row])
            found = self._joins.caused_by(local, remote, asked_ns) or self._joins.crossing(local, remote, asked_ns)
        else:
            at_ns = int(table["opened_ns"][row])
            found = self._joins.there_at(local, remote, at_ns, at_ns)
        if found is None:
            return False
        connection, direction = found
        self._set(table, row, connection=connection, direction=direction)
        if name == "tokens" and table["role"][row] == Role.UNKNOWN:
            self._set(table, row, role=Role.SERVER if direction == Direction.SERVER else Role.CLIENT)
        return True

    # -- rows ----------------------------------------------------------------------------------------------------

    def _add(self, table: Table, **values: Any) -> int:
        table.reserve(1)
        table.rows += 1
        self._set(table, table.rows - 1, **values)
        return table.rows - 1

    def _set(self, table: Table, row: int, **values: Any) -> None:
        for name, value in values.items():
            table[name][row] = value
        table["revision"][row] = self.revision


def _text(table: Table, column: str, text: str) -> dict[str, npt.NDArray[np.uint8]]:
    """Return a text in the format of the column, truncated if it does not fit."""
    width = table.raw(column).shape[1]
    return {column: np.frombuffer(text.encode()[:width].ljust(width, b"\0"), np.uint8)}


def _ends(local: Socket, remote: Socket) -> dict[str, int]:
    family, local_hi, local_lo, local_port = local
    _, remote_hi, remote_lo, remote_port = remote
    return {
        "family": family,
        "local_hi": local_hi,
        "local_lo": local_lo,
        "local_port": local_port,
        "remote_hi": remote_hi,
        "remote_lo": remote_lo,
        "remote_port": remote_port,
    }


def sockets_of(table: Table, row: int) -> tuple[Socket, Socket]:
    """Return the local and the remote socket of a row."""
    family, *numbers = (int(table[name][row]) for name in _ends(NOWHERE, NOWHERE))
    return (family, *numbers[:3]), (family, *numbers[3:])  # type: ignore[return-value]
