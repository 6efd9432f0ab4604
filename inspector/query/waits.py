"""What exchanges and messages waited for: a view that is computed from the tables on demand and never stored.

An exchange's wait lasts from the first byte of its request to the last byte of its response, and of the first exchange
of a connection the handshake is part of it. Without a response it lasts to the last packet of the connection. A
message's wait lasts from its first byte to its last. What was sent again counts to the last time: that it was sent
before does not show that it had arrived. The shares of the causes add up to the wait exactly.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from inspector.engine.clocks import JITTER_NS, elapsed
from inspector.query.wait_causes import Cause, Pauses, pauses
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


def waits(capture: Capture, connection: int | None = None) -> Waits:
    """The waits of one connection, or of all if it is None."""
    found = pauses(capture, connection)
    kinds = [
        (WaitKind.EXCHANGE, *_exchange_ranges(capture, found, connection)),
        (WaitKind.MESSAGE, *_message_ranges(capture, found, connection)),
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


def _fill(capture: Capture, table: Table, found: Pauses, ranges: Ints) -> None:
    _, _, first, _, _, last = ranges
    p = found.packets
    table["first_packet"][:], table["last_packet"][:] = p.rows[first], p.rows[last]
    table["connection"][:], table["time_ns"][:] = p.of[first], found.times[first]
    shares, alternatives = _shares(found, ranges)
    is_known = np.ones(len(first), bool)
    for start in (ranges[0], first):
        is_known &= elapsed(capture.packets, p.rows[start], p.rows[last], found.times[start], found.times[last]) >= 0
        is_known &= found.times[start] - p.times[start] <= JITTER_NS
    is_known &= found.times[last] - p.times[last] <= JITTER_NS
    shares[~is_known] = 0
    table["shares"][:] = shares
    table["wait_ns"][:] = np.where(is_known, shares.sum(axis=1), -1)
    cause = np.where(shares.any(axis=1), shares.argmax(axis=1), -1)
    table["cause"][:], table["alternatives"][:] = cause, _chosen(alternatives, shares, cause)


def _part(found: Pauses, places: Rows, cause: int) -> Times:
    """How much of the pause before each of these packets has this cause, in ns."""
    whole = found.times[places] - found.times[places - 1]
    rest = np.where(found.cause[places] == cause, whole - found.network[places] - found.accept[places], 0)
    if cause == Cause.NETWORK:
        return rest + found.network[places]
    return rest + found.accept[places] if cause == Cause.ACCEPT else rest


def _shares(found: Pauses, ranges: Ints) -> tuple[Ints, Ints]:
    """For each wait and `Cause`, its share in ns; and how long the cause could also be a given other one.

    Returns:
        The shares, shape (n, causes), and the alternatives, likewise: ns in which a cause was not the first but a
        possible one.
    """
    handshake, opened, first, turn, answer, last = ranges
    spans = ((handshake, opened), (first, turn), (answer, last))
    count = len(found.packets)
    places = np.arange(1, count)
    inside = places[~found.packets.begins[1:]]
    shares = np.zeros((len(first), len(Cause)), np.int64)
    alternatives = np.zeros_like(shares)
    for cause in Cause:
        own = inside[(found.cause[inside] == cause)]
        if cause == Cause.NETWORK:
            own = inside[(found.cause[inside] == cause) | (found.network[inside] > 0)]
        elif cause == Cause.ACCEPT:
            own = inside[found.accept[inside] > 0]
        shares[:, cause] = _sums(own, _part(found, own, cause), spans)
        other = inside[found.alternatives[inside] & 1 << cause != 0]
        rest = found.times[other] - found.times[other - 1] - found.network[other] - found.accept[other]
        alternatives[:, cause] = _sums(other, rest, spans)
    shares[:, Cause.EARLIER_RESPONSE] += found.times[answer] - found.times[turn]
    return shares, alternatives


def _sums(places: Rows, values: Times, spans: tuple[tuple[Rows, Rows], ...]) -> Times:
    """The sum of the values at places in (start, stop], over all spans of each wait."""
    total = np.concatenate([np.zeros(1, np.int64), np.cumsum(values)])
    sums = np.zeros(len(spans[0][0]), np.int64)
    if len(places):
        for start, stop in spans:
            sums += total[np.searchsorted(places, stop, "right")] - total[np.searchsorted(places, start, "right")]
    return sums


def _chosen(alternatives: Ints, shares: Ints, cause: Values) -> Ints:
    """The causes, as bits, that are possible for at least half of the main cause's share."""
    main = shares[np.arange(len(cause)), cause]
    is_likely = (2 * alternatives >= main[:, None]) & (main[:, None] > 0) & (alternatives > 0)
    is_likely[np.arange(len(cause)), cause] = False
    return np.asarray(is_likely @ (1 << np.arange(len(Cause))))


# -- where waits begin and end -------------------------------------------------------------------------------------


def _exchange_ranges(capture: Capture, found: Pauses, connection: int | None) -> tuple[Rows, Ints]:
    """Rows of the exchanges that have a request, and the places of the packets between which they wait, shape (6, n):
    from handshake to opened, from first to last; from turn to answer, an earlier response was being received.
    """
    table, messages = capture.exchanges, capture.http_messages
    p, places = found.packets, _places(capture, found)
    chosen = table["request"] >= 0
    if connection is not None:
        chosen &= table["connection"] == connection
    rows = np.flatnonzero(chosen)
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


def _message_ranges(capture: Capture, found: Pauses, connection: int | None) -> tuple[Rows, Ints]:
    """Rows of the messages, and places as in `_exchange_ranges`. A message that was held back until a delayed ACK came
    has waited since the segment before it.
    """
    table, places = capture.messages, _places(capture, found)
    rows = np.arange(len(table)) if connection is None else np.flatnonzero(table["connection"] == connection)
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
