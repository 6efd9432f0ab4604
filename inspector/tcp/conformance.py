"""TCP anomalies: rows of the table `anomalies` for segments that break TCP's rules or are worth a note.

Every check looks at one segment and at what its connection's ends had said before; where only the sequel tells whether
something is odd, it waits for that. Codes, sentences and RFC sections stand in inspector/anomalies.

Hot module: compiled by Cython where there is a compiler, plain Python otherwise (docs/architecture.md).
"""

from __future__ import annotations

import cython

from inspector.anomalies import index_of
from inspector.tables.table import Table
from inspector.tcp.verdicts import Acceptance, Refusal

if cython.compiled:
    from cython.cimports.inspector.tables.anomaly_writer import Oddities
    from cython.cimports.inspector.tcp.header import ACK, FIN, RST, SYN, seq_distance
else:
    from inspector.tables.anomaly_writer import Oddities
    from inspector.tcp.header import ACK, FIN, RST, SYN, seq_distance

FLAGS_OF_1981 = cython.declare(cython.uint, 63)
"""FIN, SYN, RST, PSH, ACK, URG: no segment of a working TCP has none of them."""


REFUSAL = cython.declare(cython.uint, int(Acceptance.REFUSAL))
LIVES_ON = cython.declare(cython.uint, int(Acceptance.LIVES_ON))
REUSES_OPEN = cython.declare(cython.uint, int(Acceptance.REUSES_OPEN))
REUSES_TIME_WAIT = cython.declare(cython.uint, int(Acceptance.REUSES_TIME_WAIT))
OUTSIDE = cython.declare(cython.uint, int(Refusal.OUTSIDE_WINDOW))
DAMAGED = cython.declare(cython.uint, int(Refusal.BAD_CHECKSUM))
"""The whole value of packets.acceptance: refused, and not accepted after all."""

OUTSIDE_WINDOW = cython.declare(cython.int, int(Refusal.OUTSIDE_WINDOW))
REFUSED_FOR_CHECKSUM = cython.declare(cython.int, int(Refusal.BAD_CHECKSUM))
REFUSED_RESET_OUTSIDE = cython.declare(cython.int, int(Refusal.RESET_OUTSIDE_WINDOW))
REFUSED_RESET_INSIDE = cython.declare(cython.int, int(Refusal.RESET_INSIDE_WINDOW))
REFUSED_SYN = cython.declare(cython.int, int(Refusal.SYN_INSIDE))

# Codes of inspector/anomalies, by their numbers.
BEGINS_WITH_FIN = cython.declare(cython.int, index_of("tcp-begins-with-fin"))
BEGINS_WITH_RESET = cython.declare(cython.int, index_of("tcp-begins-with-reset"))
BEGINS_WITH_SYN_ACK = cython.declare(cython.int, index_of("tcp-begins-with-syn-ack"))
ANSWER_UNSEEN = cython.declare(cython.int, index_of("tcp-answer-unseen"))
SYN_INSIDE = cython.declare(cython.int, index_of("tcp-syn-inside"))
RESET_WITH_DATA = cython.declare(cython.int, index_of("tcp-reset-with-data"))
RESET_STORM = cython.declare(cython.int, index_of("tcp-reset-storm"))
FIN_MOVED = cython.declare(cython.int, index_of("tcp-fin-moved"))
FIN_AFTER_RESET = cython.declare(cython.int, index_of("tcp-fin-after-reset"))
FIN_STORM = cython.declare(cython.int, index_of("tcp-fin-storm"))
DATA_AFTER_FIN = cython.declare(cython.int, index_of("tcp-data-after-fin"))
DATA_AFTER_RESET = cython.declare(cython.int, index_of("tcp-data-after-reset"))
DATA_BEFORE_ESTABLISHED = cython.declare(cython.int, index_of("tcp-data-before-established"))
DATA_ON_SYN = cython.declare(cython.int, index_of("tcp-data-on-syn"))
IMPOSSIBLE_FLAGS = cython.declare(cython.int, index_of("tcp-impossible-flags"))
RESET_OUTSIDE_WINDOW = cython.declare(cython.int, index_of("tcp-reset-outside-window"))
BAD_CHECKSUM = cython.declare(cython.int, index_of("tcp-bad-checksum"))
RESET_CHALLENGED = cython.declare(cython.int, index_of("tcp-reset-challenged"))
SEGMENT_OUTSIDE_WINDOW = cython.declare(cython.int, index_of("tcp-segment-outside-window"))
STRAY_FIN = cython.declare(cython.int, index_of("tcp-stray-fin"))
ACK_OF_UNSENT = cython.declare(cython.int, index_of("tcp-ack-of-unsent"))
CHALLENGE_ACK = cython.declare(cython.int, index_of("tcp-challenge-ack"))
REUSE_IN_TIME_WAIT = cython.declare(cython.int, index_of("tcp-reuse-in-time-wait"))
REUSE_WHILE_OPEN = cython.declare(cython.int, index_of("tcp-reuse-while-open"))
SIMULTANEOUS_OPEN = cython.declare(cython.int, index_of("tcp-simultaneous-open"))
WINDOW_SHRUNK = cython.declare(cython.int, index_of("tcp-window-shrunk"))
WRONG_SYN_ACK = cython.declare(cython.int, index_of("tcp-wrong-syn-ack"))

STORM = cython.declare(cython.int, 1000)
"""So many FINs, or RSTs, from one end of one connection are a storm (Zeek's tcp_storm_thresh)."""

MASK32 = cython.declare(cython.uint, 0xFFFFFFFF)


@cython.cclass
class Said:
    """What one end has sent so far that later segments are checked against."""

    has_acked: cython.bint
    last_ack: cython.uint
    edge: cython.uint
    """Right edge of the window it announced last, known when `has_acked`."""
    edge_is_bytes: cython.bint
    """That window is known in bytes: scaled, or never scaled."""
    has_asked: cython.bint
    """It sent a SYN without ACK."""
    is_asking: cython.bint
    """Nothing answered that yet, and it has not gone on without an answer."""
    reach: cython.uint
    """Behind the highest byte that it sent, known when `has_reach`."""
    has_reach: cython.bint
    fins: cython.int
    """Segments with FIN that it sent."""
    fin_seq: cython.uint
    """Its sequence number, after the last byte, in the first of them."""
    resets: cython.int
    """Segments with RST that it sent."""
    is_reset: cython.bint
    """One of them counts."""
    reset_seq: cython.uint
    """Its number."""
    late: cython.int
    """Its first packet with bytes after a RST, while the sequel may still show that this did not count; -1 none."""
    astray: cython.int
    """The first packet to it from outside its window, or with a wrong checksum, that it has not answered; -1 none."""
    challenged: cython.int
    """The last packet, which a challenge ACK must answer; -1 it was another."""


@cython.cfunc
def nothing_said() -> Said:
    """A fresh one. Connections come by the hundred thousand: `__new__` alone costs a third of a constructor's call."""
    said: Said = Said.__new__(Said)
    said.has_acked = False
    said.last_ack = 0
    said.edge = 0
    said.edge_is_bytes = False
    said.has_asked = False
    said.is_asking = False
    said.reach = 0
    said.has_reach = False
    said.fins = 0
    said.fin_seq = 0
    said.resets = 0
    said.is_reset = False
    said.reset_seq = 0
    said.late = -1
    said.astray = -1
    said.challenged = -1
    return said


@cython.cclass
class Conformance:
    """Writes TCP's anomalies."""

    packets: Table
    connections: Table
    oddities: Oddities
    ends: list[Said]
    """The client's and the server's of each connection in turn."""

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
        self.packets = packets
        self.connections = connections
        self.oddities = Oddities(anomalies)
        self.ends = []

    def _take_views(self) -> None:
        packets, connections = self.packets, self.connections
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
        """Client and server of a connection change places."""
        ends = self.ends
        ends[2 * connection], ends[2 * connection + 1] = ends[2 * connection + 1], ends[2 * connection]

    def advance(self, first: cython.Py_ssize_t, stop: cython.Py_ssize_t) -> None:
        """Hold packets rows [first, stop) against the rules."""
        row: cython.Py_ssize_t
        connections: cython.Py_ssize_t = self.connections.rows
        self._take_views()
        while len(self.ends) < 2 * connections:
            self.ends.append(nothing_said())
        for row in range(first, stop):
            if self.packet_connection[row] >= 0 and not self.duplicate[row]:
                self._check(row)

    def finish(self) -> None:
        """The capture has ended: what waited for the sequel is reported."""
        index: cython.Py_ssize_t
        said: Said
        last_packet: cython.int[::1] = self.connections.view("last_packet")
        self._take_views()
        for index in range(len(self.ends)):
            said = self.ends[index]
            if said.astray >= 0:
                self._settle_astray(said, last_packet[index // 2], index % 2)
            if said.late >= 0:
                self._note(said.late, DATA_AFTER_RESET, self.payload[said.late], 0, 0)

    @cython.cfunc
    @cython.exceptval(-1)
    def _check(self, row: cython.Py_ssize_t) -> cython.int:
        sender: Said
        receiver: Said
        connection: cython.Py_ssize_t = self.packet_connection[row]
        side: cython.Py_ssize_t = self.packet_direction[row]
        flags: cython.uint = self.flags[row]
        kind: cython.uint = flags & (SYN | FIN | RST)
        acceptance: cython.uint = self.acceptance[row]
        sender = self.ends[2 * connection + side]
        receiver = self.ends[2 * connection + 1 - side]
        if kind & (kind - 1) or not flags & FLAGS_OF_1981:
            self._note(row, IMPOSSIBLE_FLAGS, flags, 0, 0)
        if kind and row == self.first_packet[connection]:
            self._check_first(connection, row, flags)
        if acceptance & REFUSAL:
            self._check_refused(sender, receiver, row, connection, side, flags)
            return 0
        if acceptance & LIVES_ON:
            sender.is_reset = False
            receiver.late = -1
        if sender.challenged >= 0 or sender.astray >= 0:
            self._check_answer(sender, row, side, flags)
        if kind & SYN:
            self._check_syn(connection, side, row, flags, sender, receiver)
        elif kind & RST:
            self._check_reset(sender, receiver, row)
        else:
            if self.payload[row]:
                self._check_data(sender, receiver, row)
            elif sender.is_asking and flags & ACK and not receiver.has_acked:
                self._note(row, ANSWER_UNSEEN, 0, 0, 0)
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
    def _extend(self, sender: Said, row: cython.Py_ssize_t, kind: cython.uint) -> cython.int:
        """Note how far the sender's numbers reach."""
        end: cython.uint = (self.seq[row] + self.payload[row] + (1 if kind else 0)) & MASK32
        if not sender.has_reach or seq_distance(sender.reach, end) > 0:
            sender.reach = end
            sender.has_reach = True

    @cython.cfunc
    @cython.exceptval(-1)
    def _check_refused(
        self,
        sender: Said,
        receiver: Said,
        row: cython.Py_ssize_t,
        connection: cython.Py_ssize_t,
        side: cython.Py_ssize_t,
        flags: cython.uint,
    ) -> cython.int:
        """Report a segment that its receiver must drop; it does not change any state."""
        refusal: cython.int = self.acceptance[row] & REFUSAL
        if refusal in (OUTSIDE_WINDOW, REFUSED_FOR_CHECKSUM):
            if receiver.astray < 0:
                receiver.astray = row
        elif refusal == REFUSED_RESET_OUTSIDE:
            self._note(row, RESET_OUTSIDE_WINDOW, self.seq[row], receiver.last_ack, receiver.edge)
        elif refusal == REFUSED_RESET_INSIDE:
            self._note(row, RESET_CHALLENGED, self.seq[row], sender.reach, 0)
            receiver.challenged = row
        elif refusal == REFUSED_SYN:
            self._note(row, SYN_INSIDE, 0, 0, 0)
            receiver.challenged = row
        elif flags & SYN:
            self._check_syn(connection, side, row, flags, sender, receiver)
        else:
            self._note(row, ACK_OF_UNSENT, self.ack[row], receiver.reach, 0)

    @cython.cfunc
    @cython.exceptval(-1)
    def _check_answer(
        self, sender: Said, row: cython.Py_ssize_t, side: cython.Py_ssize_t, flags: cython.uint
    ) -> cython.int:
        """Check the response of an end to segments that it must drop: a challenge ACK, or an ACK that does not cover
        them.
        """
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
            self._note(row, CHALLENGE_ACK, challenged + 1, 0, 0)
        if sender.astray >= 0:
            self._settle_astray(sender, row, side)
        return 0

    @cython.cfunc
    @cython.exceptval(-1)
    def _settle_astray(self, said: Said, row: cython.Py_ssize_t, side: cython.Py_ssize_t) -> cython.int:
        """Report a segment that arrived at the end of `side` from outside its window, or with a wrong checksum, and was
        not accepted after all.
        """
        at: cython.Py_ssize_t = row
        while at >= said.astray:
            if self.packet_direction[at] != side and self.acceptance[at] == OUTSIDE:
                if self.flags[at] & FIN:
                    self._note(at, STRAY_FIN, self.seq[at], said.last_ack, said.edge)
                else:
                    self._note(at, SEGMENT_OUTSIDE_WINDOW, self.seq[at], said.last_ack, said.edge)
            elif self.packet_direction[at] != side and self.acceptance[at] == DAMAGED:
                self._note(at, BAD_CHECKSUM, self.seq[at], 0, 0)
            at = self.previous_packet[at]
        said.astray = -1

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
        self.oddities.note(code, row, self.packet_connection[row], self.packet_direction[row], a, b, c)

    @cython.cfunc
    @cython.exceptval(-1)
    def _check_first(self, connection: cython.Py_ssize_t, row: cython.Py_ssize_t, flags: cython.uint) -> cython.int:
        """The first packet of a connection that takes over its sockets, or that ends what was never seen to begin."""
        old: cython.int = self.previous[connection]
        if flags & SYN and flags & ACK:
            self._note_first(row, BEGINS_WITH_SYN_ACK, 0)
        elif flags & SYN:
            if self.acceptance[row] & REUSES_TIME_WAIT:
                self._note_first(row, REUSE_IN_TIME_WAIT, old)
            elif self.acceptance[row] & REUSES_OPEN:
                self._note_first(row, REUSE_WHILE_OPEN, old)
        elif flags & RST:
            self._note_first(row, BEGINS_WITH_RESET, 0)
        elif flags & FIN:
            self._note_first(row, BEGINS_WITH_FIN, 0)

    @cython.cfunc
    @cython.exceptval(-1)
    def _note_first(self, row: cython.Py_ssize_t, code: cython.int, a: cython.longlong) -> cython.int:
        """What only a connection's first packet can be: nothing to count, which matters when ports are used again by
        the ten thousand.
        """
        self.oddities.note_once(code, row, self.packet_connection[row], self.packet_direction[row], a)

    @cython.cfunc
    @cython.exceptval(-1)
    def _check_syn(
        self,
        connection: cython.Py_ssize_t,
        side: cython.Py_ssize_t,
        row: cython.Py_ssize_t,
        flags: cython.uint,
        sender: Said,
        receiver: Said,
    ) -> cython.int:
        asked: cython.uint
        if self.payload[row]:
            self._note(row, DATA_ON_SYN, self.payload[row], 0, 0)
        receiver.is_asking = False
        sender.is_reset = receiver.is_reset = False
        sender.late = receiver.late = -1
        if not flags & ACK:
            if side == 1 and not sender.has_asked:
                self._note(row, SIMULTANEOUS_OPEN, 0, 0, 0)
            sender.has_asked = sender.is_asking = True
            return 0
        sender.is_asking = False
        asked = (self.isn[connection, 1 - side] + 1) & MASK32
        # An ACK beyond the SYN's own number covers data that came with it (TCP Fast Open).
        if self.isn_known[connection, 1 - side] == 1 and seq_distance(asked, self.ack[row]) < 0:
            self._note(row, WRONG_SYN_ACK, self.ack[row], asked, 0)
        return 0

    @cython.cfunc
    @cython.exceptval(-1)
    def _check_reset(self, sender: Said, receiver: Said, row: cython.Py_ssize_t) -> cython.int:
        sender.resets += 1
        if sender.resets == STORM:
            self._note(row, RESET_STORM, STORM, 0, 0)
        if self.payload[row]:
            self._note(row, RESET_WITH_DATA, self.payload[row], 0, 0)
        if receiver.late >= 0:
            self._note(receiver.late, DATA_AFTER_RESET, self.payload[receiver.late], 0, 0)
            receiver.late = -1
        if not self.acceptance[row] & LIVES_ON:
            sender.is_asking = False
            sender.is_reset = True
            sender.reset_seq = self.seq[row]

    @cython.cfunc
    @cython.exceptval(-1)
    def _check_fin(self, sender: Said, receiver: Said, row: cython.Py_ssize_t) -> cython.int:
        """A stream has one end, and only an open connection can be closed."""
        end: cython.uint = (self.seq[row] + self.payload[row]) & MASK32
        if sender.is_reset or receiver.is_reset:
            self._note(row, FIN_AFTER_RESET, 0, 0, 0)
        elif not sender.fins:
            sender.fin_seq = end
        elif end != sender.fin_seq:
            self._note(row, FIN_MOVED, end, sender.fin_seq, 0)
        sender.fins += 1
        if sender.fins == STORM:
            self._note(row, FIN_STORM, STORM, 0, 0)

    @cython.cfunc
    @cython.exceptval(-1)
    def _check_data(self, sender: Said, receiver: Said, row: cython.Py_ssize_t) -> cython.int:
        end: cython.uint = (self.seq[row] + self.payload[row]) & MASK32
        if sender.is_asking:
            self._note(row, DATA_BEFORE_ESTABLISHED, self.payload[row], 0, 0)
        if sender.is_reset and seq_distance(end, sender.reset_seq) >= 0:
            pass  # captured behind the RST, and sent before it
        elif sender.is_reset or receiver.is_reset:
            if sender.late < 0:
                sender.late = row
        elif sender.fins and seq_distance(sender.fin_seq, end) > 0:
            self._note(row, DATA_AFTER_FIN, end, sender.fin_seq, 0)

    @cython.cfunc
    @cython.exceptval(-1)
    def _check_window(self, sender: Said, row: cython.Py_ssize_t) -> cython.int:
        """An end may close its window only as bytes arrive; rounding by its scale is not shrinking (RFC 7323 §2.4).

        A window whose scale is not known can be held only against another such.
        """
        edge: cython.uint = (self.ack[row] + self.window[row]) & MASK32
        is_bytes: cython.bint = self.window_shift[row] >= 0
        rounding: cython.longlong = 1 << max(self.window_shift[row], 0)
        is_comparable: cython.bint = sender.has_acked and sender.edge_is_bytes == is_bytes and not self.flags[row] & SYN
        if sender.has_acked and seq_distance(sender.last_ack, self.ack[row]) < 0:
            return 0  # overtaken by a later ACK
        if is_comparable and seq_distance(edge, sender.edge) >= rounding:
            self._note(row, WINDOW_SHRUNK, seq_distance(edge, sender.edge), 0, 0)
        sender.has_acked = True
        sender.last_ack = self.ack[row]
        sender.edge = edge
        sender.edge_is_bytes = is_bytes
        return 0
