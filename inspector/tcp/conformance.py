"""TCP anomalies: rows of the table `anomalies` for segments that break TCP's rules or are worth a note.

Each check looks at one segment and at what the ends of its connection had sent before. If only later packets tell
whether something is odd, the check waits for them. The codes, sentences and RFC sections are in inspector/anomalies.

Hot module: compiled by Cython where there is a compiler, plain Python otherwise (docs/architecture.md).
"""

from __future__ import annotations

import cython

from inspector.anomalies import index_of
from inspector.tables.table import Moves, Table
from inspector.tcp.verdicts import Acceptance, DropReason

if cython.compiled:
    from cython.cimports.inspector.tables.anomaly_writer import AnomalyWriter
    from cython.cimports.inspector.tcp.flags_and_seq import ACK, FIN, RST, SYN, seq_offset
else:
    from inspector.tables.anomaly_writer import AnomalyWriter
    from inspector.tcp.flags_and_seq import ACK, FIN, RST, SYN, seq_offset

FLAGS_OF_1981 = cython.declare(cython.uint, 63)
"""FIN, SYN, RST, PSH, ACK and URG: every segment of a working TCP has at least one of these flags."""


REASON = cython.declare(cython.uint, int(Acceptance.REASON))
CONTINUES = cython.declare(cython.uint, int(Acceptance.CONTINUES))
REUSES_OPEN = cython.declare(cython.uint, int(Acceptance.REUSES_OPEN))
REUSES_TIME_WAIT = cython.declare(cython.uint, int(Acceptance.REUSES_TIME_WAIT))
DROPPED_OUTSIDE = cython.declare(cython.uint, int(DropReason.OUTSIDE_WINDOW))
DROPPED_FOR_CHECKSUM = cython.declare(cython.uint, int(DropReason.BAD_CHECKSUM))
"""Each is also the whole value of packets.acceptance where the segment was dropped, and not accepted after all."""

DROPPED_RESET_OUTSIDE = cython.declare(cython.uint, int(DropReason.RESET_OUTSIDE_WINDOW))
DROPPED_RESET_INSIDE = cython.declare(cython.uint, int(DropReason.RESET_INSIDE_WINDOW))
DROPPED_SYN = cython.declare(cython.uint, int(DropReason.SYN_INSIDE))

# The indices of the codes in inspector/anomalies.
ANOMALY_BEGINS_WITH_FIN = cython.declare(cython.int, index_of("tcp-begins-with-fin"))
ANOMALY_BEGINS_WITH_RESET = cython.declare(cython.int, index_of("tcp-begins-with-reset"))
ANOMALY_BEGINS_WITH_SYN_ACK = cython.declare(cython.int, index_of("tcp-begins-with-syn-ack"))
ANOMALY_ANSWER_UNSEEN = cython.declare(cython.int, index_of("tcp-answer-unseen"))
ANOMALY_SYN_INSIDE = cython.declare(cython.int, index_of("tcp-syn-inside"))
ANOMALY_RESET_WITH_DATA = cython.declare(cython.int, index_of("tcp-reset-with-data"))
ANOMALY_RESET_STORM = cython.declare(cython.int, index_of("tcp-reset-storm"))
ANOMALY_FIN_MOVED = cython.declare(cython.int, index_of("tcp-fin-moved"))
ANOMALY_FIN_AFTER_RESET = cython.declare(cython.int, index_of("tcp-fin-after-reset"))
ANOMALY_FIN_STORM = cython.declare(cython.int, index_of("tcp-fin-storm"))
ANOMALY_DATA_AFTER_FIN = cython.declare(cython.int, index_of("tcp-data-after-fin"))
ANOMALY_DATA_AFTER_RESET = cython.declare(cython.int, index_of("tcp-data-after-reset"))
ANOMALY_DATA_BEFORE_ESTABLISHED = cython.declare(cython.int, index_of("tcp-data-before-established"))
ANOMALY_DATA_ON_SYN = cython.declare(cython.int, index_of("tcp-data-on-syn"))
ANOMALY_IMPOSSIBLE_FLAGS = cython.declare(cython.int, index_of("tcp-impossible-flags"))
ANOMALY_RESET_OUTSIDE_WINDOW = cython.declare(cython.int, index_of("tcp-reset-outside-window"))
ANOMALY_BAD_CHECKSUM = cython.declare(cython.int, index_of("tcp-bad-checksum"))
ANOMALY_RESET_CHALLENGED = cython.declare(cython.int, index_of("tcp-reset-challenged"))
ANOMALY_SEGMENT_OUTSIDE_WINDOW = cython.declare(cython.int, index_of("tcp-segment-outside-window"))
ANOMALY_STRAY_FIN = cython.declare(cython.int, index_of("tcp-stray-fin"))
ANOMALY_ACK_OF_UNSENT = cython.declare(cython.int, index_of("tcp-ack-of-unsent"))
ANOMALY_CHALLENGE_ACK = cython.declare(cython.int, index_of("tcp-challenge-ack"))
ANOMALY_REUSE_IN_TIME_WAIT = cython.declare(cython.int, index_of("tcp-reuse-in-time-wait"))
ANOMALY_REUSE_WHILE_OPEN = cython.declare(cython.int, index_of("tcp-reuse-while-open"))
ANOMALY_SIMULTANEOUS_OPEN = cython.declare(cython.int, index_of("tcp-simultaneous-open"))
ANOMALY_WINDOW_SHRUNK = cython.declare(cython.int, index_of("tcp-window-shrunk"))
ANOMALY_WRONG_SYN_ACK = cython.declare(cython.int, index_of("tcp-wrong-syn-ack"))

STORM = cython.declare(cython.int, 1000)
"""This many FINs, or RSTs, from one end of a connection are a storm (Zeek's tcp_storm_thresh)."""

MASK32 = cython.declare(cython.uint, 0xFFFFFFFF)


@cython.final
@cython.cclass
class SenderState:
    """What one end has sent so far, as far as later segments are checked against it."""

    has_acked: cython.bint
    last_ack: cython.uint
    edge: cython.uint
    """The right edge of the window that it announced last; valid if `has_acked`."""
    edge_is_bytes: cython.bint
    """The size of that window in bytes is known: it was scaled, or the end does not scale its windows."""
    sent_syn: cython.bint
    """It sent a SYN without ACK."""
    is_asking: cython.bint
    """Nothing has responded to that SYN yet, and the end has not continued without a response."""
    reach: cython.uint
    """The sequence number after the highest byte that it sent; valid if `has_reach`."""
    has_reach: cython.bint
    fins: cython.int
    """The number of segments with FIN that it sent."""
    fin_seq: cython.uint
    """The sequence number of its first FIN, which comes after the last byte."""
    resets: cython.int
    """The number of segments with RST that it sent."""
    is_reset: cython.bint
    """One of these RSTs has ended the connection."""
    reset_seq: cython.uint
    """The sequence number of that RST; valid if `is_reset`."""
    late: cython.int
    """Its first packet with bytes after a RST, while later packets may still show that the RST had no effect;
    -1 if none."""
    first_dropped: cython.int
    """The first packet to it that is outside its window or has a wrong checksum and that it has not responded to; -1 if
    none."""
    challenged: cython.int
    """The last packet to it if that requires a challenge ACK in response; otherwise -1."""


@cython.cfunc
def nothing_said() -> SenderState:
    """The facts about an end that has sent nothing yet.

    There may be hundreds of thousands of connections, and calling `__new__` alone takes a third of the time of a
    constructor call.
    """
    sent: SenderState = SenderState.__new__(SenderState)
    sent.has_acked = False
    sent.last_ack = 0
    sent.edge = 0
    sent.edge_is_bytes = False
    sent.sent_syn = False
    sent.is_asking = False
    sent.reach = 0
    sent.has_reach = False
    sent.fins = 0
    sent.fin_seq = 0
    sent.resets = 0
    sent.is_reset = False
    sent.reset_seq = 0
    sent.late = -1
    sent.first_dropped = -1
    sent.challenged = -1
    return sent


@cython.final
@cython.cclass
class Conformance:
    """Checks segments against TCP's rules, and writes the anomalies found."""

    moves: Moves
    packets: Table
    connections: Table
    anomaly_writer: AnomalyWriter
    ends: list[SenderState]
    """The facts about client and server of connection 0, 1, … in turn."""

    flags: cython.ushort[::1]
    seq: cython.uint[::1]
    duplicate: cython.uchar[::1]
    ack: cython.uint[::1]
    window: cython.uint[::1]
    window_shift: cython.schar[::1]
    payload: cython.uint[::1]
    packet_connection: cython.int[::1]
    packet_direction: cython.schar[::1]
    acceptance: cython.uchar[::1]
    previous_packet: cython.int[::1]
    isn: cython.uint[:, ::1]
    isn_known: cython.uchar[:, ::1]
    previous: cython.int[::1]
    first_packet: cython.int[::1]

    def __init__(self, packets: Table, connections: Table, anomalies: Table) -> None:
        self.moves = Moves(packets, connections)
        self.packets = packets
        self.connections = connections
        self.anomaly_writer = AnomalyWriter(anomalies)
        self.ends = []

    def _take_views(self) -> None:
        packets, connections = self.packets, self.connections
        if not self.moves.any_new():
            return
        self.flags = packets.view("flags")
        self.seq = packets.view("seq")
        self.duplicate = packets.view("duplicate")
        self.ack = packets.view("ack")
        self.window = packets.view("window")
        self.window_shift = packets.view("window_shift")
        self.payload = packets.view("payload")
        self.packet_connection = packets.view("connection")
        self.packet_direction = packets.view("direction")
        self.acceptance = packets.view("acceptance")
        self.previous_packet = packets.view("previous")
        self.isn = connections.view("isn")
        self.isn_known = connections.view("isn_known")
        self.previous = connections.view("previous")
        self.first_packet = connections.view("first_packet")

    def turn(self, connection: cython.Py_ssize_t) -> None:
        """Swap client and server of a connection."""
        ends = self.ends
        ends[2 * connection], ends[2 * connection + 1] = ends[2 * connection + 1], ends[2 * connection]

    def advance(self, first: cython.Py_ssize_t, stop: cython.Py_ssize_t) -> None:
        """Check packets rows [first, stop) against the rules."""
        row: cython.Py_ssize_t
        connections: cython.Py_ssize_t = self.connections.rows
        self._take_views()
        while len(self.ends) < 2 * connections:
            self.ends.append(nothing_said())
        for row in range(first, stop):
            if self.packet_connection[row] >= 0 and not self.duplicate[row]:
                self._check(row)

    def finish(self) -> None:
        """Report what was waiting for later packets, because the capture has ended."""
        index: cython.Py_ssize_t
        sent: SenderState
        last_packet: cython.int[::1] = self.connections.view("last_packet")
        self._take_views()
        for index in range(len(self.ends)):
            sent = self.ends[index]
            if sent.first_dropped >= 0:
                self._settle_dropped(sent, last_packet[index // 2], index % 2)
            if sent.late >= 0:
                self._note(sent.late, ANOMALY_DATA_AFTER_RESET, self.payload[sent.late], 0, 0)

    @cython.cfunc
    @cython.exceptval(-1)
    def _check(self, row: cython.Py_ssize_t) -> cython.int:
        sender: SenderState
        receiver: SenderState
        connection: cython.Py_ssize_t = self.packet_connection[row]
        side: cython.Py_ssize_t = self.packet_direction[row]
        flags: cython.uint = self.flags[row]
        kind: cython.uint = flags & (SYN | FIN | RST)
        acceptance: cython.uint = self.acceptance[row]
        sender = self.ends[2 * connection + side]
        receiver = self.ends[2 * connection + 1 - side]
        if kind & (kind - 1) or not flags & FLAGS_OF_1981:
            self._note(row, ANOMALY_IMPOSSIBLE_FLAGS, flags, 0, 0)
        if kind and row == self.first_packet[connection]:
            self._check_first(connection, row, flags)
        if acceptance & REASON:
            self._check_dropped(sender, receiver, row, connection, side, flags)
            return 0
        if acceptance & CONTINUES:
            sender.is_reset = False
            receiver.late = -1
        if sender.challenged >= 0 or sender.first_dropped >= 0:
            self._check_answer(sender, row, side, flags)
        if kind & SYN:
            self._check_syn(connection, side, row, flags, sender, receiver)
        elif kind & RST:
            self._check_reset(sender, receiver, row)
        else:
            if self.payload[row]:
                self._check_data(sender, receiver, row)
            elif sender.is_asking and flags & ACK and not receiver.has_acked:
                self._note(row, ANOMALY_ANSWER_UNSEEN, 0, 0, 0)
            sender.is_asking = False
        if kind & FIN:
            self._check_fin(sender, receiver, row)
        if flags & ACK and not kind & RST:
            self._check_window(sender, row)
        if not kind & RST:
            self._extend(sender, row, kind)
        return 0

    @cython.cfunc
    @cython.exceptval(-1)
    def _extend(self, sender: SenderState, row: cython.Py_ssize_t, kind: cython.uint) -> cython.int:
        """Note how far the sender's sequence numbers reach."""
        end: cython.uint = (self.seq[row] + self.payload[row] + (1 if kind else 0)) & MASK32
        if not sender.has_reach or seq_offset(sender.reach, end) > 0:
            sender.reach = end
            sender.has_reach = True

    @cython.cfunc
    @cython.exceptval(-1)
    def _check_dropped(
        self,
        sender: SenderState,
        receiver: SenderState,
        row: cython.Py_ssize_t,
        connection: cython.Py_ssize_t,
        side: cython.Py_ssize_t,
        flags: cython.uint,
    ) -> cython.int:
        """Report a segment that its receiver must drop; it does not change any state."""
        drop_reason: cython.int = self.acceptance[row] & REASON
        if drop_reason in (DROPPED_OUTSIDE, DROPPED_FOR_CHECKSUM):
            if receiver.first_dropped < 0:
                receiver.first_dropped = row
        elif drop_reason == DROPPED_RESET_OUTSIDE:
            self._note(row, ANOMALY_RESET_OUTSIDE_WINDOW, self.seq[row], receiver.last_ack, receiver.edge)
        elif drop_reason == DROPPED_RESET_INSIDE:
            self._note(row, ANOMALY_RESET_CHALLENGED, self.seq[row], sender.reach, 0)
            receiver.challenged = row
        elif drop_reason == DROPPED_SYN:
            self._note(row, ANOMALY_SYN_INSIDE, 0, 0, 0)
            receiver.challenged = row
        elif flags & SYN:
            self._check_syn(connection, side, row, flags, sender, receiver)
        else:
            self._note(row, ANOMALY_ACK_OF_UNSENT, self.ack[row], receiver.reach, 0)

    @cython.cfunc
    @cython.exceptval(-1)
    def _check_answer(
        self, sender: SenderState, row: cython.Py_ssize_t, side: cython.Py_ssize_t, flags: cython.uint
    ) -> cython.int:
        """Check an end's response to segments that it must drop: a challenge ACK, or one that does not cover them."""
        challenged: cython.int = sender.challenged
        sender.challenged = -1
        if not flags & ACK:
            return 0
        if (
            challenged >= 0
            and not flags & (SYN | FIN | RST)
            and not self.payload[row]
            and self.ack[row] == sender.last_ack
        ):
            self._note(row, ANOMALY_CHALLENGE_ACK, challenged + 1, 0, 0)
        if sender.first_dropped >= 0:
            self._settle_dropped(sender, row, side)
        return 0

    @cython.cfunc
    @cython.exceptval(-1)
    def _settle_dropped(self, sent: SenderState, row: cython.Py_ssize_t, side: cython.Py_ssize_t) -> cython.int:
        """Report the segments to the end of `side` that were dropped up to packets row `row`.

        They are outside the end's window or have a wrong checksum, and were not accepted after all.
        """
        at: cython.Py_ssize_t = row
        while at >= sent.first_dropped:
            if self.packet_direction[at] != side and self.acceptance[at] == DROPPED_OUTSIDE:
                if self.flags[at] & FIN:
                    self._note(at, ANOMALY_STRAY_FIN, self.seq[at], sent.last_ack, sent.edge)
                else:
                    self._note(at, ANOMALY_SEGMENT_OUTSIDE_WINDOW, self.seq[at], sent.last_ack, sent.edge)
            elif self.packet_direction[at] != side and self.acceptance[at] == DROPPED_FOR_CHECKSUM:
                self._note(at, ANOMALY_BAD_CHECKSUM, self.seq[at], 0, 0)
            at = self.previous_packet[at]
        sent.first_dropped = -1

    @cython.cfunc
    @cython.exceptval(-1)
    def _note(
        self,
        row: cython.Py_ssize_t,
        code: cython.int,
        a: cython.longlong,
        b: cython.longlong,
        c: cython.longlong,
    ) -> cython.int:
        self.anomaly_writer.note(code, row, self.packet_connection[row], self.packet_direction[row], a, b, c)

    @cython.cfunc
    @cython.exceptval(-1)
    def _check_first(self, connection: cython.Py_ssize_t, row: cython.Py_ssize_t, flags: cython.uint) -> cython.int:
        """Check the first packet of a connection.

        It may reuse the sockets of an earlier connection, or be a SYN-ACK, RST or FIN of a connection whose beginning
        was not captured.
        """
        old: cython.int = self.previous[connection]
        if flags & SYN and flags & ACK:
            self._note_first(row, ANOMALY_BEGINS_WITH_SYN_ACK, 0)
        elif flags & SYN:
            if self.acceptance[row] & REUSES_TIME_WAIT:
                self._note_first(row, ANOMALY_REUSE_IN_TIME_WAIT, old)
            elif self.acceptance[row] & REUSES_OPEN:
                self._note_first(row, ANOMALY_REUSE_WHILE_OPEN, old)
        elif flags & RST:
            self._note_first(row, ANOMALY_BEGINS_WITH_RESET, 0)
        elif flags & FIN:
            self._note_first(row, ANOMALY_BEGINS_WITH_FIN, 0)

    @cython.cfunc
    @cython.exceptval(-1)
    def _note_first(self, row: cython.Py_ssize_t, code: cython.int, a: cython.longlong) -> cython.int:
        """Report an anomaly that only a connection's first packet can have.

        It occurs at most once per connection, so no count is kept; a capture may reuse its ports tens of thousands of
        times.
        """
        self.anomaly_writer.note_once(code, row, self.packet_connection[row], self.packet_direction[row], a)

    @cython.cfunc
    @cython.exceptval(-1)
    def _check_syn(
        self,
        connection: cython.Py_ssize_t,
        side: cython.Py_ssize_t,
        row: cython.Py_ssize_t,
        flags: cython.uint,
        sender: SenderState,
        receiver: SenderState,
    ) -> cython.int:
        asked: cython.uint
        if self.payload[row]:
            self._note(row, ANOMALY_DATA_ON_SYN, self.payload[row], 0, 0)
        receiver.is_asking = False
        sender.is_reset = receiver.is_reset = False
        sender.late = receiver.late = -1
        if not flags & ACK:
            if side == 1 and not sender.sent_syn:
                self._note(row, ANOMALY_SIMULTANEOUS_OPEN, 0, 0, 0)
            sender.sent_syn = sender.is_asking = True
            return 0
        sender.is_asking = False
        asked = (self.isn[connection, 1 - side] + 1) & MASK32
        # An ACK beyond the SYN's own number covers data that came with it (TCP Fast Open).
        if self.isn_known[connection, 1 - side] == 1 and seq_offset(asked, self.ack[row]) < 0:
            self._note(row, ANOMALY_WRONG_SYN_ACK, self.ack[row], asked, 0)
        return 0

    @cython.cfunc
    @cython.exceptval(-1)
    def _check_reset(self, sender: SenderState, receiver: SenderState, row: cython.Py_ssize_t) -> cython.int:
        sender.resets += 1
        if sender.resets == STORM:
            self._note(row, ANOMALY_RESET_STORM, STORM, 0, 0)
        if self.payload[row]:
            self._note(row, ANOMALY_RESET_WITH_DATA, self.payload[row], 0, 0)
        if receiver.late >= 0:
            self._note(receiver.late, ANOMALY_DATA_AFTER_RESET, self.payload[receiver.late], 0, 0)
            receiver.late = -1
        if not self.acceptance[row] & CONTINUES:
            sender.is_asking = False
            sender.is_reset = True
            sender.reset_seq = self.seq[row]

    @cython.cfunc
    @cython.exceptval(-1)
    def _check_fin(self, sender: SenderState, receiver: SenderState, row: cython.Py_ssize_t) -> cython.int:
        """Check a FIN: a stream has only one end, and only an open connection can be closed."""
        end: cython.uint = (self.seq[row] + self.payload[row]) & MASK32
        if sender.is_reset or receiver.is_reset:
            self._note(row, ANOMALY_FIN_AFTER_RESET, 0, 0, 0)
        elif not sender.fins:
            sender.fin_seq = end
        elif end != sender.fin_seq:
            self._note(row, ANOMALY_FIN_MOVED, end, sender.fin_seq, 0)
        sender.fins += 1
        if sender.fins == STORM:
            self._note(row, ANOMALY_FIN_STORM, STORM, 0, 0)

    @cython.cfunc
    @cython.exceptval(-1)
    def _check_data(self, sender: SenderState, receiver: SenderState, row: cython.Py_ssize_t) -> cython.int:
        end: cython.uint = (self.seq[row] + self.payload[row]) & MASK32
        if sender.is_asking:
            self._note(row, ANOMALY_DATA_BEFORE_ESTABLISHED, self.payload[row], 0, 0)
        if sender.is_reset and seq_offset(end, sender.reset_seq) >= 0:
            pass  # captured after the RST, but sent before it
        elif sender.is_reset or receiver.is_reset:
            if sender.late < 0:
                sender.late = row
        elif sender.fins and seq_offset(sender.fin_seq, end) > 0:
            self._note(row, ANOMALY_DATA_AFTER_FIN, end, sender.fin_seq, 0)

    @cython.cfunc
    @cython.exceptval(-1)
    def _check_window(self, sender: SenderState, row: cython.Py_ssize_t) -> cython.int:
        """Check the window: it may close only as bytes arrive; rounding by its scale is not shrinking (RFC 7323 §2.4).

        A window whose scale is not known can be compared only with another such window.
        """
        edge: cython.uint = (self.ack[row] + self.window[row]) & MASK32
        is_bytes: cython.bint = self.window_shift[row] >= 0
        rounding: cython.longlong = 1 << max(self.window_shift[row], 0)
        is_comparable: cython.bint = sender.has_acked and sender.edge_is_bytes == is_bytes and not self.flags[row] & SYN
        if sender.has_acked and seq_offset(sender.last_ack, self.ack[row]) < 0:
            return 0  # overtaken by a later ACK
        if is_comparable and seq_offset(edge, sender.edge) >= rounding:
            self._note(row, ANOMALY_WINDOW_SHRUNK, seq_offset(edge, sender.edge), 0, 0)
        sender.has_acked = True
        sender.last_ack = self.ack[row]
        sender.edge = edge
        sender.edge_is_bytes = is_bytes
        return 0
