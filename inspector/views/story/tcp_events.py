"""Events of TCP itself: opening, retransmissions, zero windows, closing."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from inspector.query.outcomes import Outcome, outcomes
from inspector.tables.arrays import Rows, Values
from inspector.tcp.flags_and_seq import ACK, RST, SYN
from inspector.tcp.states import State
from inspector.tcp.verdicts import Verdict
from inspector.views.story.kinds import EventKind, Reset
from inspector.views.story.packet_arrays import Found, Packets


def openings(p: Packets) -> Iterator[Found]:
    """How connections open: the packets of the handshake, attempts without an answer, and connections whose SYN was
    not captured.
    """
    has_syn = p.flags & SYN != 0
    is_open = (p["client_state"] == State.ESTABLISHED) & (p["server_state"] == State.ESTABLISHED)
    opens = is_open & (p.last(is_open) < 0) & (p.last(has_syn) >= 0)
    yield p.found(EventKind.BEGINS_OPEN, p.begins & (p.flags & (SYN | RST) == 0))
    yield p.found(EventKind.ASKED, p.is_syn & ~p.is_repeat, bytes=p.payload)
    yield p.found(EventKind.ANSWERED, p.is_syn_ack & ~p.is_repeat, since=p.last_of(p.is_syn, peer=True))
    yield p.found(EventKind.ESTABLISHED, opens, since=p.first(has_syn))
    yield _unanswered(p)


def _unanswered(p: Packets) -> Found:
    """Connections that consist only of SYNs and SYN-ACKs. `count` is the number of SYN-ACKs or, if there are none, of
    the SYNs that the end that began sent.
    """
    is_attempt = p.is_syn | p.is_syn_ack
    waits = p.ends & (p.counted(is_attempt) == p.counted(np.ones(len(p), bool)))
    answers = p.counted(p.is_syn_ack)
    count = np.where(answers > 0, answers, p.counted(p.is_syn & (p.side == p.side[p.starts])))
    since = np.where(answers > 0, p.first(p.is_syn_ack), p.first(p.is_syn))
    return p.found(EventKind.UNANSWERED, waits, since=since, count=count)


def troubles(p: Packets) -> Iterator[Found]:
    """Segments that are retransmitted, out of order or missing, and the duplicate ACKs of their receiver."""
    takes_numbers = p.has_data | (p.flags & SYN != 0) | p.is_fin
    first, _ = p.grouped(takes_numbers, p.of, p.side, p["seq"])
    yield p.found(EventKind.REPEATED, p.is_repeat, since=first, bytes=p.payload, count=_answers_seen(p))
    yield p.found(EventKind.REORDERED, p.has(Verdict.OUT_OF_ORDER) & p.is_old, bytes=p.payload)
    yield from _missing(p)
    first, count = p.grouped(p.has(Verdict.DUPLICATE_ACK), p.of, p.side, p["ack"])
    yield p.found(EventKind.DUPLICATE_ACKS, first == np.arange(len(p)), count=count)


def _answers_seen(p: Packets) -> Values:
    """For each segment: 1 if all of it had been acknowledged before it in the capture; 0 if not, but duplicate ACKs ask
    for it; -1 otherwise.
    """
    ends = p.number("seq", of_peer=False) + p.payload + ((p.flags & SYN != 0) | p.is_fin)
    acked = p.last_of((p.flags & ACK != 0) & ~p.is_reset & ~p.is_dropped, peer=True)
    answered = (acked >= 0) & (p.number("ack", of_peer=True)[acked] >= ends)
    asks = p.last_of(p.has(Verdict.DUPLICATE_ACK), peer=True)
    is_asked = (asks >= 0) & (p["ack"][asks] == p["seq"])
    return np.where(answered, 1, np.where(is_asked, 0, -1))


def _missing(p: Packets) -> Iterator[Found]:
    """Bytes that had not been captured when a segment came: those that precede it in its stream, or those that it
    acknowledges.
    """
    before = p.number("seq", of_peer=False) - p.reached[p.side, np.arange(len(p))]
    unseen = p.number("ack", of_peer=True) - p.reached[1 - p.side, np.arange(len(p))]
    lacks = p.connections["missed_bytes"][p.of, 1 - p.side] > 0
    had_strays = p.last(p.is_dropped) >= 0  # they mislead tshark's rules
    is_hole = p.has(Verdict.LOST_SEGMENT) & ~p.is_dropped & (p.flags & SYN == 0) & ((before > 0) | ~had_strays)
    of_peer = p.has(Verdict.ACK_LOST_SEGMENT) & ~p.is_dropped & ((unseen > 0) | lacks | ~had_strays)
    yield p.found(EventKind.MISSING, is_hole, bytes=np.maximum(before, -1))
    yield p.found(EventKind.MISSING, of_peer & ~is_hole, bytes=np.maximum(unseen, -1))


def windows(p: Packets) -> Iterator[Found]:
    """Receive windows that close and open again, and probes of a peer that is silent or has a zero window."""
    is_ack = p.is_plain & (p.flags & ACK != 0)
    window = p["window"].astype(np.int64)
    room = np.where(p["window_shift"] >= 0, window, -1)  # the size is unknown if the window scale is
    own = p.last_of(p.flags & ACK != 0)
    was_zero = (own >= 0) & (window[own] == 0) & ~p.is_reset[own]
    before = p.last(np.ones(len(p), bool))
    yield p.found(EventKind.WINDOW_CLOSED, p.has(Verdict.ZERO_WINDOW) & ~was_zero)
    yield p.found(
        EventKind.WINDOW_OPENED, is_ack & (window > 0) & was_zero, since=_closing(p, window, is_ack), bytes=room
    )
    yield p.found(EventKind.PROBED, p.has(Verdict.ZERO_WINDOW_PROBE, Verdict.EMPTY_WINDOW_PROBE), since=before)
    yield p.found(EventKind.KEPT_ALIVE, p.has(Verdict.KEEP_ALIVE), since=before)
    yield p.found(EventKind.KEEP_ALIVE_ANSWERED, p.has(Verdict.KEEP_ALIVE_ACK), since=before)


def _closing(p: Packets, window: Values, is_ack: Values) -> Rows:
    """For each packet, the place of the packet with which its sender last closed its window; -1 for none."""
    own = p.last_of(is_ack)
    closes = is_ack & (window == 0) & ((own < 0) | (window[own] > 0))
    return p.last_of(closes)


def endings(p: Packets) -> Iterator[Found]:
    """How connections end."""
    outcome = outcomes(p.connections, p.of)
    is_refused = p.ends_it & (outcome == Outcome.REFUSED) & (p.side == 1)
    is_stray = p.ends_it & (outcome == Outcome.STRAY)
    rests = (State.CLOSED, State.TIME_WAIT)
    is_over = np.isin(p["client_state"], rests) & np.isin(p["server_state"], rests)
    closes = is_over & (p.last(is_over) != np.arange(len(p)) - 1) & ~p.is_reset & ~p.begins & (p.last(p.ends_it) < 0)
    yield p.found(EventKind.FINISHED, p.is_fin & ~p.is_repeat, bytes=_sent(p))
    yield p.found(EventKind.REFUSED, is_refused)
    effect = np.where(is_stray, Reset.STRAY, np.where(p.lives_on, Reset.IN_VAIN, Reset.ENDS))
    yield p.found(EventKind.RESET, p.is_reset & ~is_refused, count=_unanswered_keep_alives(p), reset=effect)
    yield p.found(EventKind.CLOSED, closes, since=p.starts)


def _sent(p: Packets) -> Values:
    """The number of bytes in the sender's stream up to the end of each segment; -1 if its SYN was not captured, or if
    its sequence numbers may have wrapped around.
    """
    is_known = (p.connections["isn_known"][p.of, p.side] == 1) & (p.connections["bytes"][p.of, p.side] < 1 << 31)
    return np.where(is_known, p.number("seq", of_peer=False) + p.payload - 1, -1)


def _unanswered_keep_alives(p: Packets) -> Values:
    """For each packet, the number of keep-alives that its sender has sent since the peer's last packet."""
    heard = p.last_of(np.ones(len(p), bool), peer=True)
    count = np.zeros(len(p), np.int64)
    for side in (0, 1):
        kept = p.counted(p.has(Verdict.KEEP_ALIVE) & (p.side == side))
        count = np.where(p.side == side, kept - np.where(heard >= 0, kept[heard], 0), count)
    return count
