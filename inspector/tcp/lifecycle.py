"""Both ends' states after every packet, and the life of the connection as Zeek sums it up.

The state of an end is inferred as an observer must: a packet proves what its sender did and, once it has arrived,
what its receiver got; the transitions themselves are states.TRANSITIONS. Zeek's view (endpoint states, history
letters) is kept beside it: conn_state is made from it.

Hot module: compiled by Cython where there is a compiler, plain Python otherwise (docs/architecture.md).
"""

from __future__ import annotations

import cython

from inspector.tables import Table
from inspector.tcp.states import Signal, State, dense_table
from inspector.tcp.verdicts import ConnState, Verdict

if cython.compiled:
    from cython.cimports.inspector.tcp.header import ACK, FIN, RST, SYN, seq_distance
else:
    from inspector.tcp.header import ACK, FIN, RST, SYN, seq_distance


CLOSED = cython.declare(cython.int, int(State.CLOSED))
LISTEN = cython.declare(cython.int, int(State.LISTEN))

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

# Zeek's endpoint states.
Z_INACTIVE = cython.declare(cython.int, 0)
Z_SYN_SENT = cython.declare(cython.int, 1)
Z_SYN_ACK_SENT = cython.declare(cython.int, 2)
Z_PARTIAL = cython.declare(cython.int, 3)
Z_ESTABLISHED = cython.declare(cython.int, 4)
Z_CLOSED = cython.declare(cython.int, 5)
Z_RESET = cython.declare(cython.int, 6)

OTH = cython.declare(cython.int, int(ConnState.OTH))
S0 = cython.declare(cython.int, int(ConnState.S0))
S1 = cython.declare(cython.int, int(ConnState.S1))
S2 = cython.declare(cython.int, int(ConnState.S2))
S3 = cython.declare(cython.int, int(ConnState.S3))
SF = cython.declare(cython.int, int(ConnState.SF))
REJ = cython.declare(cython.int, int(ConnState.REJ))
RSTO = cython.declare(cython.int, int(ConnState.RSTO))
RSTR = cython.declare(cython.int, int(ConnState.RSTR))
RSTOS0 = cython.declare(cython.int, int(ConnState.RSTOS0))
RSTRH = cython.declare(cython.int, int(ConnState.RSTRH))
SH = cython.declare(cython.int, int(ConnState.SH))
SHR = cython.declare(cython.int, int(ConnState.SHR))

# Bits of tshark's tcp.completeness.
SEEN_SYN = cython.declare(cython.uint, 1)
SEEN_SYN_ACK = cython.declare(cython.uint, 2)
SEEN_ACK = cython.declare(cython.uint, 4)
SEEN_DATA = cython.declare(cython.uint, 8)
SEEN_FIN = cython.declare(cython.uint, 16)
SEEN_RST = cython.declare(cython.uint, 32)

REPEATS = cython.declare(
    cython.uint, int(Verdict.RETRANSMISSION | Verdict.FAST_RETRANSMISSION | Verdict.SPURIOUS_RETRANSMISSION)
)

MASK32 = cython.declare(cython.uint, 0xFFFFFFFF)

HISTORY_LIMIT = cython.declare(cython.int, 40)
"""Letters of history that are kept (the width of connections.history)."""


@cython.cfunc
@cython.inline
@cython.exceptval(check=False)
def is_power_of_ten(count: cython.uint) -> cython.bint:
    """1, 10, 100 …: at which counts Zeek writes a repeating letter again."""
    while count >= 10 and count % 10 == 0:
        count //= 10
    return count == 1


@cython.cclass
class End:
    """One end of a connection: its state and what it has sent that moves states."""

    state: cython.int
    has_lived: cython.bint
    """Its state has changed before: an end that is CLOSED now was open once, and stays closed."""
    zeek: cython.int
    syn_seq: cython.uint
    syn_known: cython.bint
    fin_end: cython.uint
    """The sequence number behind its FIN, known when `fin_sent`."""
    fin_sent: cython.bint
    fin_got: cython.bint
    """The peer has received that FIN."""
    contiguous: cython.uint
    """Behind the last byte before the first hole, known when `speaks`."""
    speaks: cython.bint
    payload: cython.bint
    letters: cython.uint
    """Bit per history letter that was written for this end."""
    last_fin: cython.uint
    last_rst: cython.uint
    repeats: cython.uint
    zero_windows: cython.uint


@cython.cfunc
def fresh_end(state: cython.int) -> End:
    """An end that has sent nothing yet (`__new__` alone costs a third of a constructor's call)."""
    end: End = End.__new__(End)
    end.state = state
    end.has_lived = False
    end.zeek = 0
    end.syn_seq = 0
    end.syn_known = False
    end.fin_end = 0
    end.fin_sent = False
    end.fin_got = False
    end.contiguous = 0
    end.speaks = False
    end.payload = False
    end.letters = 0
    end.last_fin = 0
    end.last_rst = 0
    end.repeats = 0
    end.zero_windows = 0
    return end


@cython.no_gc
@cython.cclass
class Life:
    """Both ends of one connection."""

    client: End
    server: End
    syn_ns: cython.longlong
    history_length: cython.int
    flipped: cython.bint
    """The connection was first seen by its server's SYN-ACK."""


@cython.cfunc
def fresh_life() -> Life:
    """A connection before its first packet."""
    life: Life = Life.__new__(Life)
    life.client = fresh_end(CLOSED)
    life.server = fresh_end(LISTEN)  # somebody who is called was listening: inferred
    life.syn_ns = -1
    life.history_length = 0
    life.flipped = False
    return life


@cython.cclass
class Lifecycle:
    """Fills the states of packets, and of connections the states, history, conn_state, handshake, closed_by and
    completeness.
    """

    packets: Table
    connections: Table
    lives: list[Life]
    next_state: cython.const[cython.uchar][::1]

    times: cython.longlong[::1]
    flags: cython.ushort[::1]
    seq: cython.uint[::1]
    ack: cython.uint[::1]
    window: cython.uint[::1]
    payload: cython.uint[::1]
    verdict: cython.uint[::1]
    packet_connection: cython.int[::1]
    packet_direction: cython.schar[::1]
    client_state: cython.uchar[::1]
    server_state: cython.uchar[::1]

    c_client_state: cython.uchar[::1]
    c_server_state: cython.uchar[::1]
    conn_state: cython.uchar[::1]
    history: cython.uchar[:, ::1]
    handshake_ns: cython.longlong[::1]
    syn_rtt_ns: cython.longlong[::1]
    closed_by: cython.schar[::1]
    completeness: cython.uchar[::1]

    def __init__(self, packets: Table, connections: Table) -> None:
        self.packets = packets
        self.connections = connections
        self.lives = []
        self.next_state = memoryview(dense_table())

    def _take_views(self) -> None:
        packets, connections = self.packets, self.connections
        self.times = packets.view("time_ns")
        self.flags = packets.view("flags")
        self.seq = packets.view("seq")
        self.ack = packets.view("ack")
        self.window = packets.view("window")
        self.payload = packets.view("payload")
        self.verdict = packets.view("analysis")
        self.packet_connection = packets.view("connection")
        self.packet_direction = packets.view("direction")
        self.client_state = packets.view("client_state")
        self.server_state = packets.view("server_state")
        self.c_client_state = connections.view("client_state")
        self.c_server_state = connections.view("server_state")
        self.conn_state = connections.view("conn_state")
        self.history = connections.view("history")
        self.handshake_ns = connections.view("handshake_ns")
        self.syn_rtt_ns = connections.view("syn_rtt_ns")
        self.closed_by = connections.view("closed_by")
        self.completeness = connections.view("completeness")

    def advance(self, first: cython.Py_ssize_t, stop: cython.Py_ssize_t) -> None:
        """Follow packets rows [first, stop)."""
        row: cython.Py_ssize_t
        connections: cython.Py_ssize_t = self.connections.rows
        self._take_views()
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
        zeek_before: cython.int
        life = self.lives[connection]
        sender = life.server if side else life.client
        receiver = life.client if side else life.server
        zeek_before = 8 * sender.zeek + receiver.zeek
        self._write_history(life, sender, receiver, row, connection, side)
        self._extend(sender, row, flags)
        if flags & RST:
            self._move(sender, SENT_RST)
            self._move(receiver, GOT_RST)
            sender.zeek = Z_RESET
        elif flags & SYN:
            self._handshake(sender, receiver, flags)
        else:
            self._exchange(sender, receiver, row, flags)
        self._note_times(life, receiver, row, connection, flags)
        if self.payload[row]:
            sender.payload = True
        self.client_state[row] = life.client.state
        self.server_state[row] = life.server.state
        self.c_client_state[connection] = life.client.state
        self.c_server_state[connection] = life.server.state
        if flags & (FIN | RST) and self.closed_by[connection] < 0:
            self.closed_by[connection] = side
        if zeek_before != 8 * sender.zeek + receiver.zeek or self.payload[row]:
            self.conn_state[connection] = self._conn_state(life, connection)

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
            if sender.zeek == Z_INACTIVE:
                sender.zeek = Z_SYN_ACK_SENT if receiver.zeek == Z_INACTIVE else Z_ESTABLISHED
                if receiver.zeek == Z_SYN_SENT:
                    receiver.zeek = Z_ESTABLISHED
            return
        self._move(sender, SENT_SYN)
        self._move(receiver, GOT_SYN)
        if sender.zeek == Z_INACTIVE:
            sender.zeek = Z_SYN_SENT

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
        if sender.zeek == Z_INACTIVE:
            sender.zeek = Z_PARTIAL
        elif sender.zeek == Z_SYN_SENT and flags & ACK and receiver.zeek == Z_SYN_ACK_SENT:
            sender.zeek = receiver.zeek = Z_ESTABLISHED
        if flags & FIN and not sender.fin_sent:
            sender.fin_sent = True
            self._move(sender, SENT_CROSSING_FIN if receiver.fin_sent and not acks_fin else SENT_FIN)
            if sender.zeek != Z_RESET:
                sender.zeek = Z_CLOSED
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
        receiver: End,
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

    @cython.cfunc
    def _write_history(
        self,
        life: Life,
        sender: End,
        receiver: End,
        row: cython.Py_ssize_t,
        connection: cython.Py_ssize_t,
        side: cython.int,
    ) -> cython.void:
        """Zeek's letters for the packet: upper case for the client, lower case for the server."""
        flags: cython.uint = self.flags[row]
        kind: cython.uint = flags & (SYN | FIN | RST)
        if life.history_length == 0 and flags & (SYN | ACK) == SYN | ACK:
            life.flipped = True
            self._letter(life, connection, 0, 94)  # ^
        if kind == FIN | RST:
            self._letter_once(life, sender, connection, side, 73)  # I
        elif kind & SYN and kind != SYN:
            self._letter_once(life, sender, connection, side, 81)  # Q
        elif kind == SYN:
            if not sender.syn_known or sender.syn_seq != self.seq[row]:
                self._letter(life, connection, side, 72 if flags & ACK else 83)  # H, S
        elif kind == FIN:
            end: cython.uint = (self.seq[row] + self.payload[row]) & MASK32
            if not sender.letters & 1 or sender.last_fin != end:
                sender.letters |= 1
                sender.last_fin = end
                self._letter(life, connection, side, 70)  # F
        elif kind == RST:
            if not sender.letters & 2 or sender.last_rst != self.seq[row]:
                sender.letters |= 2
                sender.last_rst = self.seq[row]
                self._letter(life, connection, side, 82)  # R
        elif self.payload[row]:
            self._letter_once(life, sender, connection, side, 68)  # D
        elif flags & ACK:
            self._letter_once(life, sender, connection, side, 65)  # A
        if self.payload[row] and self.verdict[row] & REPEATS:
            sender.repeats += 1
            if is_power_of_ten(sender.repeats):
                self._letter(life, connection, side, 84)  # T
        if self.window[row] == 0 and not kind & RST and sender.zeek != Z_RESET and not receiver.fin_sent:
            sender.zero_windows += 1
            if is_power_of_ten(sender.zero_windows):
                self._letter(life, connection, side, 87)  # W

    @cython.cfunc
    def _letter_once(
        self, life: Life, sender: End, connection: cython.Py_ssize_t, side: cython.int, letter: cython.uint
    ) -> cython.void:
        bit: cython.uint = 1 << (letter - 60)
        if not sender.letters & bit:
            sender.letters |= bit
            self._letter(life, connection, side, letter)

    @cython.cfunc
    def _letter(self, life: Life, connection: cython.Py_ssize_t, side: cython.int, letter: cython.uint) -> cython.void:
        if life.history_length < HISTORY_LIMIT:
            self.history[connection, life.history_length] = letter + (32 if side else 0)
            life.history_length += 1

    @cython.cfunc
    def _conn_state(self, life: Life, connection: cython.Py_ssize_t) -> cython.int:
        """Zeek's conn_state from both endpoint states; the order of the questions is Zeek's."""
        o: cython.int = life.client.zeek
        r: cython.int = life.server.zeek
        o_inactive: cython.bint = o in (Z_INACTIVE, Z_PARTIAL)
        r_inactive: cython.bint = r in (Z_INACTIVE, Z_PARTIAL)
        if r == Z_RESET:
            silent: cython.bint = not (life.client.payload or life.server.payload)
            if o in (Z_SYN_SENT, Z_SYN_ACK_SENT) or (o == Z_RESET and silent):
                return REJ
            return RSTRH if o_inactive else RSTR
        if o == Z_RESET:
            if not r_inactive:
                return RSTO
            return RSTOS0 if self._reset_unanswered(life, connection) else OTH
        if o == Z_CLOSED and r == Z_CLOSED:
            return SF
        if o == Z_CLOSED:
            return SH if r_inactive else S2
        if r == Z_CLOSED:
            return SHR if o_inactive else S3
        if o == Z_SYN_SENT and r == Z_INACTIVE:
            return S0
        if o == Z_ESTABLISHED and r == Z_ESTABLISHED:
            return S1
        return OTH

    @cython.cfunc
    def _reset_unanswered(self, life: Life, connection: cython.Py_ssize_t) -> cython.bint:
        """Whether the client's history is SYN, then RST, with nothing else of its own between."""
        at: cython.int
        begin: cython.int = 1 if life.flipped else 0
        letter: cython.uint
        if begin >= life.history_length or self.history[connection, begin] != 83:
            return False
        for at in range(begin + 1, life.history_length):
            letter = self.history[connection, at]
            if letter == 82:
                return True
            if letter in (72, 65, 70, 71, 73, 81):  # H A F G I Q
                return False
        return False
