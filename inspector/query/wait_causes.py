"""What every pause between two packets of a connection waited for.

A *run* is the time from one segment with data to the next one, whichever end sends it. All pauses in a run, which ACKs
may divide, wait for the segment that ends it, so they have one cause. Of a run that follows data of the other end, the
first part is the way there and back; the rest belongs to the program that wrote the next bytes.

Packets show when they were captured. Why they came at that time is inferred; where two causes look alike in packets,
the second one is kept as an alternative.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, Final

import numpy as np

from inspector.query.delayed_acks import DEFAULT_MSS, RELEASE_NS, delayed_acks, held_back
from inspector.query.packet_arrays import Connections, PacketArrays
from inspector.tables.arrays import Ints, Mask, Rows, Times, Values
from inspector.tables.table import Direction
from inspector.tcp.flags_and_seq import ACK, SYN
from inspector.tcp.states import State
from inspector.tcp.verdicts import Verdict

if TYPE_CHECKING:
    from inspector.engine.capture import Capture


class Cause(IntEnum):
    """What a wait was for; docs/waits.md explains how each is recognised."""

    SERVER = 0
    CLIENT = 1
    NETWORK = 2
    HANDSHAKE = 3
    ACCEPT = 4
    NAGLE = 5
    FAST_RETRANSMISSION = 6
    TIMEOUT = 7
    RECEIVE_WINDOW = 8
    CONGESTION_WINDOW = 9
    EARLIER_RESPONSE = 10


CAUSE_TITLES: dict[Cause, str] = {
    Cause.SERVER: "the server's program",
    Cause.CLIENT: "the client's program",
    Cause.NETWORK: "the network",
    Cause.HANDSHAKE: "the handshake",
    Cause.ACCEPT: "accept()",
    Cause.NAGLE: "Nagle and a delayed ACK",
    Cause.FAST_RETRANSMISSION: "a fast retransmission",
    Cause.TIMEOUT: "a retransmission by timer",
    Cause.RECEIVE_WINDOW: "the receive window",
    Cause.CONGESTION_WINDOW: "the congestion window",
    Cause.EARLIER_RESPONSE: "an earlier response",
}
"""The names of the causes for people."""


def cause_code(cause: int) -> str:
    """The name of a cause in rows and in a display filter: "receive-window" in "cause:receive-window"."""
    return Cause(cause).name.lower().replace("_", "-")


CAUSES: dict[str, Cause] = {cause_code(cause): cause for cause in Cause}
"""The causes by their code."""


def alternatives_of(bits: int) -> list[str]:
    """The codes of the causes in these bits."""
    return [code for code, cause in CAUSES.items() if bits >> cause & 1]


SHORT_NS: Final = 1_000_000
"""A pause in one end's stream that is shorter is transmission: no program, timer or window shows in it. Round trips
that are shorter occur within one machine."""

SHORTEST_TIMER_NS: Final = 200_000_000
"""The shortest retransmission time-out of Linux; RFC 6298 §2.4 has 1 s."""

FULL: Final = 0.95
"""A segment of at least this part of its sender's largest one, and of at least DEFAULT_MSS bytes, was probably cut by
TCP: its sender had more to send."""

UNKNOWN_NS: Final = np.iinfo(np.int64).max


@dataclass(frozen=True, slots=True)
class Pauses:
    """The pauses before all packets, by place in `packets` (see `PacketArrays`).

    Attributes:
        packets: the packets, grouped by connection.
        times: their times in ns, within each connection never going back.
        cause: `Cause` of the pause, apart from the parts that follow.
        network: the part, in ns, that is the way there and back.
        accept: the part, in ns, that the connection provably waited to be accepted.
        rest: the part, in ns, that has `cause`.
        alternatives: a bit for each `Cause` (1 << cause) that the packets cannot tell from `cause`.
        action: place of the segment with data that ends the run; -1 if none follows.
        before: place of the segment with data that begins the run; -1 if there is none.
        opened: for each packet, the place of the one with which its connection was open at both ends; -1 for none.
        held: whether a segment was held back until a delayed ACK came.
        round_trip: by row of connections, the shortest round trip in ns from the capture to the client, and to the
            server: shape (n, 2); 0 if unknown.
        last_sent: the packet's own place, or that of the last of the segments that follow it and only repeat bytes.
    """

    packets: PacketArrays
    times: Times
    cause: Values
    network: Times
    accept: Times
    rest: Times
    alternatives: Values
    action: Rows
    before: Rows
    opened: Rows
    held: Mask
    round_trip: Times
    last_sent: Rows


def pauses(capture: Capture, connections: Connections = None) -> Pauses:
    """The pauses of these connections."""
    p = PacketArrays(capture, connections)
    times = _rising(p)
    runs = _Runs(p, times)
    is_open = (p["client_state"] == State.ESTABLISHED) & (p["server_state"] == State.ESTABLISHED)
    opened = p.first(is_open & (p.first(p.flags & SYN != 0) >= 0))
    delayed, _ = delayed_acks(p)
    held = held_back(p, delayed)
    cause, alternatives = runs.causes(held)
    accepted = _accepted_ns(capture, p)
    # A run's cause belongs to all pauses in it; those behind the last segment with data wait for the server.
    action, before = runs.action, runs.before
    cause = np.where(action >= 0, cause[action], Cause.SERVER).astype(np.int8)
    alternatives = np.where(action >= 0, alternatives[action], 0)
    side = np.where(action >= 0, p.side[action], Direction.SERVER)
    is_reply = (before >= 0) & (p.side[before] != side)
    until = np.where(is_reply, times[before] + runs.round_trip[p.of, side], 0)
    is_program = (cause == Cause.SERVER) | (cause == Cause.CLIENT)
    until[~is_program] = 0
    from_server = p.counted(runs.is_action & (p.side == Direction.SERVER))
    is_first = (cause == Cause.SERVER) & (np.where(action >= 0, from_server[action], from_server + 1) == 1)
    is_unsure = is_first & (accepted == UNKNOWN_NS)
    alternatives = np.where(is_unsure, alternatives | 1 << Cause.ACCEPT, alternatives)
    _recovery(p, runs, times, cause, alternatives, until)
    in_handshake = np.arange(len(p)) <= opened
    cause[in_handshake] = np.where(p.is_repeat[in_handshake], Cause.TIMEOUT, Cause.HANDSHAKE)
    alternatives[in_handshake] = 0
    until[in_handshake] = 0
    low = np.empty_like(times)
    low[1:], low[:1] = times[:-1], times[:1]
    low[p.begins] = times[p.begins]
    network = np.maximum(np.minimum(times, until) - low, 0)
    waits_until = np.where(is_first & (accepted != UNKNOWN_NS) & (cause == Cause.SERVER), accepted, 0)
    accept = np.maximum(np.minimum(times, waits_until) - np.maximum(low, until), 0)
    return Pauses(
        p, times, cause, network, accept, times - low - network - accept, alternatives,
        action, before, opened, held, runs.round_trip, runs.last_sent(),
    )  # fmt: skip


def _rising(p: PacketArrays) -> Times:
    """The packets' times; one that goes back within its connection takes the latest time before it."""
    times: Times = p.times.copy()
    back = np.flatnonzero(np.diff(times, prepend=times[:1]) < 0)
    starts = np.flatnonzero(p.begins)
    stops = np.append(starts[1:], len(p))
    for which in np.unique(np.searchsorted(starts, back[~p.begins[back]], "right") - 1).tolist():
        own = slice(starts[which], stops[which])
        times[own] = np.maximum.accumulate(times[own])
    return times


class _Runs:
    """The runs between segments with data.

    Attributes:
        action: for each packet, the place of the first segment with data from it on; -1 if there is none.
        before: for each packet, the place of the last segment with data before it; -1 if there is none.
        round_trip: for each connection, in ns, from the capture to the client and back, and to the server; 0 unknown.
    """

    def __init__(self, p: PacketArrays, times: Times) -> None:
        self._p, self._times = p, times
        places = np.arange(len(p))
        self.is_action = p.has_data & ~p.has(Verdict.SPURIOUS_RETRANSMISSION, Verdict.KEEP_ALIVE)
        following = np.minimum.accumulate(np.where(self.is_action, places, len(p))[::-1])[::-1]
        stops = np.append(np.flatnonzero(p.begins)[1:], len(p))
        stop = stops[np.cumsum(p.begins) - 1]
        self.action = np.where(following < stop, following, -1)
        self.before = p.last(self.is_action)
        self.round_trip = self._round_trips()

    def last_sent(self) -> Rows:
        """For each packet, its own place or, if the next segments with data only repeat what its sender has sent, the
        place of the last of them.
        """
        p, found = self._p, np.arange(len(self._p))
        actions = np.flatnonzero(self.is_action)
        if not len(actions):
            return found
        continues = np.zeros(len(actions), bool)
        continues[1:] = (p.of[actions[1:]] == p.of[actions[:-1]]) & (p.side[actions[1:]] == p.side[actions[:-1]])
        group = np.cumsum(~(continues & p.is_repeat[actions])) - 1
        ends = np.flatnonzero(np.diff(group, append=group[-1] + 1))
        found[actions] = actions[ends[group]]
        return found

    def _round_trips(self) -> Times:
        """The shortest time in which each end was seen to acknowledge a segment, by connection: shape (n, 2)."""
        p = self._p
        shortest = np.full((len(p.connections), 2), UNKNOWN_NS)
        measured = np.flatnonzero(p["ack_rtt_ns"] >= 0)
        np.minimum.at(shortest, (p.of[measured], p.side[measured]), p["ack_rtt_ns"][measured])
        return np.where(shortest == UNKNOWN_NS, 0, shortest)

    def causes(self, held: Mask) -> tuple[Values, Values]:
        """For each segment with data, the cause of the run that it ends, and the alternatives."""
        p, before = self._p, self.before
        took = np.where(before >= 0, self._times - self._times[before], 0)
        own, peer = p.side, 1 - p.side
        trip = self.round_trip[p.of, own]
        continues = (before >= 0) & (p.side[before] == own)
        is_long = took >= SHORT_NS
        program = np.where(own == Direction.SERVER, Cause.SERVER, Cause.CLIENT)
        cause = program.copy()
        alternatives = np.zeros(len(p), np.int64)
        has_more = self._has_more()[before]
        cause[continues & ~is_long] = Cause.NETWORK
        streams = continues & is_long & has_more
        cause[streams] = Cause.NETWORK
        alternatives[streams] = 1 << program[streams]
        limited, released = self._is_window_limited(took, continues & is_long & has_more)
        cause[limited] = Cause.CONGESTION_WINDOW
        alternatives[released] = 0
        # What was lost before it reached the capture looks like a program that has not written yet.
        may_be_lost = ~continues & (trip >= SHORT_NS) & (took >= SHORTEST_TIMER_NS + trip)
        alternatives[may_be_lost] |= 1 << Cause.TIMEOUT
        closed = self._is_closed(took, peer)
        cause[closed], alternatives[closed] = Cause.RECEIVE_WINDOW, 0
        held = held & continues
        cause[held], alternatives[held] = Cause.NAGLE, 0
        return cause, alternatives

    def _has_more(self) -> Mask:
        """Which segments with data are as large as the largest of their sender, so that it probably had more."""
        p = self._p
        largest = np.zeros((len(p.connections), 2), np.int64)
        np.maximum.at(largest, (p.of, p.side), p.payload)
        return np.asarray(self.is_action & (p.payload >= np.maximum(FULL * largest[p.of, p.side], DEFAULT_MSS)))

    def _is_window_limited(self, took: Times, waits: Mask) -> tuple[Mask, Mask]:
        """Which segments of those that `waits` gives were sent when an ACK made room in the congestion window; and
        before which of them an ACK was captured, by at most RELEASE_NS.

        The path must have been idle: the ACK came after a usual round trip, so that no queue had held it up.
        """
        p, before = self._p, self.before
        far, near = self.round_trip[p.of, 1 - p.side], self.round_trip[p.of, p.side]
        ack = p.last_of((p.flags & ACK != 0) & ~p.is_reset, peer=True)
        rtt = p["ack_rtt_ns"][ack]
        released = waits & (ack > before) & (self._times - self._times[ack] <= RELEASE_NS) & (rtt >= 0)
        released &= far >= SHORT_NS
        at_sender = released & (rtt <= far + far // 2) & (took >= far // 2)
        # Seen from the receiver, a burst ends, and the next one comes when the ACKs have gone there and it has come.
        earlier = before[before]
        is_burst = (earlier >= 0) & (self._times[before] - self._times[earlier] <= near // 4)
        at_receiver = (near >= SHORT_NS) & is_burst & (took >= near * 7 // 10) & (took <= near + near // 2)
        return np.asarray((at_sender | (waits & at_receiver)) & ~p.is_repeat), np.asarray(released)

    def _is_closed(self, took: Times, peer: Values) -> Mask:
        """Which segments came after the peer's receive window had been 0 or full."""
        p, before = self._p, self.before
        is_ack = (p.flags & ACK != 0) & (p.flags & SYN == 0) & ~p.is_reset
        closing = p.last_of(is_ack & (p["window"] == 0), peer=True)
        filled = (before >= 0) & (p.side[before] == p.side) & p.has(Verdict.WINDOW_FULL)[before]
        return np.asarray(((closing > before) & (before >= 0) | filled) & (took >= SHORT_NS))


def _recovery(p: PacketArrays, runs: _Runs, times: Times, cause: Values, alternatives: Values, until: Times) -> None:
    """Give the pauses in which lost bytes were missing the cause FAST_RETRANSMISSION or TIMEOUT.

    After duplicate ACKs these are the pauses from the first of them until the peer has acknowledged what had been sent
    when the segment was sent again (the recovery point, RFC 6675 §2). Without any, it is the run that the segment ends.
    """
    again = np.flatnonzero(runs.is_action & p.is_repeat)
    if not len(again):
        return
    first, _ = p.grouped(p.has(Verdict.DUPLICATE_ACK), p.of, p.side, p["ack"])
    asks = np.flatnonzero(first == np.arange(len(p)))
    keys = _key(p.of[asks], 1 - p.side[asks], p["ack"][asks])
    order = np.argsort(keys, kind="stable")
    wanted = _key(p.of[again], p.side[again], p["seq"][again])
    at = np.searchsorted(keys[order], wanted)
    found = np.append(asks[order], -1)[at]
    is_asked = (at < len(keys)) & (np.append(keys[order], -1)[at] == wanted) & (found < again)
    is_fast = p.has(Verdict.FAST_RETRANSMISSION)[again] | (
        is_asked & (times[again] - times[np.where(is_asked, found, again)] < SHORTEST_TIMER_NS)
    )
    starts = np.where(is_asked, found, runs.before[again])
    stops = np.where(is_asked, _recovered(p, again), again)
    for kind in (False, True):
        chosen = is_fast == kind
        inside = np.zeros(len(p) + 1, np.int64)
        np.add.at(inside, np.maximum(starts[chosen], p.starts[again[chosen]]) + 1, 1)
        np.add.at(inside, stops[chosen] + 1, -1)
        where = np.cumsum(inside[:-1]) > 0
        cause[where] = Cause.FAST_RETRANSMISSION if kind else Cause.TIMEOUT
        alternatives[where] = 0
        until[where] = 0


def _recovered(p: PacketArrays, again: Rows) -> Rows:
    """For each of these segments, the place of the packet with which the peer acknowledges all that their sender had
    sent before, or their own place if there is none.
    """
    found = again.copy()
    base = (np.cumsum(p.begins) - 1) << 34
    for side in (0, 1):
        own = np.flatnonzero(p.side[again] == side)
        acks = (p.side != side) & (p.flags & ACK != 0) & ~p.is_reset & ~p.is_dropped
        acked = np.maximum.accumulate(np.where(acks, p.number("ack", of_peer=True), -(1 << 32)) + base)
        at = np.searchsorted(acked, p.reached[side, again[own]] + base[again[own]])
        is_one = (at < len(p)) & (p.of[np.minimum(at, len(p) - 1)] == p.of[again[own]])
        found[own] = np.where(is_one, np.maximum(at, again[own]), again[own])
    return found


def _key(of: Values, side: Values, seq: Values) -> Ints:
    return np.asarray((of.astype(np.int64) << 33) | (side.astype(np.int64) << 32) | seq.astype(np.int64))


def _accepted_ns(capture: Capture, p: PacketArrays) -> Times:
    """For each packet, until when its connection is known to have waited in front of accept(): the time at which the
    server's program reported its descriptor, or the last survey in which the kernel had no holder of the socket.

    UNKNOWN_NS if neither tells.
    """
    from inspector.descriptors.history import Opened  # here, since most captures have no reports

    tokens, kernel = capture.tokens, capture.kernel
    accepted = np.full(len(capture.connections), -1)
    unheld = (kernel["connection"] >= 0) & (kernel["direction"] == Direction.SERVER) & (kernel["is_listed"] == 1)
    unheld &= (kernel["inode"] == 0) & (kernel["state"] == State.ESTABLISHED)
    rows = np.flatnonzero(unheld)
    np.maximum.at(accepted, kernel["connection"][rows], kernel["time_ns"][rows])
    accepted[accepted < 0] = UNKNOWN_NS
    told = (tokens["connection"] >= 0) & (tokens["direction"] == Direction.SERVER)
    rows = np.flatnonzero(told & (tokens["opened_by"] == Opened.ACCEPT))[::-1]
    accepted[tokens["connection"][rows]] = tokens["opened_ns"][rows]
    return accepted[p.of]
