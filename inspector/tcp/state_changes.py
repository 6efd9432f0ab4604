"""Changes the states of both ends by the table in states.py: for what an end sent, and for what was sent to it.

Whether that arrived is assumed at first, then confirmed or disproved by the end's own packets.

A packet proves what its sender had sent and, by its acknowledgment number, what it had received (RFC 9293 §3.4). So an
end's proven state changes when it sends. A packet on its way to the end is applied to the state that is shown, which is
then marked as assumed. The end's next packet decides: what it confirms is proven from then on, and what it disproves is
removed from the states in the rows between.

Hot module: compiled by Cython where there is a compiler, plain Python otherwise (docs/architecture.md).
"""

from __future__ import annotations

import cython

from inspector.tables.table import Moves, Table
from inspector.tcp.states import Signal, State, dense_table
from inspector.tcp.verdicts import Acceptance

if cython.compiled:
    from cython.cimports.inspector.tcp.endpoint import End
    from cython.cimports.inspector.tcp.flags_and_seq import ACK, RST, SYN, seq_offset
else:
    from inspector.tcp.endpoint import End
    from inspector.tcp.flags_and_seq import ACK, RST, SYN, seq_offset


def bit(signal: Signal) -> int:
    """The bit of a kind of receipt in `End.pending`, `.doubted` and `.denied`."""
    return 1 << signal - Signal.GOT_SYN


CLOSED = cython.declare(cython.int, int(State.CLOSED))
ESTABLISHED = cython.declare(cython.int, int(State.ESTABLISHED))

GOT_SYN = cython.declare(cython.int, int(Signal.GOT_SYN))
GOT_FIN = cython.declare(cython.int, int(Signal.GOT_FIN))
FIN_KIND = cython.declare(cython.int, Signal.GOT_FIN - Signal.GOT_SYN)
ACK_OF_FIN_KIND = cython.declare(cython.int, Signal.GOT_ACK_OF_FIN - Signal.GOT_SYN)
KINDS = cython.declare(cython.int, len(Signal) - int(Signal.GOT_SYN))

SYN_BIT = cython.declare(cython.uint, bit(Signal.GOT_SYN))
SYN_ACK_BIT = cython.declare(cython.uint, bit(Signal.GOT_SYN_ACK))
ACK_OF_SYN_BIT = cython.declare(cython.uint, bit(Signal.GOT_ACK_OF_SYN))
SEGMENT_BIT = cython.declare(cython.uint, bit(Signal.GOT_SEGMENT))
ACK_OF_FIN_BIT = cython.declare(cython.uint, bit(Signal.GOT_ACK_OF_FIN))
FIN_BIT = cython.declare(cython.uint, bit(Signal.GOT_FIN))
RST_BITS = cython.declare(cython.uint, bit(Signal.GOT_RST) | bit(Signal.GOT_RST_WHEN_CALLED))
REPEATED_BITS = cython.declare(cython.uint, bit(Signal.GOT_SYN) | bit(Signal.GOT_SYN_ACK) | bit(Signal.GOT_FIN))
"""The receipts of SYN, SYN-ACK and FIN, which occupy a sequence number: their sender repeats them until they are
acknowledged."""

REASON = cython.declare(cython.uint, int(Acceptance.REASON))

ALL_ROWS = cython.declare(cython.int, 0x7FFFFFFF)


@cython.cclass
class StateChanges:
    """Changes the states of ends, decides what each has received, and corrects the states in earlier packets rows."""

    moves: Moves
    packets: Table
    next_state: cython.const[cython.uchar][::1]
    direction: cython.schar[::1]
    previous: cython.int[::1]
    flags: cython.ushort[::1]
    seq: cython.uint[::1]
    ack: cython.uint[::1]
    client_state: cython.uchar[::1]
    server_state: cython.uchar[::1]
    assumed: cython.uchar[::1]
    acceptance: cython.uchar[::1]

    confirmed: cython.uint
    """The pending receipts of the current packet's sender that this packet confirms, one bit for each kind; those in
    `disproved` it disproves."""
    disproved: cython.uint
    lost: cython.uint
    """The receipts disproved by a retransmission, so that they are no longer expected."""
    is_doubtful: cython.bint
    """Whether the sender's state may have changed before, by something that was not captured or not believed."""
    late: cython.uint
    """The receipts that are undecided and had not arrived when the current packet was sent."""

    def __init__(self, packets: Table) -> None:
        self.moves = Moves(packets)
        self.packets = packets
        self.next_state = memoryview(dense_table())

    def begin_batch(self) -> None:
        """Prepare for new packets."""
        packets = self.packets
        if not self.moves.any_new():
            return
        self.direction = packets.view("direction")
        self.previous = packets.view("previous")
        self.flags = packets.view("flags")
        self.seq = packets.view("seq")
        self.ack = packets.view("ack")
        self.client_state = packets.view("client_state")
        self.server_state = packets.view("server_state")
        self.assumed = packets.view("assumed")
        self.acceptance = packets.view("acceptance")

    @cython.cfunc
    @cython.exceptval(-1)
    def apply_sent(self, end: End, signal: cython.int) -> cython.int:
        """Apply an event that the end itself caused, which its packet proves."""
        end.state = self.next_state[16 * end.state + signal]

    @cython.cfunc
    @cython.exceptval(-1)
    def apply_received(
        self, end: End, signal: cython.int, row: cython.Py_ssize_t, side: cython.int, is_carried: cython.bint
    ) -> cython.int:
        """Note that the packet in `row` brings a signal to the end of `side`, if the packet arrives.

        `is_carried` tells whether the packet carries the signal itself or only fills a hole before it.
        """
        kind: cython.int = signal - GOT_SYN
        own: cython.uint = 1 << kind
        if end.pending & own:
            if not is_carried:
                return 0
            if end.denied & own:
                end.denied &= ~own
                end.doubted &= ~own
            elif not own & REPEATED_BITS:
                return 0
            elif not end.doubted & own:
                end.doubted |= own
                self._take_back(end, row, side, kind)
        elif (end.shown == CLOSED and end.has_sent) or self.next_state[16 * end.shown + signal] == end.shown:
            return 0
        elif own == SYN_BIT and not end.has_sent:
            end.doubted |= own  # nothing shows that this end exists
        end.pending |= own
        end.at[kind] = row
        self.refresh(end)
        return 0

    @cython.cfunc
    @cython.exceptval(-1)
    def refresh(self, end: End) -> cython.int:
        """Update the state that is shown: the end's proven state with its pending receipts applied."""
        end.shown = end.state
        if end.pending and end.reset_from < 0:
            end.shown = self._apply(end, end.state, end.pending & ~end.doubted, ALL_ROWS)
        end.is_assumed = (
            end.shown != end.state
            or end.doubted & ~end.denied != 0
            or end.skipped_ahead
            or end.sent_dropped_rst
            or not end.has_sent
        )

    @cython.cfunc
    @cython.exceptval(-1)
    def settle(
        self,
        end: End,
        peer: End,
        row: cython.Py_ssize_t,
        side: cython.int,
        flags: cython.uint,
        repeats_fin: cython.bint,
        is_open: cython.bint,
        was_revoked: cython.bint,
    ) -> cython.int:
        """Determine what the packet in `row`, sent by the end of `side`, proves about what was sent to that end before.

        Args:
            repeats_fin: whether the packet has a FIN that is not the end's first.
            is_open: whether only an end whose handshake is complete sends such a segment.
            was_revoked: whether a RST that seemed to come from the end has turned out not to.
        """
        still_open: cython.uint
        kind: cython.int
        is_first: cython.bint = not end.has_sent
        if is_first:
            self._first_word(end, peer, flags, row)
        pending: cython.uint = end.pending
        self.is_doubtful = end.skipped_ahead or (end.sent_dropped_rst and flags & RST != 0)
        self._judge(end, peer, row, flags, repeats_fin, is_open)
        still_open = end.pending & ~(self.confirmed | self.disproved)
        if is_first or was_revoked or self.confirmed != pending or end.doubted | end.denied:
            applied: cython.uint = (self.confirmed | still_open) & ~(self.late | end.doubted & ~self.confirmed)
            is_guess: cython.bint = is_first and not flags & RST and flags & (SYN | ACK) != SYN
            self._correct(end, row, side, applied, still_open, is_guess and end.state < ESTABLISHED)
        elif not self.is_doubtful and (pending or end.sent_dropped_rst):
            self._unmark(row, side)
        end.sent_dropped_rst = False
        end.state = self._apply(end, end.state, self.confirmed, ALL_ROWS)
        if peer.fin_sent and self._acknowledges(peer.fin_end - 1, flags, row):
            self.apply_sent(end, GOT_FIN)  # even if not all bytes before it are in the capture
        end.pending &= ~self.confirmed
        end.denied = self.disproved
        end.doubted = end.doubted & ~self.confirmed | self.lost
        if self.disproved:
            for kind in range(KINDS):
                if self.disproved >> kind & 1:
                    end.at[kind] = row + 1

    @cython.cfunc
    @cython.exceptval(-1)
    def _first_word(self, end: End, peer: End, flags: cython.uint, row: cython.Py_ssize_t) -> cython.int:
        """Determine from the first packet of an end in which state it had been from the beginning."""
        was_asked: cython.bint = end.pending & SYN_BIT != 0
        if flags & RST:
            if was_asked or end.pending & SYN_ACK_BIT or not flags & ACK or self.seq[row] == 0:
                end.state = CLOSED  # a port without a connection responds like this (RFC 9293 §3.10.7.1)
                end.pending = end.doubted = 0
        elif flags & (SYN | ACK) == SYN:
            end.state = CLOSED
        elif was_asked and (self.acceptance[row] or not self._acknowledges(peer.syn_seq, flags, row)):
            end.state = ESTABLISHED  # it has an old connection that its peer does not know (§3.5.1)
            end.pending = end.doubted = 0

    @cython.cfunc
    @cython.exceptval(-1)
    def _judge(
        self,
        end: End,
        peer: End,
        row: cython.Py_ssize_t,
        flags: cython.uint,
        repeats_fin: cython.bint,
        is_open: cython.bint,
    ) -> cython.int:
        """Sort the pending receipts into confirmed, disproved, lost and late ones, according to the packet."""
        pending: cython.uint = end.pending
        acks_syn: cython.bint = peer.syn_known and self._acknowledges(peer.syn_seq, flags, row)
        acks_syn = acks_syn and not self.acceptance[row] & REASON
        self.confirmed = self.disproved = self.lost = self.late = 0
        if pending & (SYN_BIT | SYN_ACK_BIT | ACK_OF_SYN_BIT | SEGMENT_BIT):
            self._judge_opening(end, flags, acks_syn, is_open)
        if pending & FIN_BIT:
            if self._acknowledges(peer.fin_end - 1, flags, row):
                self.confirmed |= FIN_BIT
            elif flags & ACK:
                self.disproved |= FIN_BIT
        if pending & ACK_OF_FIN_BIT:
            if repeats_fin:
                self.disproved |= ACK_OF_FIN_BIT
                self.lost |= ACK_OF_FIN_BIT
            elif end.has_proof and self._acknowledges(end.proof - 1, flags, row):
                self.confirmed |= ACK_OF_FIN_BIT
            elif self.confirmed & FIN_BIT and end.at[ACK_OF_FIN_KIND] >= end.at[FIN_KIND]:
                self.late |= ACK_OF_FIN_BIT  # this packet acknowledges the FIN at once, with nothing later read yet
        if pending & RST_BITS:
            self._judge_reset(end, flags)

    @cython.cfunc
    @cython.exceptval(-1)
    def _acknowledges(self, number: cython.uint, flags: cython.uint, row: cython.Py_ssize_t) -> cython.bint:
        """Whether the packet acknowledges the sequence number."""
        return flags & ACK != 0 and seq_offset(number, self.ack[row]) > 0

    @cython.cfunc
    @cython.exceptval(-1)
    def _judge_opening(self, end: End, flags: cython.uint, acks_syn: cython.bint, is_open: cython.bint) -> cython.int:
        """Sort the pending receipts of the handshake in the same way."""
        pending: cython.uint = end.pending
        syns: cython.uint = pending & (SYN_BIT | SYN_ACK_BIT)
        if flags & RST and not acks_syn:
            self.late |= syns
        elif flags & (SYN | ACK) == SYN | ACK:
            # It responds to a SYN. An end that has received a SYN-ACK sends none, and an end that repeats its SYN-ACK
            # has not received the ACK of it.
            self.confirmed |= pending & SYN_BIT if acks_syn else 0
            self.disproved |= pending & (SYN_ACK_BIT | ACK_OF_SYN_BIT | SEGMENT_BIT)
            self.lost |= pending & ACK_OF_SYN_BIT
        elif acks_syn and syns & SYN_ACK_BIT:
            self.confirmed |= SYN_ACK_BIT
            self.disproved |= syns & SYN_BIT  # it would have responded to that with a SYN-ACK of its own
        elif acks_syn:
            self.confirmed |= syns
        else:
            self.disproved |= syns
            if flags & SYN and end.sent_syn:
                self.lost |= syns
        if flags & SYN:
            self.disproved |= pending & SEGMENT_BIT
        elif not flags & RST:
            self.confirmed |= pending & SEGMENT_BIT
        if is_open:
            self.confirmed |= pending & ACK_OF_SYN_BIT

    @cython.cfunc
    @cython.exceptval(-1)
    def _judge_reset(self, end: End, flags: cython.uint) -> cython.int:
        """Sort a pending RST in the same way: an end that sends anything but a RST is alive.

        A RST that has not arrived yet may still do so, unless its sender has continued as well: then somebody else sent
        it.
        """
        pending: cython.uint = end.pending & RST_BITS
        if flags & RST:
            return 0
        if flags & (SYN | ACK) == SYN | ACK and end.state >= ESTABLISHED:
            self.confirmed |= pending  # a new connection: the old one is gone
            return 0
        self.disproved |= pending
        if end.doubted & pending:
            self.disproved &= ~pending
            end.pending &= ~pending
            end.doubted &= ~pending
        return 0

    @cython.cfunc
    @cython.exceptval(-1)
    def revoke_reset(self, end: End, peer: End, row: cython.Py_ssize_t, side: cython.int) -> cython.int:
        """Undo a RST that seemed to come from the end of `side`: the end's packet `row` shows that it did not."""
        pending: cython.uint = peer.pending & RST_BITS
        kind: cython.int
        end.state = end.reset_from
        end.reset_from = -1
        if pending & peer.denied:
            peer.pending &= ~pending
            peer.denied &= ~pending
        elif pending:
            peer.doubted |= pending
            for kind in range(KINDS):
                if pending >> kind & 1:
                    self._take_back(peer, row, 1 - side, kind)
        self.refresh(peer)

    # -- rows that were written before -------------------------------------------------------------------------------

    @cython.cfunc
    @cython.exceptval(-1)
    def _apply(self, end: End, state: cython.int, kinds: cython.uint, until: cython.Py_ssize_t) -> cython.int:
        """The state that `state` becomes when the receipts of these kinds up to row `until` are applied in order."""
        kind: cython.int
        first: cython.int
        rest: cython.uint
        while kinds:
            first = -1
            kind = 0
            rest = kinds
            while rest:
                if rest & 1 and (first < 0 or end.at[kind] < end.at[first]):
                    first = kind
                rest >>= 1
                kind += 1
            if end.at[first] > until:
                return state
            kinds &= ~(1 << first)
            state = self.next_state[16 * state + GOT_SYN + first]
        return state

    @cython.cfunc
    @cython.exceptval(-1)
    def _any_by(self, end: End, kinds: cython.uint, row: cython.Py_ssize_t) -> cython.bint:
        """Whether one of these receipts is from packets row `row` or an earlier one."""
        kind: cython.int
        found: cython.bint = False
        for kind in range(KINDS):
            found = found or (kinds >> kind & 1 and end.at[kind] <= row)
        return found

    @cython.cfunc
    @cython.exceptval(-1)
    def _correct(
        self,
        end: End,
        row: cython.Py_ssize_t,
        side: cython.int,
        kinds: cython.uint,
        still_open: cython.uint,
        is_guess: cython.bint,
    ) -> cython.int:
        """Rewrite the end's states in the rows from its previous packet up to `row`.

        Each becomes the proven state with these kinds of receipt applied. It is marked as assumed if it is doubtful, if
        a receipt that is still open is among those applied, or if it is a guess that nothing has changed.
        """
        at: cython.Py_ssize_t = self.previous[row]
        state: cython.int
        while at >= 0:
            state = self._apply(end, end.state, kinds, at)
            self._write(
                at,
                side,
                state,
                self.is_doubtful or self._any_by(end, still_open, at) or (is_guess and state == end.state),
            )
            if self._is_word_of(at, side) and not self.flags[at] & RST:
                return 0
            at = self.previous[at]
        return 0

    @cython.cfunc
    @cython.exceptval(-1)
    def _take_back(self, end: End, row: cython.Py_ssize_t, side: cython.int, kind: cython.int) -> cython.int:
        """Remove a receipt, which is now doubted, from the states in the rows before `row`."""
        at: cython.Py_ssize_t = self.previous[row]
        while at >= end.at[kind]:
            self._write(at, side, self._apply(end, end.state, end.pending & ~end.doubted, at), True)
            at = self.previous[at]

    @cython.cfunc
    @cython.exceptval(-1)
    def _is_word_of(self, row: cython.Py_ssize_t, side: cython.int) -> cython.bint:
        """Whether the end of `side` sent the packet; a packet that must be dropped does not count as evidence."""
        return self.direction[row] == side and not self.acceptance[row] & REASON

    @cython.cfunc
    @cython.exceptval(-1)
    def _unmark(self, row: cython.Py_ssize_t, side: cython.int) -> cython.int:
        """Mark everything that was assumed since the end's last packet as confirmed."""
        at: cython.Py_ssize_t = self.previous[row]
        while at >= 0 and not self._is_word_of(at, side):
            self.assumed[at] &= ~(1 << side)
            at = self.previous[at]

    @cython.cfunc
    @cython.exceptval(-1)
    def _write(
        self, row: cython.Py_ssize_t, side: cython.int, state: cython.int, is_assumed: cython.bint
    ) -> cython.int:
        if side:
            self.server_state[row] = state
        else:
            self.client_state[row] = state
        self.assumed[row] = self.assumed[row] & ~(1 << side) | (1 << side if is_assumed else 0)
