"""Five surprising facts about file descriptors, with the places where this capture shows them.

Each is proved by what the programs and the kernel reported and by packets; none is assumed.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from heapq import heappop, heappush
from typing import TYPE_CHECKING

import numpy as np

from inspector.descriptors.history import Closed, Opened
from inspector.query.connection_packets import packets_of
from inspector.tables.table import Direction, Table
from inspector.tcp.states import State
from inspector.units import duration, size
from inspector.views.sockets.descriptor_rows import process_of

if TYPE_CHECKING:
    from inspector.engine.capture import Capture

MAX_OF_A_KIND = 50
"""Maximum number of places shown of each kind: the newest."""


class Kind(StrEnum):
    """The kinds of facts, in the order of a descriptor's life."""

    BEFORE_ACCEPT = "before_accept"
    LOWEST_FREE = "lowest_free"
    GONE_WHILE_CLOSING = "gone_while_closing"
    TIME_WAIT = "time_wait"
    USED_AGAIN = "used_again"


@dataclass(frozen=True, slots=True)
class Fact:
    """One place in the capture that shows a fact: a time, a connection, the descriptors concerned (rows of tokens), and
    a sentence.
    """

    kind: Kind
    time_ns: int
    connection: int
    tokens: tuple[int, ...]
    sentence: str


def facts(capture: Capture) -> list[Fact]:
    """The facts that this capture shows, ordered by kind and then by time; at most MAX_OF_A_KIND of each kind."""
    finders = (_before_accept, _lowest_free, _gone_while_closing, _time_wait, _used_again)
    found: list[Fact] = []
    for finder in finders:
        found += sorted(finder(capture), key=lambda fact: fact.time_ns)[-MAX_OF_A_KIND:]
    return found


def _before_accept(capture: Capture) -> Iterator[Fact]:
    """The handshake was complete before the server's program had a file descriptor for the connection."""
    tokens, connections = capture.tokens, capture.connections
    accepted = (tokens["opened_by"] == Opened.ACCEPT) & (tokens["connection"] >= 0)
    for row in np.flatnonzero(accepted).tolist():
        connection = int(tokens["connection"][row])
        handshake_ns = int(connections["handshake_ns"][connection])
        built_ns = int(connections["start_ns"][connection]) + handshake_ns
        waited_ns = int(tokens["opened_ns"][row]) - built_ns
        if handshake_ns >= 0 and waited_ns > 0:
            yield Fact(
                Kind.BEFORE_ACCEPT, built_ns, connection, (row,),
                f"Connection #{connection} was established, but the server had no token (file descriptor) for it until "
                f"{process_of(tokens, row)} accepted it, {duration(waited_ns)} later.",
            )  # fmt: skip


def _lowest_free(capture: Capture) -> Iterator[Fact]:
    """A new descriptor got a lower number than one in use: the lowest free number is allocated."""
    tokens = capture.tokens
    is_told = np.isin(tokens["opened_by"], (Opened.SOCKET, Opened.ACCEPT)) & (tokens["connection"] >= 0)
    for rows in _by_process(tokens).values():
        for row, higher in _with_a_higher_one(tokens, rows):
            if is_told[row]:
                yield Fact(
                    Kind.LOWEST_FREE, int(tokens["opened_ns"][row]), int(tokens["connection"][row]), (row, higher),
                    f"{process_of(tokens, row)} got {int(tokens['fd'][row])} although "
                    f"{int(tokens['fd'][higher])} was in use: the lowest free number.",
                )  # fmt: skip


def _with_a_higher_one(tokens: Table, rows: list[int]) -> Iterator[tuple[int, int]]:
    """Pairs of rows of one process: a descriptor that was opened while a higher number was in use, and the next higher
    descriptor then in use.
    """
    fds, opened, closed = (tokens[name][rows].tolist() for name in ("fd", "opened_ns", "closed_ns"))
    in_use: list[tuple[int, int]] = []  # (number, row), sorted
    ends: list[tuple[int, tuple[int, int]]] = []  # a heap of (time of closing, (number, row))
    for row, fd, opened_ns, closed_ns in zip(rows, fds, opened, closed, strict=True):
        while ends and ends[0][0] <= opened_ns:
            in_use.remove(heappop(ends)[1])
        above = bisect_left(in_use, (fd + 1, -1))
        if above < len(in_use):
            yield row, in_use[above][1]
        insort(in_use, (fd, row))
        if closed_ns >= 0:
            heappush(ends, (closed_ns, (fd, row)))


def _gone_while_closing(capture: Capture) -> Iterator[Fact]:
    """The program had closed its descriptor while the connection was still closing."""
    tokens, connections = capture.tokens, capture.connections
    first = (tokens["closed_by"] == Closed.CLOSE) & (tokens["connection"] >= 0)
    for row in np.flatnonzero(first).tolist():
        connection, closed_ns = int(tokens["connection"][row]), int(tokens["closed_ns"][row])
        on_ns = int(connections["end_ns"][connection]) - closed_ns
        is_its_own = connections["closed_by"][connection] == tokens["direction"][row]
        if on_ns > 0 and is_its_own and connections["reset_by"][connection] != tokens["direction"][row]:
            side = "client" if tokens["direction"][row] == Direction.CLIENT else "server"
            yield Fact(
                Kind.GONE_WHILE_CLOSING, closed_ns, connection, (row,),
                f"{process_of(tokens, row)} closed {int(tokens['fd'][row])}; the {side}'s end of #{connection} "
                f"then had no token, and took another {duration(on_ns)} to close"
                f"{_still_to_send(_sent_after(capture, row))}.",
            )  # fmt: skip


def _sent_after(capture: Capture, row: int) -> int:
    """The number of bytes that a descriptor's end sent and that were captured after the descriptor was closed."""
    tokens, packets = capture.tokens, capture.packets
    connection, closed_ns = int(tokens["connection"][row]), tokens["closed_ns"][row]
    own = packets_of(capture, connection)
    later = own[(packets["direction"][own] == tokens["direction"][row]) & (packets["time_ns"][own] > closed_ns)]
    return int(packets["payload"][later].sum())


def _still_to_send(sent: int) -> str:
    return f", with {size(sent)} still to be sent or in flight" if sent else ""


def _time_wait(capture: Capture) -> Iterator[Fact]:
    """The kernel keeps an end in TIME-WAIT, and no process holds it.

    The time given is when the kernel had answered, since a short connection may not even have been opened when it was
    asked; but it is not earlier than the time at which the program reported that it had closed the descriptor, which
    may come a little later.
    """
    kernel, given_back = capture.kernel, _given_back(capture.tokens)
    resting = (kernel["state"] == State.TIME_WAIT) & (kernel["inode"] == 0) & (kernel["connection"] >= 0)
    for row in np.flatnonzero(resting).tolist():
        connection, direction = int(kernel["connection"][row]), int(kernel["direction"][row])
        side = "client" if direction == Direction.CLIENT else "server"
        asked_ns = int(kernel["time_ns"][row] + kernel["took_ns"][row])
        yield Fact(
            Kind.TIME_WAIT, max(asked_ns, given_back.get((connection, direction), 0)), connection, (),
            f"The {side}'s end of #{connection} is in TIME-WAIT: no process, no token, inode 0.",
        )  # fmt: skip


def _used_again(capture: Capture) -> Iterator[Fact]:
    """A descriptor was closed, and its number was allocated again."""
    tokens = capture.tokens
    for rows in _by_process(tokens).values():
        last: dict[int, int] = {}
        for row in rows:
            fd, opened_ns = int(tokens["fd"][row]), int(tokens["opened_ns"][row])
            before = last.get(fd)
            last[fd] = row
            if before is None or not 0 <= tokens["closed_ns"][before] <= opened_ns:
                continue
            gap_ns, connection = opened_ns - int(tokens["closed_ns"][before]), int(tokens["connection"][row])
            if connection < 0:
                continue
            yield Fact(
                Kind.USED_AGAIN, opened_ns, connection, (before, row),
                f"{process_of(tokens, row)} closed {fd} and got {fd} again "
                f"{duration(gap_ns)} later, now for connection #{connection}.",
            )  # fmt: skip


def _given_back(tokens: Table) -> dict[tuple[int, int], int]:
    """When the last descriptor of each end of a connection was closed, by connection and direction."""
    found: dict[tuple[int, int], int] = {}
    names = ("connection", "direction", "closed_ns")
    for connection, direction, closed_ns in zip(*(tokens[name].tolist() for name in names), strict=True):
        end = connection, direction
        found[end] = max(found.get(end, closed_ns), closed_ns)
    return found


def _by_process(tokens: Table) -> dict[tuple[int, int], list[int]]:
    """The rows of each process, in the order in which the descriptors were opened."""
    found: dict[tuple[int, int], list[int]] = defaultdict(list)
    for row in np.argsort(tokens["opened_ns"], kind="stable").tolist():
        found[int(tokens["namespace"][row]), int(tokens["pid"][row])].append(row)
    return found
