"""The verdict on every segment: new data, retransmission, out of order, duplicate ACK, probe …

The rules and the names of the verdicts are those of tshark 4.0 (`tcp.analysis.*`); docs/anomalies.md describes each
with the RFC section behind it. They look at one segment and at what both ends sent before it, never at later packets.

Hot module: compiled by Cython where there is a compiler, plain Python otherwise (docs/architecture.md).
"""

from __future__ import annotations

from typing import NamedTuple

import cython

from inspector.tables.table import Duplicate, Moves, Table
from inspector.tcp import verdicts
from inspector.tcp.verdicts import COPY_SHIFT, Verdict

if cython.compiled:
    from cython.cimports.inspector.tcp.flags_and_seq import ACK, FIN, RST, SYN, seq_offset
else:
    from inspector.tcp.flags_and_seq import ACK, FIN, RST, SYN, seq_offset

SYN_FIN_RST = cython.declare(cython.uint, 7)

RETRANSMISSION = cython.declare(cython.uint, int(Verdict.RETRANSMISSION))
FAST_RETRANSMISSION = cython.declare(cython.uint, int(Verdict.FAST_RETRANSMISSION))
SPURIOUS_RETRANSMISSION = cython.declare(cython.uint, int(Verdict.SPURIOUS_RETRANSMISSION))
OUT_OF_ORDER = cython.declare(cython.uint, int(Verdict.OUT_OF_ORDER))
LOST_SEGMENT = cython.declare(cython.uint, int(Verdict.LOST_SEGMENT))
ACK_LOST_SEGMENT = cython.declare(cython.uint, int(Verdict.ACK_LOST_SEGMENT))
DUPLICATE_ACK = cython.declare(cython.uint, int(Verdict.DUPLICATE_ACK))
WINDOW_UPDATE = cython.declare(cython.uint, int(Verdict.WINDOW_UPDATE))
ZERO_WINDOW = cython.declare(cython.uint, int(Verdict.ZERO_WINDOW))
ZERO_WINDOW_PROBE = cython.declare(cython.uint, int(Verdict.ZERO_WINDOW_PROBE))
ZERO_WINDOW_PROBE_ACK = cython.declare(cython.uint, int(Verdict.ZERO_WINDOW_PROBE_ACK))
WINDOW_FULL = cython.declare(cython.uint, int(Verdict.WINDOW_FULL))
KEEP_ALIVE = cython.declare(cython.uint, int(Verdict.KEEP_ALIVE))
KEEP_ALIVE_ACK = cython.declare(cython.uint, int(Verdict.KEEP_ALIVE_ACK))
EMPTY_WINDOW_PROBE = cython.declare(cython.uint, int(Verdict.EMPTY_WINDOW_PROBE))
CROSSED_SYN_ACK = cython.declare(cython.uint, int(Verdict.CROSSED_SYN_ACK))

MASK32 = cython.declare(cython.uint, 0xFFFFFFFF)

ELSEWHERE = cython.declare(cython.uchar, int(Duplicate.ELSEWHERE))

COPY_SHIFT_BITS = cython.declare(cython.int, COPY_SHIFT)

MASK64 = cython.declare(cython.ulonglong, 0xFFFF_FFFF_FFFF_FFFF)

UNSEEN_SAID = cython.declare(cython.uint, verdicts.UNSEEN_SAID)

NO_WINDOW = cython.declare(cython.int, -1)
"""The last window field of a sender that has not sent one yet."""

FAST_RETRANSMISSION_ACKS = cython.declare(cython.uint, verdicts.FAST_RETRANSMISSION_ACKS)
FAST_RETRANSMISSION_NS = cython.declare(cython.ulonglong, verdicts.FAST_RETRANSMISSION_NS)
REORDERING_NS = cython.declare(cython.longlong, verdicts.REORDERING_NS)


class Standing(NamedTuple):
    """The fields of a `Sender` that an explanation of a verdict needs, under the same names."""

    next_seq: int
    next_seq_ns: int
    contiguous: int
    last_ack: int
    last_ack_ns: int
    last_window: int
    window_is_scaled: bool
    last_verdict: int
    duplicate_acks: int


@cython.final
@cython.cclass
class Sender:
    """What one end of a connection has sent so far. A number of 0 means "not known yet", as in tshark."""

    next_seq: cython.uint
    """The sequence number after the highest byte sent."""
    next_seq_ns: cython.longlong
    """The time at which that byte was sent."""
    contiguous: cython.uint
    """The sequence number after the last byte before the first hole: the most that the peer can acknowledge."""
    last_ack: cython.uint
    last_ack_ns: cython.longlong
    last_window: cython.int
    window_is_scaled: cython.bint
    """Whether the scale applies to its window. It never applies in a SYN (RFC 7323 §2.2); after that, as in tshark, it
    applies from the first ACK without SYN on."""
    last_verdict: cython.uint
    duplicate_acks: cython.uint
    """The number of duplicate ACKs in a row, or UNSEEN_SAID."""
    flight_known: cython.bint
    """Whether the bytes in flight are known; they are not after a hole, until the peer acknowledges something."""
    oldest: cython.int
    """The packets row of the oldest segment that the peer has not acknowledged, -1 if none; `newest` is the last one in
    that list."""
    newest: cython.int
    sent_syn: cython.bint
    """It has sent a SYN without an ACK."""
    sent_syn_ack: cython.bint
    """It has sent a SYN-ACK."""

    def standing(self) -> Standing:
        """A copy of the fields that an explanation needs."""
        return Standing(
            self.next_seq,
            self.next_seq_ns,
            self.contiguous,
            self.last_ack,
            self.last_ack_ns,
            self.last_window,
            self.window_is_scaled,
            self.last_verdict,
            self.duplicate_acks,
        )


@cython.cfunc
def fresh_sender() -> Sender:
    """An end that has sent nothing yet (calling `__new__` alone takes a third of the time of a constructor call)."""
    sender: Sender = Sender.__new__(Sender)
    sender.next_seq = 0
    sender.next_seq_ns = 0
    sender.contiguous = 0
    sender.last_ack = 0
    sender.last_ack_ns = 0
    sender.last_window = NO_WINDOW
    sender.window_is_scaled = False
    sender.last_verdict = 0
    sender.duplicate_acks = 0
    sender.flight_known = True
    sender.oldest = -1
    sender.newest = -1
    sender.sent_syn = False
    sender.sent_syn_ack = False
    return sender


@cython.no_gc
@cython.final
@cython.cclass
class Pair:
    """Both ends of one connection, and how long its handshake took."""

    client: Sender
    server: Sender
    syn_ns: cython.longlong
    """The time of the last SYN without ACK; 0 if there was none yet."""
    initial_rtt_ns: cython.longlong
    """The time from that SYN to the first segment without SYN that acknowledges something; 0 if not known."""

    def standing(self) -> tuple[Standing, Standing, int]:
        """The `Standing` of client and server, and the initial round-trip time."""
        return self.client.standing(), self.server.standing(), self.initial_rtt_ns


@cython.cfunc
@cython.exceptval(check=False)
def _elapsed(since_ns: cython.longlong, now_ns: cython.longlong) -> cython.ulonglong:
    """The elapsed time in ns; a huge number if the clock went back, as in tshark 4.0, which uses an unsigned number."""
    return (now_ns - since_ns) & MASK64


@cython.cfunc
def fresh_pair() -> Pair:
    """The state of a connection before its first packet."""
    pair: Pair = Pair.__new__(Pair)
    pair.client = fresh_sender()
    pair.server = fresh_sender()
    pair.syn_ns = 0
    pair.initial_rtt_ns = 0
    return pair


@cython.final
@cython.cclass
class Analysis:
    """Fills packets.analysis, .ack_rtt_ns and .in_flight.

    Segments that wait for their acknowledgment form a linked list through the packets table (`next_unacked`).
    """

    moves: Moves
    packets: Table
    connections: Table
    pairs: list[Pair]

    times: cython.longlong[::1]
    clock: cython.ushort[::1]
    flags: cython.ushort[::1]
    seq: cython.uint[::1]
    duplicate: cython.uchar[::1]
    ack: cython.uint[::1]
    payload: cython.uint[::1]
    connection: cython.int[::1]
    direction: cython.schar[::1]
    verdict: cython.uint[::1]
    ack_rtt: cython.longlong[::1]
    in_flight: cython.uint[::1]
    next_unacked: cython.int[::1]
    window_field: cython.ushort[::1]
    peer_scale: cython.schar[::1]

    def __init__(self, packets: Table, connections: Table) -> None:
        self.moves = Moves(packets)
        self.packets = packets
        self.connections = connections
        self.pairs = []

    def _take_views(self, headers: Table) -> None:
        packets = self.packets
        self.window_field = headers.view("window_field")
        if not self.moves.any_new():
            return
        self.times = packets.view("time_ns")
        self.clock = packets.view("clock")
        self.flags = packets.view("flags")
        self.seq = packets.view("seq")
        self.duplicate = packets.view("duplicate")
        self.ack = packets.view("ack")
        self.payload = packets.view("payload")
        self.connection = packets.view("connection")
        self.direction = packets.view("direction")
        self.verdict = packets.view("analysis")
        self.ack_rtt = packets.view("ack_rtt_ns")
        self.in_flight = packets.view("in_flight")
        self.next_unacked = packets.view("next_unacked")
        self.peer_scale = packets.view("peer_scale")

    def standing(self, connection: cython.Py_ssize_t) -> tuple[Standing, Standing, int]:
        """The `Standing` of a connection's client and server, and its initial round-trip time in ns, 0 if not known."""
        pair: Pair = self.pairs[connection]
        return pair.standing()

    def turn(self, connection: cython.Py_ssize_t) -> None:
        """Swap client and server of a connection."""
        pair: Pair = self.pairs[connection]
        pair.client, pair.server = pair.server, pair.client

    def advance(self, headers: Table, first: cython.Py_ssize_t, stop: cython.Py_ssize_t) -> None:
        """Analyse packets rows [first, stop), whose headers are in `headers` from row 0."""
        row: cython.Py_ssize_t
        connections: cython.Py_ssize_t = self.connections.rows
        self._take_views(headers)
        while len(self.pairs) < connections:
            self.pairs.append(fresh_pair())
        for row in range(first, stop):
            self.ack_rtt[row] = -1
            if self.connection[row] >= 0 and self.duplicate[row] != ELSEWHERE:
                self._judge(row, self.window_field[row - first])

    @cython.cfunc
    @cython.exceptval(-1)
    def _judge(self, row: cython.Py_ssize_t, window: cython.int) -> cython.int:
        """Determine the verdict on one segment, then update the state for the next."""
        pair: Pair
        fwd: Sender
        rev: Sender
        connection: cython.Py_ssize_t = self.connection[row]
        side: cython.Py_ssize_t = self.direction[row]
        flags: cython.uint = self.flags[row]
        verdict: cython.uint
        pair = self.pairs[connection]
        fwd = pair.server if side else pair.client
        rev = pair.client if side else pair.server
        if flags & ACK:
            rev.flight_known = True
        if flags & (SYN | ACK) == SYN:
            fwd.next_seq = fwd.contiguous  # a repeated SYN: bytes after a hole no longer count (tshark 4.0)
        verdict = self._window_verdict(fwd, rev, row, window, self.peer_scale[row])
        if self.ack[row] != fwd.last_ack:
            fwd.duplicate_acks = 0
        if flags & ACK and rev.contiguous and seq_offset(self.ack[row], rev.contiguous) < 0:
            verdict |= self._unseen_verdict(rev)
        if (self.payload[row] or flags & (SYN | FIN)) and not verdict & KEEP_ALIVE:
            verdict |= self._repeat_verdict(fwd, rev, row, pair.initial_rtt_ns)
        if verdict & LOST_SEGMENT:
            fwd.flight_known = False
        self.verdict[row] |= self._by_its_right_name(fwd, rev, row, verdict)
        if self.duplicate[row]:
            self.verdict[row] = self.verdict[row] << COPY_SHIFT_BITS & MASK32
        self._sent(fwd, row, window, verdict)
        if flags & ACK:
            self._acknowledged(rev, row)
        if self.payload[row] and fwd.flight_known and fwd.oldest >= 0:
            self.in_flight[row] = self._bytes_in_flight(fwd, rev)
        self._time_handshake(pair, row, flags)

    @cython.cfunc
    @cython.exceptval(-1)
    def _window_verdict(
        self, fwd: Sender, rev: Sender, row: cython.Py_ssize_t, window: cython.int, rev_scale: cython.int
    ) -> cython.uint:
        """Verdicts on windows, probes and pure ACKs; `rev_scale` is the window shift of the receiver."""
        verdict: cython.uint = 0
        seq: cython.uint = self.seq[row]
        length: cython.uint = self.payload[row]
        plain: cython.bint = not self.flags[row] & SYN_FIN_RST
        is_next: cython.bint = seq == fwd.next_seq
        repeats_ack: cython.bint
        if length == 1 and is_next and rev.last_window == 0:
            return ZERO_WINDOW_PROBE
        if window == 0 and plain:
            verdict |= ZERO_WINDOW
        if fwd.next_seq and seq_offset(seq, fwd.next_seq) < 0 and not self.flags[row] & RST:
            verdict |= LOST_SEGMENT
        if length <= 1 and seq == (fwd.next_seq - 1) & MASK32 and plain:
            verdict |= KEEP_ALIVE
        if length > 0 and rev_scale != -1 and plain and self._fills_window(rev, seq + length, rev_scale):
            verdict |= WINDOW_FULL
        repeats_ack = length == 0 and plain and is_next and self.ack[row] == fwd.last_ack
        if not repeats_ack:
            return verdict
        if window != fwd.last_window:
            return verdict | WINDOW_UPDATE if window else verdict
        if window and rev.last_verdict & KEEP_ALIVE:
            return verdict | KEEP_ALIVE_ACK
        if window:
            fwd.duplicate_acks = 1 if fwd.duplicate_acks == UNSEEN_SAID else fwd.duplicate_acks + 1
            return verdict | DUPLICATE_ACK
        if rev.last_verdict & ZERO_WINDOW_PROBE:
            return verdict | ZERO_WINDOW_PROBE_ACK
        return verdict

    @cython.cfunc
    @cython.exceptval(-1)
    def _fills_window(self, receiver: Sender, end: cython.ulonglong, scale: cython.int) -> cython.bint:
        """Whether a segment's end is exactly the end of the window that the receiver announced last."""
        offered: cython.ulonglong = receiver.last_window if receiver.last_window > 0 else 0
        if receiver.last_window < 0:
            return False
        if scale > 0 and receiver.window_is_scaled:
            offered <<= scale
        return (receiver.last_ack + offered) & MASK32 == end & MASK32

    @cython.cfunc
    @cython.exceptval(-1)
    def _unseen_verdict(self, rev: Sender) -> cython.uint:
        """The verdict on an ACK of uncaptured bytes.

        While the sender of those bytes stays silent, further ACKs of them are not reported.
        """
        if seq_offset(rev.next_seq, rev.contiguous) < 0:
            rev.contiguous = rev.next_seq
            return ACK_LOST_SEGMENT
        if rev.duplicate_acks == 0:
            rev.duplicate_acks = UNSEEN_SAID
            return ACK_LOST_SEGMENT
        rev.duplicate_acks = UNSEEN_SAID
        return 0

    @cython.cfunc
    @cython.exceptval(-1)
    def _repeat_verdict(
        self, fwd: Sender, rev: Sender, row: cython.Py_ssize_t, initial_rtt_ns: cython.longlong
    ) -> cython.uint:
        """The verdict on a segment that occupies sequence space: whether it repeats what was sent before, and why."""
        seq: cython.uint = self.seq[row]
        length: cython.uint = self.payload[row]
        end: cython.uint
        allowed: cython.ulonglong
        repeats: cython.bint = fwd.next_seq != 0 and seq_offset(fwd.next_seq, seq) < 0
        if length > 1 and seq == (fwd.next_seq - 1) & MASK32:
            repeats = False  # new data after a window probe's byte
        end = (seq + length) & MASK32
        if length and rev.last_ack and seq_offset(rev.last_ack, end) <= 0:
            return SPURIOUS_RETRANSMISSION
        if not repeats:
            return 0
        if (
            rev.duplicate_acks >= FAST_RETRANSMISSION_ACKS
            and rev.last_ack == seq
            and _elapsed(rev.last_ack_ns, self.times[row]) < FAST_RETRANSMISSION_NS
        ):
            return FAST_RETRANSMISSION
        if self.flags[row] & (SYN | FIN):
            end = (end + 1) & MASK32
        allowed = _elapsed(0, initial_rtt_ns or REORDERING_NS)
        if _elapsed(fwd.next_seq_ns, self.times[row]) < allowed and end != fwd.next_seq:
            return OUT_OF_ORDER
        return RETRANSMISSION

    @cython.cfunc
    @cython.inline
    @cython.exceptval(-1)
    def _by_its_right_name(self, fwd: Sender, rev: Sender, row: cython.Py_ssize_t, verdict: cython.uint) -> cython.uint:
        """The verdict, corrected where tshark's rule takes the segment for a kind that it cannot be."""
        if verdict & KEEP_ALIVE and not self.payload[row] and rev.last_window == 0:
            return verdict & ~KEEP_ALIVE | EMPTY_WINDOW_PROBE
        if verdict & RETRANSMISSION and self._crosses(fwd, rev, self.flags[row]):
            return verdict & ~RETRANSMISSION | CROSSED_SYN_ACK
        return verdict

    @cython.cfunc
    @cython.exceptval(-1)
    def _crosses(self, fwd: Sender, rev: Sender, flags: cython.uint) -> cython.bint:
        """Whether this is the first SYN-ACK of an end that, like its peer, had sent a SYN without ACK before."""
        return flags & (SYN | ACK) == SYN | ACK and fwd.sent_syn and rev.sent_syn and not fwd.sent_syn_ack

    @cython.cfunc
    @cython.exceptval(-1)
    def _sent(self, fwd: Sender, row: cython.Py_ssize_t, window: cython.int, verdict: cython.uint) -> cython.int:
        """Update the sender's state with this segment."""
        seq: cython.uint = self.seq[row]
        end: cython.uint = (seq + self.payload[row]) & MASK32
        if self.flags[row] & (SYN | FIN):
            end = (end + 1) & MASK32
        if not verdict & ZERO_WINDOW_PROBE:  # its byte will be sent again
            if not fwd.next_seq or seq_offset(end, fwd.next_seq) < 0:
                fwd.next_seq = end
                fwd.next_seq_ns = self.times[row]
                if end != seq:
                    self._await_ack(fwd, row)
            if seq == fwd.contiguous or not fwd.contiguous:
                fwd.contiguous = fwd.next_seq
        if self.flags[row] & SYN:
            if self.flags[row] & ACK:
                fwd.sent_syn_ack = True
            else:
                fwd.sent_syn = True
        fwd.last_window = window
        if self.flags[row] & (SYN | ACK):
            fwd.window_is_scaled = not self.flags[row] & SYN
        fwd.last_ack = self.ack[row]
        fwd.last_ack_ns = self.times[row]
        fwd.last_verdict = verdict

    @cython.cfunc
    @cython.exceptval(-1)
    def _await_ack(self, fwd: Sender, row: cython.Py_ssize_t) -> cython.int:
        """Append the segment to the list of unacknowledged ones, which is in order of where they end."""
        self.next_unacked[row] = -1
        if fwd.oldest < 0:
            fwd.oldest = row
        else:
            self.next_unacked[fwd.newest] = row
        fwd.newest = row

    @cython.cfunc
    @cython.exceptval(-1)
    def _acknowledged(self, rev: Sender, row: cython.Py_ssize_t) -> cython.int:
        """Remove the segments that this ACK covers from the list of unacknowledged ones.

        The round-trip time is known if the acknowledgment number is exactly the end of a segment.
        """
        ahead: cython.longlong
        while rev.oldest >= 0:
            ahead = seq_offset(self._end(rev.oldest), self.ack[row])
            if ahead < 0:
                return 0
            if ahead == 0:
                self.ack_rtt[row] = self._elapsed_between(rev.oldest, row)
            rev.oldest = self.next_unacked[rev.oldest]
        return 0

    @cython.cfunc
    @cython.exceptval(-1)
    def _elapsed_between(self, start: cython.Py_ssize_t, stop: cython.Py_ssize_t) -> cython.longlong:
        """The time in ns from one packet to another; -1 if timestamps go back between them."""
        took: cython.longlong = self.times[stop] - self.times[start]
        return took if took >= 0 and self.clock[start] == self.clock[stop] else -1

    @cython.cfunc
    @cython.exceptval(-1)
    def _end(self, row: cython.Py_ssize_t) -> cython.uint:
        """The sequence number after the segment; SYN and FIN occupy one each (RFC 9293 §3.4)."""
        return (self.seq[row] + self.payload[row] + (1 if self.flags[row] & (SYN | FIN) else 0)) & MASK32

    @cython.cfunc
    @cython.exceptval(-1)
    def _bytes_in_flight(self, fwd: Sender, rev: Sender) -> cython.uint:
        """The number of bytes sent but not acknowledged yet, excluding the sequence numbers that SYN and FIN occupy."""
        first: cython.uint = self.seq[fwd.oldest]
        flight: cython.longlong
        if rev.last_ack and seq_offset(rev.last_ack, first) < 0:
            first = rev.last_ack
        elif self.flags[fwd.oldest] & SYN:
            first = (first + 1) & MASK32
        flight = -seq_offset(fwd.next_seq, first)
        if self.flags[fwd.newest] & FIN:
            flight -= 1
        return max(flight, 0)

    @cython.cfunc
    @cython.exceptval(-1)
    def _time_handshake(self, pair: Pair, row: cython.Py_ssize_t, flags: cython.uint) -> cython.int:
        """Measure the initial round-trip time: from the last SYN to the first ACK after it."""
        if flags & SYN:
            if not flags & ACK:
                pair.syn_ns = self.times[row]
        elif flags & ACK and pair.initial_rtt_ns == 0 and pair.syn_ns != 0:
            pair.initial_rtt_ns = self.times[row] - pair.syn_ns
