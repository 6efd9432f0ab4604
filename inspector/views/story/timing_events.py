"""Timing events of a connection: silence, bursts, queues and delayed acknowledgments.

Packets show when they were captured; why they came at that time is inferred, and the sentences say so.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from inspector.query.delayed_acks import delayed_acks, held_back
from inspector.tables.arrays import Values
from inspector.tables.table import Protocol
from inspector.tcp.verdicts import Verdict
from inspector.views.story.kinds import EventKind
from inspector.views.story.packet_arrays import Found, Packets

SILENCE_NS = 200_000_000
"""Minimum length of a pause that a story mentions: a user notices it, and most round trips are shorter."""

SHORTEST_RTT_NS = 1_000_000
"""Shorter round trips occur within one machine, where bursts cannot be separated, and a queue cannot be distinguished
from a program that is slow to wake up."""

FLIGHT_SEGMENTS = 8
"""Minimum number of segments in a direction; bursts of a direction with fewer are not worth reporting."""

MOST_BURSTS = 12
"""Maximum number of bursts reported per direction: enough for its slow start."""

QUEUE_NS = 5_000_000
"""If a round trip has doubled and has grown by more than this, the growth is attributed to a queue."""


def pauses(p: Packets) -> Iterator[Found]:
    """Intervals without packets; if a TCP timer ended one, it is reported with the segment that the timer sent."""
    everything = np.ones(len(p), bool)
    before = p.last(everything)
    is_timer = p.is_repeat | p.has(Verdict.KEEP_ALIVE, Verdict.ZERO_WINDOW_PROBE, Verdict.EMPTY_WINDOW_PROBE)
    is_chat = p.connections["protocol"][p.of] == Protocol.WEBSOCKET
    is_long = p.since(before) >= SILENCE_NS
    yield p.found(EventKind.SILENCE, is_long & ~is_timer & ~is_chat, since=before)


def delays(p: Packets) -> Iterator[Found]:
    """ACKs that come later than the round trip explains, and bytes that an end had held back until such an ACK came."""
    delayed, data = delayed_acks(p)
    yield p.found(EventKind.DELAYED_ACK, delayed, since=data)
    before = p.last(np.ones(len(p), bool))
    yield p.found(EventKind.HELD_BACK, held_back(p, delayed), since=before, bytes=p.payload)


def bursts(p: Packets) -> Iterator[Found]:
    """Bursts: runs of segments that one end sends without waiting, if the round trip is long enough to separate the
    bursts.
    """
    rtt = p.connections["syn_rtt_ns"][p.of]
    data = np.flatnonzero(p.has_data & (rtt >= SHORTEST_RTT_NS))
    if not len(data):
        return
    data = data[np.lexsort((data, p.side[data], p.of[data]))]
    stream = np.cumsum(_changes(p.of[data], p.side[data])) - 1
    waited = np.diff(p.times[data], prepend=0) >= rtt[data] // 2
    firsts = np.flatnonzero(_changes(stream) | waited)
    count = np.diff(firsts, append=len(data))
    lasts = firsts + count - 1
    sizes = np.add.reduceat(p.payload[data], firsts)
    place = np.arange(len(firsts)) - np.searchsorted(stream[firsts], stream[firsts])
    several = (np.bincount(stream)[stream[firsts]] >= FLIGHT_SEGMENTS) & (
        np.bincount(stream[firsts])[stream[firsts]] > 1
    )
    took = p.between(data[firsts], data[lasts])
    is_burst = several & (count > 1) & (place < MOST_BURSTS) & (took >= 0) & (took < rtt[data[firsts]])
    first, last = p.rows[data[firsts[is_burst]]], p.rows[data[lasts[is_burst]]]
    yield Found(EventKind.BURST, last, -1, first, count[is_burst], sizes[is_burst])


def _changes(*columns: Values) -> Values:
    """True for the first row, and for each row that differs from the previous one in any of the columns."""
    changes = np.ones(len(columns[0]), bool)
    changes[1:] = np.logical_or.reduce([column[1:] != column[:-1] for column in columns])
    return changes


def queues(p: Packets) -> Iterator[Found]:
    """ACKs that show that a direction's round trip has doubled, compared with its shortest one so far. Each further
    doubling is reported once.

    An ACK that carries bytes or a FIN does not count, since it may have waited for the program that wrote them.
    """
    rtt, data = p["ack_rtt_ns"], p.last_of(p.has_data, peer=True)
    is_full = (data >= 0) & (p["in_flight"][data] > p.payload[data])
    repeated = p.last_of(p.is_repeat, peer=True) >= 0
    # An ACK of a FIN does not count: the program decides when its end answers a FIN.
    ends = p.number("seq", of_peer=False) + p.payload
    of_bytes = p.is_plain & (p.number("ack", of_peer=True) <= ends[data])
    measured = np.flatnonzero(is_full & ~repeated & of_bytes & (rtt >= 0) & (p.payload == 0))
    queued: list[tuple[int, int]] = []
    shortest: dict[tuple[int, int], int] = {}
    height: dict[tuple[int, int], int] = {}
    for place in measured.tolist():
        stream, took = (int(p.of[place]), int(p.side[place])), int(rtt[place])
        least = shortest.setdefault(stream, place)
        if took < rtt[least]:
            shortest[stream] = place
        elif (
            rtt[least] >= SHORTEST_RTT_NS
            and took >= 2 * height.get(stream, rtt[least])
            and took > rtt[least] + QUEUE_NS
        ):
            height[stream] = took
            queued.append((place, least))
    where = np.zeros(len(p), bool)
    since = np.full(len(p), -1, np.intp)
    for place, least in queued:
        where[place], since[place] = True, least
    yield p.found(EventKind.QUEUED, where, since=since)
