"""Both ends' states after every packet, and what the connection's life comes to.

The state of an end is inferred as an observer must: a packet proves what its sender did and, once it has arrived,
what its receiver got; the transitions themselves are states.TRANSITIONS.

Hot module: compiled by Cython where there is a compiler, plain Python otherwise (docs/architecture.md).
"""

from __future__ import annotations

import cython

from inspector.tables import Table
from inspector.tcp.states import Signal, State, dense_table

if cython.compiled:
    from cython.cimports.inspector.tcp.ends import End, Life, fresh_life
    from cython.cimports.inspector.tcp.header import ACK, FIN, RST, SYN, seq_distance
    from cython.cimports.inspector.tcp.zeek import Zeek
else:
    from inspector.tcp.ends import End, Life, fresh_life
    from inspector.tcp.header import ACK, FIN, RST, SYN, seq_distance
    from inspector.tcp.zeek import Zeek

CLOSED = cython.declare(cython.int, int(State.CLOSED))

SENT_SYN = cython.declare(cython.int, int(Signal.SENT_SYN))
SENT_SYN_ACK = cython.declare(cython.int, int(Signal.SENT_SYN_ACK))
SENT_SEGMENT = cython.declare(cython.int, int(Signal.SENT_SEGMENT))
SENT_FIN = cython.declare(cython.int, int(Signal.SENT_FIN))
SENT_CROSSING_FIN = cython.declare(cython.int, int(Signal.SENT_CROSSING_FIN))
SENT_RST = cython.declare(cython.int, int(Signal.SENT_RST))
GOT_SYN = cython.declare(cython.int, int(Signal.GOT_SYN))
GOT_SYN_ACK = cython.declare(cython.int, int(Signal.GOT_SYN_ACK))
GOT_ACK_OF_SYN = cython.declare(cython.int, int(Signal.GOT_ACK_OF_SYN))
GOT_SEGMENT = cython.declare(cython.int, int(Signal.GOT_SEGMENT))
GOT_FIN = cython.declare(cython.int, int(Signal.GOT_FIN))
GOT_ACK_OF_FIN = cython.declare(cython.int, int(Signal.GOT_ACK_OF_FIN))
GOT_RST = cython.declare(cython.int, int(Signal.GOT_RST))

# Bits of tshark's tcp.completeness.
SEEN_SYN = cython.declare(cython.uint, 1)
SEEN_SYN_ACK = cython.declare(cython.uint, 2)
SEEN_ACK = cython.declare(cython.uint, 4)
SEEN_DATA = cython.declare(cython.uint, 8)
SEEN_FIN = cython.declare(cython.uint, 16)
SEEN_RST = cython.declare(cython.uint, 32)

MASK32 = cython.declare(cython.uint, 0xFFFFFFFF)


@cython.cclass
class Lifecycle:
    """Fills the states of packets, and of connections the states, handshake, closed_by and completeness."""

    packets: Table
    connections: Table
    lives: list[Life]
    zeek: Zeek
    next_state: cython.const[cython.uchar][::1]

    times: cython.longlong[::1]
    flags: cython.ushort[::1]
    seq: cython.uint[::1]
    ack: cython.uint[::1]
    payload: cython.uint[::1]
    packet_connection: cython.int[::1]
    packet_direction: cython.schar[::1]
    client_state: cython.uchar[::1]
    server_state: cython.uchar[::1]

    c_client_state: cython.uchar[::1]
    c_server_state: cython.uchar[::1]
    handshake_ns: cython.longlong[::1]
    syn_rtt_ns: cython.longlong[::1]
    closed_by: cython.schar[::1]
    completeness: cython.uchar[::1]

    def __init__(self, packets: Table, connections: Table) -> None:
        self.packets = packets
        self.connections = connections
        self.lives = []
        self.zeek = Zeek(packets, connections)
        self.next_state = memoryview(dense_table())

    def _take_views(self) -> None:
        packets, connections = self.packets, self.connections
        self.times = packets.view("time_ns")
        self.flags = packets.view("flags")
        self.seq = packets.view("seq")
        self.ack = packets.view("ack")
        self.payload = packets.view("payload")
        self.packet_connection = packets.view("connection")
        self.packet_direction = packets.view("direction")
        self.client_state = packets.view("client_state")
        self.server_state = packets.view("server_state")
        self.c_client_state = connections.view("client_state")
        self.c_server_state = connections.view("server_state")
        self.handshake_ns = connections.view("handshake_ns")
        self.syn_rtt_ns = connections.view("syn_rtt_ns")
        self.closed_by = connections.view("closed_by")
        self.completeness = connections.view("completeness")

    def advance(self, first: cython.Py_ssize_t, stop: cython.Py_ssize_t) -> None:
        """Follow packets rows [first, stop)."""
        row: cython.Py_ssize_t
        connections: cython.Py_ssize_t = self.connections.rows
        self._take_views()
        self.zeek.begin_batch()
        while len(self.lives) < connections:
            self.lives.append(fresh_life())
        for row in range(first, stop):
            if self.packet_connection[row] >= 0:
                self._follow(row)

    @cython.cfunc
    def _follow(self, row: cython.Py_ssize_t) -> cython.void:
        """One packet: the states of both ends behind it."""
        life: Life
        sender: End
        receiver: End
        connection: cython.Py_ssize_t = self.packet_connection[row]
        side: cython.int = self.packet_direction[row]
        flags: cython.uint = self.flags[row]
        life = self.lives[connection]
        sender = life.server if side else life.client
        receiver = life.client if side else life.server
        self.zeek.take(life, row, connection, side, flags)
        self._extend(sender, row, flags)
        if flags & RST:
            self._move(sender, SENT_RST)
            self._move(receiver, GOT_RST)
        elif flags & SYN:
            self._handshake(sender, receiver, flags)
        else:
            self._exchange(sender, receiver, row, flags)
        self._note_times(life, row, connection, flags)
        self.client_state[row] = life.client.state
        self.server_state[row] = life.server.state
        self.c_client_state[connection] = life.client.state
        self.c_server_state[connection] = life.server.state
        if flags & (FIN | RST) and self.closed_by[connection] < 0:
            self.closed_by[connection] = side

    @cython.cfunc
    @cython.inline
    def _move(self, end: End, signal: cython.int) -> cython.void:
        after: cython.int = self.next_state[16 * end.state + signal]
        if after != end.state:
            end.state = after
            end.has_lived = True

    @cython.cfunc
    def _extend(self, sender: End, row: cython.Py_ssize_t, flags: cython.uint) -> cython.void:
        """Note the sequence space that the segment occupies."""
        seq: cython.uint = self.seq[row]
        end: cython.uint = (seq + self.payload[row] + (1 if flags & (SYN | FIN) else 0)) & MASK32
        if flags & RST:
            return
        if not sender.speaks or (
            seq_distance(seq, sender.contiguous) >= 0 and seq_distance(sender.contiguous, end) > 0
        ):
            sender.speaks = True
            sender.contiguous = end
        if flags & SYN and not sender.syn_known:
            sender.syn_known = True
            sender.syn_seq = seq
        if flags & FIN and not sender.fin_sent:
            sender.fin_end = end

    @cython.cfunc
    def _handshake(self, sender: End, receiver: End, flags: cython.uint) -> cython.void:
        """A segment with SYN (RFC 9293 §3.5)."""
        if flags & ACK:
            self._move(sender, SENT_SYN_ACK)
            self._move(receiver, GOT_SYN_ACK)
        else:
            self._move(sender, SENT_SYN)
            self._move(receiver, GOT_SYN)

    @cython.cfunc
    def _exchange(self, sender: End, receiver: End, row: cython.Py_ssize_t, flags: cython.uint) -> cython.void:
        """A segment without SYN and RST: what it acknowledges first, then its FIN."""
        acks_fin: cython.bint = False
        if flags & ACK:
            if receiver.syn_known and seq_distance(receiver.syn_seq, self.ack[row]) > 0:
                self._move(receiver, GOT_ACK_OF_SYN)
            acks_fin = receiver.fin_sent and seq_distance(receiver.fin_end, self.ack[row]) >= 0
            if acks_fin:
                self._receive_fin(receiver, sender)
                self._move(receiver, GOT_ACK_OF_FIN)
        if sender.state != CLOSED or not sender.has_lived:
            self._move(sender, SENT_SEGMENT)
        if receiver.state != CLOSED or not receiver.has_lived:
            self._move(receiver, GOT_SEGMENT)
        if flags & FIN and not sender.fin_sent:
            sender.fin_sent = True
            self._move(sender, SENT_CROSSING_FIN if receiver.fin_sent and not acks_fin else SENT_FIN)
        if sender.fin_sent and seq_distance(sender.fin_end, sender.contiguous) >= 0:
            self._receive_fin(sender, receiver)

    @cython.cfunc
    def _receive_fin(self, sender: End, receiver: End) -> cython.void:
        """The receiver has every byte up to the sender's FIN: it came in order, or was acknowledged."""
        if not sender.fin_got:
            sender.fin_got = True
            self._move(receiver, GOT_FIN)

    @cython.cfunc
    def _note_times(
        self,
        life: Life,
        row: cython.Py_ssize_t,
        connection: cython.Py_ssize_t,
        flags: cython.uint,
    ) -> cython.void:
        """The handshake's round trips, and which kinds of segment were seen."""
        seen: cython.uint = self.completeness[connection]
        if flags & RST:
            seen |= SEEN_RST
        elif flags & SYN and flags & ACK:
            if life.syn_ns >= 0 and not seen & SEEN_SYN_ACK:
                self.syn_rtt_ns[connection] = self.times[row] - life.syn_ns
            seen |= SEEN_SYN_ACK
        elif flags & SYN:
            life.syn_ns = self.times[row]
            seen |= SEEN_SYN
        elif flags & ACK and self.packet_direction[row] == 0:
            if seen & (SEEN_SYN | SEEN_SYN_ACK | SEEN_ACK) == SEEN_SYN | SEEN_SYN_ACK:
                self.handshake_ns[connection] = self.times[row] - life.syn_ns
            if not flags & FIN and not self.payload[row]:
                seen |= SEEN_ACK
        if self.payload[row] and not flags & RST:
            seen |= SEEN_DATA
        if flags & FIN:
            seen |= SEEN_FIN
        self.completeness[connection] = seen
