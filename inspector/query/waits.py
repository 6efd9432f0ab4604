"""What exchanges and messages waited for: a view that is computed from the tables on demand and never stored.

An exchange's wait lasts from the first byte of its request to the last byte of its response, and of the first exchange
of a connection the handshake is part of it. Without a response it lasts to the last packet of the connection. A
message's wait lasts from its first byte to its last. What was sent again counts to the last time: that it was sent
before does not show that it had arrived. The shares of the causes add up to the wait exactly.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from inspector.engine.clocks import JITTER_NS, connects, elapsed
from inspector.query.packet_arrays import REPEATS, Connections, rows_of
from inspector.query.time_range import exchange_times
from inspector.query.wait_causes import CAUSE_TITLES, CAUSES, Cause, Pauses, cause_code, pauses
from inspector.tables.arrays import Ints, Mask, Rows, Times, Values
from inspector.tables.table import Table

if TYPE_CHECKING:
    from inspector.engine.capture import Capture

SLOW_NS: Final = 30_000_000
"""A wait of at least this length is slow: it is more than a program or a path within a country usually takes, and less
than what TCP itself adds when it waits, which begins with Linux's delayed ACK of 40 ms."""


class WaitKind(IntEnum):
    """What waited."""

    EXCHANGE = 0
    MESSAGE = 1


class Longest(NamedTuple):
    """The longest part of a wait that has its main cause: rows of the packets between which it lies, and its length."""

    since: int
    packet: int
    ns: int


@dataclass(frozen=True, slots=True)
class Waits:
    """The waits of a capture, in a table with the columns `table.WAITS`: first the exchanges, then the messages."""

    table: Table
    _pauses: Pauses
    _ranges: Ints

    def longest(self, i: int) -> Longest | None:
        """The longest run of wait `i` that has its main cause; None if it has no cause."""
        cause = int(self.table["cause"][i])
        if cause < 0:
            return None
        found = self._pauses
        handshake, opened, first, turn, answer, last = self._ranges[:, i].tolist()
        spans = ((handshake, opened), (first, turn), (answer, last))
        if cause == Cause.EARLIER_RESPONSE:
            return self._between(turn, answer)
        places = np.concatenate([np.arange(start + 1, stop + 1) for start, stop in spans])
        part = _part(found, places, cause)
        places, part = places[part > 0], part[part > 0]
        follows = np.append(True, (np.diff(places) > 1) | (np.diff(found.action[places]) != 0))
        if cause in (Cause.FAST_RETRANSMISSION, Cause.HANDSHAKE):
            follows = np.append(True, np.diff(places) > 1)
        starts = np.flatnonzero(follows)
        sums = np.add.reduceat(part, starts)
        best = int(sums.argmax())
        stop = starts[best + 1] if best + 1 < len(starts) else len(places)
        rows = found.packets.rows
        return Longest(int(rows[places[starts[best]] - 1]), int(rows[places[stop - 1]]), int(sums[best]))

    def round_trips(self, i: int) -> tuple[int, int]:
        """The shortest round trips, in ns, from the capture to the client and to the server of wait `i`'s connection; 0
        if there is none.
        """
        to_client, to_server = self._pauses.round_trip[int(self.table["connection"][i])].tolist()
        return to_client, to_server

    def _between(self, start: int, stop: int) -> Longest:
        rows, times = self._pauses.packets.rows, self._pauses.times
        return Longest(int(rows[start]), int(rows[stop]), int(times[stop] - times[start]))


def waits(capture: Capture, connections: Connections = None) -> Waits:
    """The waits of these connections."""
    found = pauses(capture, connections)
    kinds = [
        (WaitKind.EXCHANGE, *_exchange_ranges(capture, found, connections)),
        (WaitKind.MESSAGE, *_message_ranges(capture, found, connections)),
    ]
    rows = np.concatenate([of_kind for _, of_kind, _ in kinds])
    ranges = np.concatenate([of_kind for *_, of_kind in kinds], axis=1)
    table = Table("waits")
    table.reserve(len(rows))
    table.rows = len(rows)
    table["kind"][:] = np.repeat([kind for kind, *_ in kinds], [len(of_kind) for _, of_kind, _ in kinds])
    table["row"][:] = rows
    if len(rows):
        _fill(capture, table, found, ranges)
    return Waits(table, found, ranges)


@dataclass(frozen=True, slots=True)
class CauseTotal:
    """A cause of some waits.

    Attributes:
        code: its name in rows and in a display filter.
        title: its name for people.
        ns: its shares of all of these waits, added up.
        waits: how many of them have it as their main cause.
        longest: row of the wait in which its share is largest.
    """

    code: str
    title: str
    ns: int
    waits: int
    longest: int


def totals(found: Waits, chosen: Rows) -> list[CauseTotal]:
    """The causes of the chosen waits, the one that took the most time first."""
    shares, cause = found.table["shares"][chosen], found.table["cause"][chosen]
    together = shares.sum(axis=0)
    return [
        CauseTotal(
            cause_code(one),
            CAUSE_TITLES[Cause(one)],
            int(together[one]),
            int(np.count_nonzero(cause == one)),
            int(chosen[shares[:, one].argmax()]),
        )
        for one in np.argsort(-together, kind="stable").tolist()
        if together[one]
    ]


def slow_waits(capture: Capture) -> tuple[Waits, Rows]:
    """Waits, and the rows of those among them that are slow. Only connections are looked at in which something is."""
    found = waits(capture, _with_slow_waits(capture))
    return found, np.flatnonzero(found.table["wait_ns"] >= SLOW_NS)


class SlowWaits:
    """The slow waits of a capture that may grow; they are computed again only when it has."""

    def __init__(self, capture: Capture) -> None:
        self._capture = capture
        self._size = (-1, -1)

    def of_cause(self, word: str) -> Table | None:
        """The slow waits that "cause:CODE" finds: those with this main cause, or for which it is possible beside the
        main cause. None if the word is not of this form.
        """
        cause = CAUSES.get(word.removeprefix("cause:")) if word.startswith("cause:") else None
        if cause is None:
            return None
        capture = self._capture
        size = len(capture.packets), capture.descriptor_history.revision
        if size != self._size:
            self._size = size
            found, rows = slow_waits(capture)
            self._slow = found.table.chosen(rows)
        slow = self._slow
        return slow.chosen(np.flatnonzero((slow["cause"] == cause) | (slow["alternatives"] >> cause & 1 != 0)))


def are_slow(capture: Capture, exchanges: Any = slice(None)) -> Mask:
    """Which exchanges took at least SLOW_NS from their first byte to their last; for the first one of a connection, the
    handshake counts, too. One without a response lasts to the last packet of the connection.
    """
    table = capture.exchanges
    start, end = exchange_times(capture, exchanges)
    until = capture.connections["end_ns"][table["connection"][exchanges]]
    took = np.where(table["response"][exchanges] >= 0, end, until) - start
    slow: Mask = took + np.maximum(connects(capture, exchanges), 0) >= SLOW_NS
    return slow


def _with_slow_waits(capture: Capture) -> Rows:
    """The connections that may have a slow wait: something in them took so long, or was sent again."""
    packets, connections = capture.packets, capture.connections
    chosen = np.zeros(len(connections) + 1, bool)  # index -1 (no connection) writes the last entry
    chosen[packets["connection"][packets["analysis"] & REPEATS.value != 0]] = True
    chosen[packets["connection"][packets["ack_rtt_ns"] >= SLOW_NS]] = True
    if len(capture.exchanges):
        chosen[capture.exchanges["connection"][are_slow(capture)]] = True
    messages = capture.messages
    chosen[messages["connection"][messages["end_ns"] - messages["time_ns"] >= SLOW_NS]] = True
    chosen[:-1] &= connections["end_ns"] - connections["start_ns"] >= SLOW_NS
    return np.flatnonzero(chosen[:-1])


def _fill(capture: Capture, table: Table, found: Pauses, ranges: Ints) -> None:
    _, _, first, _, _, last = ranges
    p = found.packets
    table["first_packet"][:], table["last_packet"][:] = p.rows[first], p.rows[last]
    table["connection"][:], table["time_ns"][:] = p.of[first], found.times[first]
    shares, possible = _shares(found, ranges)
    is_known = np.ones(len(first), bool)
    for start in (ranges[0], first):
        is_known &= elapsed(capture.packets, p.rows[start], p.rows[last], found.times[start], found.times[last]) >= 0
        is_known &= found.times[start] - p.times[start] <= JITTER_NS
    is_known &= found.times[last] - p.times[last] <= JITTER_NS
    shares[~is_known] = 0
    table["shares"][:] = shares
    table["wait_ns"][:] = np.where(is_known, shares.sum(axis=1), -1)
    cause = np.where(shares.any(axis=1), shares.argmax(axis=1), -1)
    table["cause"][:], table["alternatives"][:] = cause, _chosen(possible, shares, cause)


def _part(found: Pauses, places: Rows | slice, cause: int) -> Times:
    """How much of the pause before each of these packets has this cause, in ns."""
    part: Times = np.where(found.cause[places] == cause, found.rest[places], 0)
    if cause == Cause.NETWORK:
        part += found.network[places]
    if cause == Cause.ACCEPT:
        part += found.accept[places]
    return part


def _shares(found: Pauses, ranges: Ints) -> tuple[Ints, Ints]:
    """For each wait and `Cause`, its share in ns; and for how long the cause was possible beside another.

    Returns:
        Two arrays of shape (n, causes).
    """
    handshake, opened, first, turn, answer, last = ranges
    spans = ((handshake, opened), (first, turn), (answer, last))
    shares = np.zeros((len(first), len(Cause)), np.int64)
    possible = np.zeros_like(shares)
    present = np.bincount(found.cause, minlength=len(Cause)) > 0
    present[[Cause.NETWORK, Cause.ACCEPT]] = found.network.any(), found.accept.any()
    beside = np.bitwise_or.reduce(found.alternatives)
    for cause in Cause:
        if present[cause]:
            shares[:, cause] = _sums(_part(found, slice(None), cause), spans)
        if beside >> cause & 1:
            possible[:, cause] = _sums(np.where(found.alternatives >> cause & 1, found.rest, 0), spans)
    shares[:, Cause.EARLIER_RESPONSE] += found.times[answer] - found.times[turn]
    return shares, possible


def _sums(values: Times, spans: tuple[tuple[Rows, Rows], ...]) -> Times:
    """The sums of the values at places in (start, stop], over all spans of each wait."""
    total = np.cumsum(values)
    sums: Times = np.sum([total[stop] - total[start] for start, stop in spans], axis=0)
    return sums


def _chosen(possible: Ints, shares: Ints, cause: Values) -> Ints:
    """The causes, as bits, that are possible for at least half of the main cause's share."""
    main = shares[np.arange(len(cause)), cause]
    is_likely = (2 * possible >= main[:, None]) & (main[:, None] > 0) & (possible > 0)
    is_likely[np.arange(len(cause)), cause] = False
    return np.asarray(is_likely @ (1 << np.arange(len(Cause))))


# -- where waits begin and end -------------------------------------------------------------------------------------


def _exchange_ranges(capture: Capture, found: Pauses, connections: Connections) -> tuple[Rows, Ints]:
    """Rows of the exchanges that have a request, and the places of the packets between which they wait, shape (6, n):
    from handshake to opened, from first to last; from turn to answer, an earlier response was being received.
    """
    table, messages = capture.exchanges, capture.http_messages
    p, places = found.packets, _places(capture, found)
    rows = rows_of(table, connections)
    rows = rows[table["request"][rows] >= 0]
    if not len(rows):
        return rows, np.zeros((6, 0), np.int64)
    request, response = table["request"][rows], table["response"][rows]
    first, requested = places[messages["packet"][request]], places[messages["last_packet"][request]]
    ends = np.append(np.flatnonzero(p.begins)[1:], len(p)) - 1
    tail = ends[np.searchsorted(np.flatnonzero(p.begins), first, "right") - 1]
    last = np.where(response >= 0, _arrived(found, places, messages, response, tail), tail)
    last = np.maximum(last, first)
    turn = np.minimum(requested, last)
    answer = np.maximum(turn, np.minimum(_before(table["connection"][rows], last), last))
    begins_it = messages["stream_offset"][request] == 0
    opened, start = found.opened[first], p.starts[first]
    has_handshake = begins_it & (opened >= 0) & (start < first)
    opened = np.where(has_handshake, np.minimum(opened, first), first)
    start = np.where(has_handshake, start, first)
    return rows, np.stack([start, opened, first, turn, answer, last]).astype(np.int64)


def _before(connection: Values, last: Rows) -> Rows:
    """For each exchange, the place at which the responses of the same connection before it had come; -1 for none."""
    order = np.argsort(connection, kind="stable")
    of, ends = connection[order], last[order]
    found = np.full(len(last), -1, np.int64)
    same = of[1:] == of[:-1]
    # Places grow from connection to connection, so the maximum so far is that of the same one.
    found[order[1:]] = np.where(same, np.maximum.accumulate(ends)[:-1], -1)
    return found


def _arrived(found: Pauses, places: Rows, messages: Table, rows: Rows, tail: Rows) -> Rows:
    """For each message, the place of the packet with which its last byte was there."""
    last, ends = places[messages["last_packet"][rows]], messages["end_ns"][rows]
    for i in np.flatnonzero((rows >= 0) & (found.times[last] < ends)).tolist():
        own = found.times[last[i] : tail[i] + 1]
        last[i] += min(int(np.searchsorted(own, ends[i])), len(own) - 1)
    sent: Rows = found.last_sent[last]
    return sent


def _message_ranges(capture: Capture, found: Pauses, connections: Connections) -> tuple[Rows, Ints]:
    """Rows of the messages, and places as in `_exchange_ranges`. A message that was held back until a delayed ACK came
    has waited since the segment before it.
    """
    table, places = capture.messages, _places(capture, found)
    rows = rows_of(table, connections)
    first, last = places[table["first_packet"][rows]], places[table["last_packet"][rows]]
    is_held: Mask = found.held[first] & (found.before[first] >= 0)
    first = np.where(is_held, found.before[first], first)
    last = found.last_sent[np.maximum(first, last)]
    return rows, np.stack([first, first, first, last, last, last]).astype(np.int64)


def _places(capture: Capture, found: Pauses) -> Rows:
    """The place of each packets row; that of the original for a packet that was captured twice."""
    packets = capture.packets
    places = np.zeros(len(packets), np.int64)
    places[found.packets.rows] = np.arange(len(found.packets))
    copies = np.flatnonzero(packets["duplicate"] != 0)
    places[copies] = places[packets["previous"][copies]]
    return places
