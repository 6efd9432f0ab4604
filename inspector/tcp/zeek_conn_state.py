"""Zeek's summary of a connection: its endpoint states, history letters, and the conn_state made from them.

Names, letters and the order of the tests are those of Zeek's conn.log.

Hot module: compiled by Cython where there is a compiler, plain Python otherwise (docs/architecture.md).
"""

from __future__ import annotations

import cython

from inspector.tables.table import Moves, Table
from inspector.tcp.verdicts import ConnState, Verdict

if cython.compiled:
    from cython.cimports.inspector.tcp.endpoint import End, Life
    from cython.cimports.inspector.tcp.flags_and_seq import ACK, FIN, RST, SYN
else:
    from inspector.tcp.endpoint import End, Life
    from inspector.tcp.flags_and_seq import ACK, FIN, RST, SYN

# The endpoint states.
INACTIVE = cython.declare(cython.int, 0)
SYN_SENT = cython.declare(cython.int, 1)
SYN_ACK_SENT = cython.declare(cython.int, 2)
PARTIAL = cython.declare(cython.int, 3)
ESTABLISHED = cython.declare(cython.int, 4)
CLOSED = cython.declare(cython.int, 5)
RESET = cython.declare(cython.int, 6)

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

REPEATS = cython.declare(
    cython.uint, int(Verdict.RETRANSMISSION | Verdict.FAST_RETRANSMISSION | Verdict.SPURIOUS_RETRANSMISSION)
)

MASK32 = cython.declare(cython.uint, 0xFFFFFFFF)

HISTORY_LIMIT = cython.declare(cython.int, 40)
"""The maximum number of history letters that are kept (the width of connections.history)."""


@cython.cfunc
@cython.inline
@cython.exceptval(check=False)
def is_power_of_ten(count: cython.uint) -> cython.bint:
    """Whether a count is 1, 10, 100, …: at these counts, Zeek writes a repeating letter again."""
    while count >= 10 and count % 10 == 0:
        count //= 10
    return count == 1


@cython.cclass
class Zeek:
    """Fills the history and conn_state of connections."""

    moves: Moves
    packets: Table
    connections: Table

    seq: cython.uint[::1]
    window: cython.uint[::1]
    payload: cython.uint[::1]
    analysis: cython.uint[::1]
    conn_state: cython.uchar[::1]
    history: cython.uchar[:, ::1]

    def __init__(self, packets: Table, connections: Table) -> None:
        self.moves = Moves(packets, connections)
        self.packets = packets
        self.connections = connections

    def begin_batch(self) -> None:
        """Prepare for new packets and connections."""
        packets, connections = self.packets, self.connections
        if not self.moves.any_new():
            return
        self.seq = packets.view("seq")
        self.window = packets.view("window")
        self.payload = packets.view("payload")
        self.analysis = packets.view("analysis")
        self.conn_state = connections.view("conn_state")
        self.history = connections.view("history")

    @cython.cfunc
    @cython.exceptval(-1)
    def take(
        self,
        life: Life,
        row: cython.Py_ssize_t,
        connection: cython.Py_ssize_t,
        side: cython.int,
        flags: cython.uint,
    ) -> cython.int:
        """Process one packet, before the states of its connection's ends change."""
        sender: End = life.server if side else life.client
        receiver: End = life.client if side else life.server
        before: cython.int = 8 * sender.zeek + receiver.zeek
        self._write(life, sender, receiver, row, connection, side, flags)
        self._move(sender, receiver, flags)
        if self.payload[row]:
            sender.payload = True
        if before != 8 * sender.zeek + receiver.zeek or self.payload[row]:
            self.sum_up(life, connection)

    @cython.cfunc
    @cython.exceptval(-1)
    def sum_up(self, life: Life, connection: cython.Py_ssize_t) -> cython.int:
        """Write the connection's conn_state."""
        self.conn_state[connection] = self._conn_state(life, connection)

    @cython.cfunc
    @cython.exceptval(-1)
    def _move(self, sender: End, receiver: End, flags: cython.uint) -> cython.int:
        """Set the states in which the segment leaves both ends."""
        if flags & RST:
            sender.zeek = RESET
        elif flags & SYN:
            if sender.zeek == INACTIVE and flags & ACK:
                sender.zeek = SYN_ACK_SENT if receiver.zeek == INACTIVE else ESTABLISHED
                if receiver.zeek == SYN_SENT:
                    receiver.zeek = ESTABLISHED
            elif sender.zeek == INACTIVE:
                sender.zeek = SYN_SENT
        else:
            if sender.zeek == INACTIVE:
                sender.zeek = PARTIAL
            elif sender.zeek == SYN_SENT and flags & ACK and receiver.zeek == SYN_ACK_SENT:
                sender.zeek = receiver.zeek = ESTABLISHED
            if flags & FIN and not sender.zeek_finished and sender.zeek != RESET:
                sender.zeek = CLOSED
            if flags & FIN:
                sender.zeek_finished = True

    @cython.cfunc
    @cython.exceptval(-1)
    def _write(
        self,
        life: Life,
        sender: End,
        receiver: End,
        row: cython.Py_ssize_t,
        connection: cython.Py_ssize_t,
        side: cython.int,
        flags: cython.uint,
    ) -> cython.int:
        """Write the history letters for the packet: upper case for the client, lower case for the server."""
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
        if self.payload[row] and self.analysis[row] & REPEATS:
            sender.repeats += 1
            if is_power_of_ten(sender.repeats):
                self._letter(life, connection, side, 84)  # T
        if self.window[row] == 0 and not kind & RST and sender.zeek != RESET and not receiver.zeek_finished:
            sender.zero_windows += 1
            if is_power_of_ten(sender.zero_windows):
                self._letter(life, connection, side, 87)  # W

    @cython.cfunc
    @cython.exceptval(-1)
    def _letter_once(
        self, life: Life, sender: End, connection: cython.Py_ssize_t, side: cython.int, letter: cython.uint
    ) -> cython.int:
        bit: cython.uint = 1 << (letter - 60)
        if not sender.letters & bit:
            sender.letters |= bit
            self._letter(life, connection, side, letter)

    @cython.cfunc
    @cython.exceptval(-1)
    def _letter(self, life: Life, connection: cython.Py_ssize_t, side: cython.int, letter: cython.uint) -> cython.int:
        if life.history_length < HISTORY_LIMIT:
            self.history[connection, life.history_length] = letter + (32 if side else 0)
            life.history_length += 1

    @cython.cfunc
    @cython.exceptval(-1)
    def _conn_state(self, life: Life, connection: cython.Py_ssize_t) -> cython.int:
        """The conn_state that follows from both endpoint states; the order of the tests is Zeek's."""
        o: cython.int = life.client.zeek
        r: cython.int = life.server.zeek
        o_inactive: cython.bint = o in (INACTIVE, PARTIAL)
        r_inactive: cython.bint = r in (INACTIVE, PARTIAL)
        if r == RESET:
            silent: cython.bint = not (life.client.payload or life.server.payload)
            if o in (SYN_SENT, SYN_ACK_SENT) or (o == RESET and silent):
                return REJ
            return RSTRH if o_inactive else RSTR
        if o == RESET:
            if not r_inactive:
                return RSTO
            return RSTOS0 if self._reset_unanswered(life, connection) else OTH
        if o == CLOSED and r == CLOSED:
            return SF
        if o == CLOSED:
            return SH if r_inactive else S2
        if r == CLOSED:
            return SHR if o_inactive else S3
        if o == SYN_SENT and r == INACTIVE:
            return S0
        if o == ESTABLISHED and r == ESTABLISHED:
            return S1
        return OTH

    @cython.cfunc
    @cython.exceptval(-1)
    def _reset_unanswered(self, life: Life, connection: cython.Py_ssize_t) -> cython.bint:
        """Whether the client's history is a SYN, then a RST, with nothing else from the client in between."""
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
