"""The states of both ends after every packet, and the summary of each connection's life.

A packet changes its sender's state. It also changes its receiver's state, once the receiver has got it; this is assumed
at first and then decided by the receiver's own packets (state_changes.py). The transitions themselves are
states.TRANSITIONS.

Hot module: compiled by Cython where there is a compiler, plain Python otherwise (docs/architecture.md).
"""

from __future__ import annotations

import cython

from inspector.tables.table import Moves, Table
from inspector.tcp.states import Signal, State
from inspector.tcp.verdicts import Acceptance, DropReason

if cython.compiled:
    from cython.cimports.inspector.tcp.acceptance import Acceptor
    from cython.cimports.inspector.tcp.endpoint import End, Life, fresh_life
    from cython.cimports.inspector.tcp.flags_and_seq import ACK, FIN, RST, SYN, seq_offset
    from cython.cimports.inspector.tcp.state_changes import StateChanges
    from cython.cimports.inspector.tcp.zeek_conn_state import Zeek
else:
    from inspector.tcp.acceptance import Acceptor
    from inspector.tcp.endpoint import End, Life, fresh_life
    from inspector.tcp.flags_and_seq import ACK, FIN, RST, SYN, seq_offset
    from inspector.tcp.state_changes import StateChanges
    from inspector.tcp.zeek_conn_state import Zeek

CLOSED = cython.declare(cython.int, int(State.CLOSED))
LISTEN = cython.declare(cython.int, int(State.LISTEN))
SYN_SENT_STATE = cython.declare(cython.int, int(State.SYN_SENT))
SYN_RECEIVED = cython.declare(cython.int, int(State.SYN_RECEIVED))
ESTABLISHED = cython.declare(cython.int, int(State.ESTABLISHED))
LAST_ACK = cython.declare(cython.int, int(State.LAST_ACK))
TIME_WAIT = cython.declare(cython.int, int(State.TIME_WAIT))

SENT_SYN = cython.declare(cython.int, int(Signal.SENT_SYN))
SENT_SYN_ACK = cython.declare(cython.int, int(Signal.SENT_SYN_ACK))
SENT_SEGMENT = cython.declare(cython.int, int(Signal.SENT_SEGMENT))
SENT_FIN = cython.declare(cython.int, int(Signal.SENT_FIN))
SENT_RST = cython.declare(cython.int, int(Signal.SENT_RST))
GOT_SYN = cython.declare(cython.int, int(Signal.GOT_SYN))
GOT_SYN_ACK = cython.declare(cython.int, int(Signal.GOT_SYN_ACK))
GOT_ACK_OF_SYN = cython.declare(cython.int, int(Signal.GOT_ACK_OF_SYN))
GOT_SEGMENT = cython.declare(cython.int, int(Signal.GOT_SEGMENT))
GOT_FIN = cython.declare(cython.int, int(Signal.GOT_FIN))
GOT_ACK_OF_FIN = cython.declare(cython.int, int(Signal.GOT_ACK_OF_FIN))
GOT_RST = cython.declare(cython.int, int(Signal.GOT_RST))
GOT_RST_WHEN_CALLED = cython.declare(cython.int, int(Signal.GOT_RST_WHEN_CALLED))

OUTSIDE_WINDOW = cython.declare(cython.int, int(DropReason.OUTSIDE_WINDOW))
BAD_CHECKSUM = cython.declare(cython.int, int(DropReason.BAD_CHECKSUM))
ACK_OF_UNSENT = cython.declare(cython.int, int(DropReason.ACK_OF_UNSENT))
AFTER_ALL = cython.declare(cython.uint, int(Acceptance.AFTER_ALL))
CONTINUES = cython.declare(cython.uint, int(Acceptance.CONTINUES))
REUSES_OPEN = cython.declare(cython.uint, int(Acceptance.REUSES_OPEN))
REUSES_TIME_WAIT = cython.declare(cython.uint, int(Acceptance.REUSES_TIME_WAIT))

# Bits of tshark's tcp.completeness.
SEEN_SYN = cython.declare(cython.uint, 1)
SEEN_SYN_ACK = cython.declare(cython.uint, 2)
SEEN_ACK = cython.declare(cython.uint, 4)
SEEN_DATA = cython.declare(cython.uint, 8)
SEEN_FIN = cython.declare(cython.uint, 16)
SEEN_RST = cython.declare(cython.uint, 32)

OPENED = cython.declare(cython.int, -2)
"""Takes the place of the SYN's row once the handshake is complete."""

MASK32 = cython.declare(cython.uint, 0xFFFFFFFF)


@cython.final
@cython.cclass
class Lifecycle:
    """Fills the states of packets; of connections, the states, handshake, closed_by, reset_by and completeness.

    Its `zeek` (zeek_conn_state.py) fills history and conn_state from the same packets.
    """

    moves: Moves
    packets: Table
    connections: Table
    lives: list[Life]
    acceptor: Acceptor
    state_changes: StateChanges
    zeek: Zeek

    times: cython.longlong[::1]
    clock: cython.ushort[::1]
    flags: cython.ushort[::1]
    seq: cython.uint[::1]
    duplicate: cython.uchar[::1]
    ack: cython.uint[::1]
    payload: cython.uint[::1]
    packet_connection: cython.int[::1]
    packet_direction: cython.schar[::1]
    client_state: cython.uchar[::1]
    server_state: cython.uchar[::1]
    assumed: cython.uchar[::1]
    acceptance: cython.uchar[::1]
    previous: cython.int[::1]

    first_packet: cython.int[::1]
    c_previous: cython.int[::1]
    c_client_state: cython.uchar[::1]
    c_server_state: cython.uchar[::1]
    c_assumed: cython.uchar[::1]
    handshake_ns: cython.longlong[::1]
    syn_rtt_ns: cython.longlong[::1]
    closed_by: cython.schar[::1]
    reset_by: cython.schar[::1]
    completeness: cython.uchar[::1]

    def __init__(self, packets: Table, connections: Table) -> None:
        self.moves = Moves(packets, connections)
        self.packets = packets
        self.connections = connections
        self.lives = []
        self.acceptor = Acceptor(packets)
        self.state_changes = StateChanges(packets)
        self.zeek = Zeek(packets, connections)

    def _take_views(self) -> None:
        packets, connections = self.packets, self.connections
        if not self.moves.any_new():
            return
        self.times = packets.view("time_ns")
        self.clock = packets.view("clock")
        self.flags = packets.view("flags")
        self.seq = packets.view("seq")
        self.duplicate = packets.view("duplicate")
        self.ack = packets.view("ack")
        self.payload = packets.view("payload")
        self.packet_connection = packets.view("connection")
        self.packet_direction = packets.view("direction")
        self.client_state = packets.view("client_state")
        self.server_state = packets.view("server_state")
        self.assumed = packets.view("assumed")
        self.acceptance = packets.view("acceptance")
        self.previous = packets.view("previous")
        self.first_packet = connections.view("first_packet")
        self.c_previous = connections.view("previous")
        self.c_client_state = connections.view("client_state")
        self.c_server_state = connections.view("server_state")
        self.c_assumed = connections.view("assumed")
        self.handshake_ns = connections.view("handshake_ns")
        self.syn_rtt_ns = connections.view("syn_rtt_ns")
        self.closed_by = connections.view("closed_by")
        self.reset_by = connections.view("reset_by")
        self.completeness = connections.view("completeness")

    def turn(self, connection: cython.Py_ssize_t) -> None:
        """Swap client and server of a connection; in its row they are already swapped."""
        life: Life = self.lives[connection]
        life.client, life.server = life.server, life.client
        self.zeek.sum_up(life, connection)

    def advance(self, headers: Table, first: cython.Py_ssize_t, stop: cython.Py_ssize_t) -> None:
        """Process packets rows [first, stop), whose headers are in the scratch table from row 0."""
        row: cython.Py_ssize_t
        connections: cython.Py_ssize_t = self.connections.rows
        self._take_views()
        self.zeek.begin_batch()
        self.acceptor.begin_batch(headers, first)
        self.state_changes.begin_batch()
        while len(self.lives) < connections:
            self.lives.append(fresh_life())
        for row in range(first, stop):
            if self.packet_connection[row] >= 0:
                if not self.duplicate[row]:
                    self._follow(row)
                self._show_states(row, self.packet_connection[row])

    @cython.cfunc
    @cython.exceptval(-1)
    def _follow(self, row: cython.Py_ssize_t) -> cython.int:
        """Process one packet: set the states of both ends after it."""
        life: Life
        sender: End
        receiver: End
        connection: cython.Py_ssize_t = self.packet_connection[row]
        side: cython.int = self.packet_direction[row]
        flags: cython.uint = self.flags[row]
        life = self.lives[connection]
        sender = life.server if side else life.client
        receiver = life.client if side else life.server
        drop_reason: cython.int = self.acceptor.test(sender, receiver, row, flags)
        self.zeek.take(life, row, connection, side, flags)
        if drop_reason:
            self._note_dropped(sender, receiver, row, connection, side, flags, drop_reason)
        else:
            if flags & (SYN | ACK) == SYN and self.c_previous[connection] >= 0 and self.first_packet[connection] == row:
                self._note_reuse(row, self.c_previous[connection])
            is_new: cython.bint = self._apply_to_sender(sender, receiver, row, connection, side, flags)
            self._apply_to_receiver(receiver, sender, row, 1 - side, flags, is_new)
        self._note_times(life, row, connection, flags)
        self.c_client_state[connection] = life.client.shown
        self.c_server_state[connection] = life.server.shown
        self.c_assumed[connection] = life.client.is_assumed | life.server.is_assumed << 1

    @cython.cfunc
    @cython.exceptval(-1)
    def _note_reuse(self, row: cython.Py_ssize_t, old: cython.Py_ssize_t) -> cython.int:
        """Record that a SYN takes the sockets of connection `old`, if that is open or in TIME-WAIT."""
        client: cython.int = self.c_client_state[old]
        server: cython.int = self.c_server_state[old]
        if client == TIME_WAIT or server == TIME_WAIT:
            self.acceptance[row] |= REUSES_TIME_WAIT
        elif ESTABLISHED <= client <= LAST_ACK and ESTABLISHED <= server <= LAST_ACK:
            self.acceptance[row] |= REUSES_OPEN

    @cython.cfunc
    @cython.exceptval(-1)
    def _show_states(self, row: cython.Py_ssize_t, connection: cython.Py_ssize_t) -> cython.int:
        """Write the current states of both ends into the packet's row; a duplicate packet does not change them."""
        self.client_state[row] = self.c_client_state[connection]
        self.server_state[row] = self.c_server_state[connection]
        self.assumed[row] = self.c_assumed[connection]

    @cython.cfunc
    @cython.exceptval(-1)
    def _note_dropped(
        self,
        sender: End,
        receiver: End,
        row: cython.Py_ssize_t,
        connection: cython.Py_ssize_t,
        side: cython.int,
        flags: cython.uint,
        drop_reason: cython.int,
    ) -> cython.int:
        """Record that the receiver must drop a segment, and why (`drop_reason`). The segment changes no state.

        There is one exception: an end that does not know of its peer's SYN shows by such a segment that it has an old
        connection (RFC 9293 §3.5.1).
        """
        self.acceptance[row] = drop_reason
        if not flags & RST and drop_reason in (OUTSIDE_WINDOW, BAD_CHECKSUM):
            if receiver.first_dropped < 0:
                receiver.first_dropped = row
        elif flags & RST:
            sender.sent_dropped_rst = True
            self.state_changes.refresh(sender)
        elif drop_reason == ACK_OF_UNSENT and not sender.has_sent:
            self._apply_to_sender(sender, receiver, row, connection, side, flags)

    @cython.cfunc
    @cython.exceptval(-1)
    def _apply_to_sender(
        self,
        sender: End,
        receiver: End,
        row: cython.Py_ssize_t,
        connection: cython.Py_ssize_t,
        side: cython.int,
        flags: cython.uint,
    ) -> cython.bint:
        """Apply what the packet proves about its sender; returns whether it reaches further than any before."""
        repeats_fin: cython.bint = sender.fin_sent and flags & FIN
        is_new: cython.bint = self._extend(sender, row, flags)
        if sender.first_dropped >= 0 and flags & ACK:
            if self.acceptor.acknowledges_dropped(sender, receiver, row, side):
                self._extend_by_accepted(receiver, row, side, sender.first_dropped)
            sender.first_dropped = -1
        was_revoked: cython.bint = sender.reset_from >= 0 and self._continues_after_rst(sender, row, flags, is_new)
        if was_revoked:
            self.state_changes.revoke_reset(sender, receiver, row, side)
            self.acceptance[row] |= CONTINUES
            if self.closed_by[connection] == side and not sender.fin_sent:
                self.closed_by[connection] = -1
            if self.reset_by[connection] == side:
                self.reset_by[connection] = -1
        is_open: cython.bint = sender.state == SYN_RECEIVED and self._shows_open(sender, receiver, row, flags)
        before: cython.int = -1 if was_revoked else sender.state
        if sender.reset_from < 0 and (
            sender.pending or receiver.fin_sent or sender.sent_dropped_rst or not sender.has_sent
        ):
            self.state_changes.settle(sender, receiver, row, side, flags, repeats_fin, is_open, was_revoked)
            before = -1
        if flags & RST:
            self._process_rst(sender, row, flags)
        elif flags & SYN:
            self._process_syn(sender, row, flags)
        else:
            self._process_segment(sender, flags, is_open)
        if flags & ACK and not flags & RST:
            self.acceptor.announce(sender, row)
        sender.has_sent = True
        if sender.state != before:
            self.state_changes.refresh(sender)
        resets: cython.bint = flags & RST and sender.state == CLOSED
        if (flags & FIN or resets) and self.closed_by[connection] < 0:
            self.closed_by[connection] = side
        if resets and self.reset_by[connection] < 0:
            self.reset_by[connection] = side
        return is_new

    @cython.cfunc
    @cython.exceptval(-1)
    def _extend_by_accepted(
        self, sender: End, row: cython.Py_ssize_t, side: cython.int, first: cython.Py_ssize_t
    ) -> cython.int:
        """Note the sequence space of segments to the end of `side` that were accepted after all, as packet `row` shows.

        They are in packets rows from `first` on; `sender` is the end that sent them.
        """
        at: cython.Py_ssize_t = self.previous[row]
        while at >= first:
            if self.packet_direction[at] != side and self.acceptance[at] & AFTER_ALL:
                self._extend(sender, at, self.flags[at])
            at = self.previous[at]

    @cython.cfunc
    @cython.exceptval(-1)
    def _extend(self, sender: End, row: cython.Py_ssize_t, flags: cython.uint) -> cython.bint:
        """Note the sequence space that the segment occupies; returns whether it reaches further than any before."""
        seq: cython.uint = self.seq[row]
        end: cython.uint = (seq + self.payload[row] + (1 if flags & (SYN | FIN) else 0)) & MASK32
        is_new: cython.bint = not sender.seq_known or seq_offset(sender.furthest, end) > 0
        if flags & RST:
            return False
        if flags & SYN and not sender.syn_known:
            sender.seq_known = False  # earlier segments belonged to an older connection
        if is_new or not sender.seq_known:
            # An end that sends bytes has not sent a FIN before them.
            skips: cython.bint = end == seq and sender.seq_known and not sender.fin_sent
            if sender.skipped_ahead != skips:
                sender.skipped_ahead = skips
                self.state_changes.refresh(sender)
            sender.furthest = end
        if not sender.seq_known or (seq_offset(seq, sender.contiguous) >= 0 and seq_offset(sender.contiguous, end) > 0):
            sender.seq_known = True
            sender.contiguous = end
        if flags & SYN and not sender.syn_known:
            sender.syn_known = True
            sender.syn_seq = seq
        if flags & FIN and not flags & SYN and not sender.fin_sent:
            sender.fin_sent = True
            sender.fin_end = end
        return is_new

    @cython.cfunc
    @cython.exceptval(-1)
    def _shows_open(self, sender: End, receiver: End, row: cython.Py_ssize_t, flags: cython.uint) -> cython.bint:
        """Whether a sender in SYN-RECEIVED shows that it has received the ACK of its SYN.

        It does so by sending bytes or by acknowledging some. With TCP Fast Open, it may send bytes before that ACK
        (RFC 7413 §4.2).
        """
        is_fast: cython.bint = receiver.syn_known and sender.syn_ack_number != (receiver.syn_seq + 1) & MASK32
        if flags & SYN:
            return False
        if (self.payload[row] or flags & FIN) and not is_fast and not flags & RST:
            return True
        return flags & ACK != 0 and seq_offset(sender.syn_ack_number, self.ack[row]) > 0

    @cython.cfunc
    @cython.exceptval(-1)
    def _continues_after_rst(
        self, sender: End, row: cython.Py_ssize_t, flags: cython.uint, is_new: cython.bint
    ) -> cython.bint:
        """Whether an end that sent a RST now sends something that a closed end would not send.

        Bytes from before the RST that were captured late prove nothing.
        """
        end: cython.uint = (self.seq[row] + self.payload[row]) & MASK32
        if flags & (SYN | RST) or (self.payload[row] and seq_offset(end, sender.reset_seq) >= 0):
            return False
        return is_new or (flags & ACK != 0 and sender.has_acked and seq_offset(sender.acked, self.ack[row]) > 0)

    @cython.cfunc
    @cython.exceptval(-1)
    def _process_rst(self, sender: End, row: cython.Py_ssize_t, flags: cython.uint) -> cython.int:
        """Process a RST, which ends its sender's connection.

        In SYN-SENT, a RST may merely refuse an old duplicate; then its sequence number is that segment's acknowledgment
        number (RFC 9293 §3.5.2).
        """
        if sender.state == SYN_SENT_STATE and not flags & ACK and self.seq[row] != (sender.syn_seq + 1) & MASK32:
            self.acceptance[row] |= CONTINUES
            return 0
        if sender.reset_from < 0:
            sender.reset_from = sender.state
            sender.reset_seq = self.seq[row]
        sender.skipped_ahead = False
        self.state_changes.apply_sent(sender, SENT_RST)
        return 0

    @cython.cfunc
    @cython.exceptval(-1)
    def _process_syn(self, sender: End, row: cython.Py_ssize_t, flags: cython.uint) -> cython.int:
        """Process a segment with SYN (RFC 9293 §3.5)."""
        if sender.reset_from >= 0:
            sender.reset_from = -1
            sender.pending = sender.doubted = sender.denied = 0
        if flags & ACK:
            self.state_changes.apply_sent(sender, SENT_SYN_ACK)
            sender.syn_ack_number = self.ack[row]
        else:
            self.state_changes.apply_sent(sender, SENT_SYN)
            sender.sent_syn = True

    @cython.cfunc
    @cython.exceptval(-1)
    def _process_segment(self, sender: End, flags: cython.uint, is_open: cython.bint) -> cython.int:
        """Process a segment without SYN and RST, then its FIN if it has one.

        Such a segment shows that the handshake is complete, or that the capture begins in mid-connection.
        """
        if is_open or not sender.has_sent or (sender.state == SYN_SENT_STATE and flags & ACK):
            self.state_changes.apply_sent(sender, SENT_SEGMENT)
        if flags & FIN:
            self.state_changes.apply_sent(sender, SENT_FIN)

    @cython.cfunc
    @cython.exceptval(-1)
    def _apply_to_receiver(
        self,
        receiver: End,
        sender: End,
        row: cython.Py_ssize_t,
        side: cython.int,
        flags: cython.uint,
        is_new: cython.bint,
    ) -> cython.int:
        """Apply what the segment does to its receiver if it arrives."""
        if flags & RST:
            self.state_changes.apply_received(
                receiver, GOT_RST if receiver.sent_syn else GOT_RST_WHEN_CALLED, row, side, True
            )
            return 0
        if flags & SYN:
            self.state_changes.apply_received(receiver, GOT_SYN_ACK if flags & ACK else GOT_SYN, row, side, True)
            return 0
        if flags & ACK and receiver.state == SYN_RECEIVED and seq_offset(receiver.syn_seq, self.ack[row]) > 0:
            self.state_changes.apply_received(receiver, GOT_ACK_OF_SYN, row, side, True)
        if flags & ACK and receiver.fin_sent and seq_offset(receiver.fin_end, self.ack[row]) >= 0:
            self.state_changes.apply_received(receiver, GOT_ACK_OF_FIN, row, side, True)
            if is_new and not receiver.has_proof and (self.payload[row] or flags & FIN):
                receiver.has_proof = True
                receiver.proof = sender.furthest
        if not receiver.has_sent:
            self.state_changes.apply_received(receiver, GOT_SEGMENT, row, side, True)
        if sender.fin_sent and seq_offset(sender.fin_end, sender.contiguous) >= 0:
            self.state_changes.apply_received(receiver, GOT_FIN, row, side, flags & FIN != 0)
        return 0

    @cython.cfunc
    @cython.exceptval(-1)
    def _elapsed(self, start: cython.Py_ssize_t, stop: cython.Py_ssize_t) -> cython.longlong:
        """The time in ns from one packet to another; -1 if timestamps go back between them."""
        took: cython.longlong = self.times[stop] - self.times[start]
        return took if took >= 0 and self.clock[start] == self.clock[stop] else -1

    @cython.cfunc
    @cython.inline
    @cython.exceptval(-1)
    def _acknowledges(self, row: cython.Py_ssize_t, number: cython.uint) -> cython.bint:
        return seq_offset(number, self.ack[row]) > 0

    @cython.cfunc
    @cython.exceptval(-1)
    def _overtook(self, syn: cython.Py_ssize_t, syn_ack: cython.Py_ssize_t) -> cython.Py_ssize_t:
        """The first packet after the SYN that acknowledges the SYN-ACK but was captured before it; -1 if none."""
        found: cython.Py_ssize_t = -1
        at: cython.Py_ssize_t = self.previous[syn_ack]
        while at > syn:
            if (
                self.packet_direction[at] != self.packet_direction[syn_ack]
                and self.flags[at] & (ACK | RST) == ACK
                and self._acknowledges(at, self.seq[syn_ack])
            ):
                found = at
            at = self.previous[at]
        return found

    @cython.cfunc
    @cython.exceptval(-1)
    def _complete_handshake(self, life: Life, row: cython.Py_ssize_t, connection: cython.Py_ssize_t) -> cython.int:
        """Note that the handshake is complete.

        Packet `row` is the first that acknowledges the SYN-ACK, with or without bytes; -1 if there is none yet.
        """
        if row >= 0:
            self.handshake_ns[connection] = self._elapsed(life.syn_packet, row)
            life.syn_packet = OPENED

    @cython.cfunc
    @cython.exceptval(-1)
    def _note_times(
        self,
        life: Life,
        row: cython.Py_ssize_t,
        connection: cython.Py_ssize_t,
        flags: cython.uint,
    ) -> cython.int:
        """Note the handshake's round-trip times, and which kinds of segment were seen."""
        seen: cython.uint = self.completeness[connection]
        if flags & RST:
            seen |= SEEN_RST
        elif flags & SYN and flags & ACK:
            if life.syn_packet >= 0 and not seen & SEEN_SYN_ACK:
                self.syn_rtt_ns[connection] = self._elapsed(life.syn_packet, row)
                self._complete_handshake(life, self._overtook(life.syn_packet, row), connection)
            seen |= SEEN_SYN_ACK
        elif flags & SYN:
            if life.syn_packet != OPENED:
                life.syn_packet = row
            seen |= SEEN_SYN
        elif flags & ACK and (self.packet_direction[row] == 0 or not seen & (SEEN_SYN | SEEN_SYN_ACK)):
            if seen & SEEN_SYN_ACK and life.syn_packet >= 0 and self._acknowledges(row, life.server.syn_seq):
                self._complete_handshake(life, row, connection)
            if not flags & FIN and not self.payload[row]:
                seen |= SEEN_ACK
        if self.payload[row] and not flags & RST:
            seen |= SEEN_DATA
        if flags & FIN:
            seen |= SEEN_FIN
        self.completeness[connection] = seen
