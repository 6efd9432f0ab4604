"""Whether a receiver accepts a segment: the test of RFC 9293 §3.10.7.4 and RFC 5961, as far as an observer can apply
it.

The observer knows only what the receiver's own packets have said: the highest number that it acknowledged, and the
right edge of the windows that it announced. The receiver may have received more, and a packet that was not captured may
have opened the window. So a segment counts as dropped only if there is no doubt: if it lies beyond everything that its
sender has sent and beyond the window, or if it is a RST or FIN at a number that the receiver passed long ago. If the
receiver acknowledges such a segment anyway, it was accepted after all. A segment with a wrong checksum is dropped, too,
if its sender is known to compute correct ones.

Hot module: compiled by Cython where there is a compiler, plain Python otherwise (docs/architecture.md).
"""

from __future__ import annotations

import cython

from inspector.tables.table import Checksum, Moves, Table
from inspector.tcp.states import State
from inspector.tcp.verdicts import Acceptance, DropReason

if cython.compiled:
    from cython.cimports.inspector.tcp.endpoint import End
    from cython.cimports.inspector.tcp.flags_and_seq import ACK, FIN, RST, SYN, seq_offset
else:
    from inspector.tcp.endpoint import End
    from inspector.tcp.flags_and_seq import ACK, FIN, RST, SYN, seq_offset

ACCEPTED = cython.declare(cython.int, int(DropReason.NONE))
OUTSIDE_WINDOW = cython.declare(cython.int, int(DropReason.OUTSIDE_WINDOW))
RESET_OUTSIDE_WINDOW = cython.declare(cython.int, int(DropReason.RESET_OUTSIDE_WINDOW))
RESET_INSIDE_WINDOW = cython.declare(cython.int, int(DropReason.RESET_INSIDE_WINDOW))
SYN_INSIDE = cython.declare(cython.int, int(DropReason.SYN_INSIDE))
ACK_OF_UNSENT = cython.declare(cython.int, int(DropReason.ACK_OF_UNSENT))
BAD_CHECKSUM = cython.declare(cython.int, int(DropReason.BAD_CHECKSUM))

RIGHT = cython.declare(cython.int, int(Checksum.RIGHT))
WRONG = cython.declare(cython.int, int(Checksum.WRONG))

REASON = cython.declare(cython.uint, int(Acceptance.REASON))
AFTER_ALL = cython.declare(cython.uint, int(Acceptance.AFTER_ALL))
ACKNOWLEDGES_DROPPED = cython.declare(cython.uint, int(Acceptance.ACKNOWLEDGES_DROPPED))

ESTABLISHED = cython.declare(cython.int, int(State.ESTABLISHED))
LAST_ACK = cython.declare(cython.int, int(State.LAST_ACK))

LARGEST_WINDOW = cython.declare(cython.longlong, 65535 << 14)
"""The maximum size of a window (RFC 7323 §2.3): a number further away is outside the window, whatever the scale."""

MASK32 = cython.declare(cython.uint, 0xFFFFFFFF)


@cython.cclass
class Acceptor:
    """Tests segments; fills packets.acceptance."""

    moves: Moves
    packets: Table
    checksum_is: cython.uchar[::1]
    first: cython.Py_ssize_t
    """The packets row that the first item of `checksum_is` belongs to."""
    flags: cython.ushort[::1]
    seq: cython.uint[::1]
    ack: cython.uint[::1]
    window: cython.uint[::1]
    payload: cython.uint[::1]
    window_shift: cython.schar[::1]
    direction: cython.schar[::1]
    previous: cython.int[::1]
    acceptance: cython.uchar[::1]

    def __init__(self, packets: Table) -> None:
        self.moves = Moves(packets)
        self.packets = packets

    def begin_batch(self, headers: Table, first: cython.Py_ssize_t) -> None:
        """Prepare for new packets from packets row `first` on."""
        packets = self.packets
        self.first = first
        self.checksum_is = headers.view("checksum_is")
        if not self.moves.any_new():
            return
        self.flags = packets.view("flags")
        self.seq = packets.view("seq")
        self.ack = packets.view("ack")
        self.window = packets.view("window")
        self.payload = packets.view("payload")
        self.window_shift = packets.view("window_shift")
        self.direction = packets.view("direction")
        self.previous = packets.view("previous")
        self.acceptance = packets.view("acceptance")

    @cython.cfunc
    @cython.exceptval(-1)
    def test(self, sender: End, receiver: End, row: cython.Py_ssize_t, flags: cython.uint) -> cython.int:
        """Why the receiver drops the segment; ACCEPTED if it does not, or if that cannot be determined."""
        seq: cython.uint = self.seq[row]
        ahead: cython.longlong
        length: cython.longlong
        if self._is_damaged(sender, row, flags):
            return BAD_CHECKSUM
        if flags & (SYN | RST):
            return (
                self._test_reset(sender, receiver, row, flags)
                if flags & RST
                else self._test_syn(sender, receiver, row, flags)
            )
        if not receiver.has_acked:
            return self._test_first_ack(sender, receiver, row, flags)
        ahead = seq_offset(receiver.acked, seq)
        if ahead > 0:
            if sender.seq_known and seq_offset(sender.furthest, seq) > 0 and self._is_beyond(receiver, seq):
                return OUTSIDE_WINDOW
        elif ahead < 0:
            length = self.payload[row] + (1 if flags & FIN else 0)
            if ahead + length < -LARGEST_WINDOW:
                return OUTSIDE_WINDOW
            if flags & FIN and ahead + length <= 0 and self._is_stale_fin(sender, (seq + length) & MASK32):
                return OUTSIDE_WINDOW
        if flags & ACK and receiver.seq_known and seq_offset(receiver.furthest, self.ack[row]) > LARGEST_WINDOW:
            return ACK_OF_UNSENT
        return ACCEPTED

    @cython.cfunc
    @cython.inline
    @cython.exceptval(-1)
    def _is_damaged(self, sender: End, row: cython.Py_ssize_t, flags: cython.uint) -> cython.bint:
        """Whether the segment's checksum is wrong and its sender is known to compute correct ones.

        That is known once the sender has sent a correct one in a SYN or in a segment with bytes. If a network card
        computes the checksums after the capture point, only those of segments that the kernel sends without a socket
        are correct in the capture: RSTs and bare ACKs, which therefore prove nothing here.
        """
        checksum_is: cython.int = self.checksum_is[row - self.first]
        if checksum_is == RIGHT and (flags & SYN or self.payload[row]):
            sender.makes_checksums = True
        return checksum_is == WRONG and sender.makes_checksums and not sender.is_altered

    @cython.cfunc
    @cython.exceptval(-1)
    def _is_stale_fin(self, sender: End, end: cython.uint) -> cython.bint:
        """Whether a FIN that ends at `end`, a number that its receiver has passed, does not belong to the stream.

        It does not if its sender has sent bytes where the FIN says that no more follow.
        """
        if sender.fin_sent and sender.fin_end == end:
            return False
        return sender.seq_known and seq_offset(end, sender.furthest) >= 0

    @cython.cfunc
    @cython.exceptval(-1)
    def _test_first_ack(self, sender: End, receiver: End, row: cython.Py_ssize_t, flags: cython.uint) -> cython.int:
        """Test a segment to a receiver that has not acknowledged anything yet.

        In SYN-SENT, an end accepts only segments that acknowledge its SYN (§3.10.7.3). After a SYN-ACK, an ACK of more
        than that shows that the receiver's own packets were captured late.
        """
        if not flags & ACK or not receiver.sent_syn or self._acknowledges_syn(receiver, row):
            return ACCEPTED
        return ACCEPTED if sender.syn_known and not flags & SYN else ACK_OF_UNSENT

    @cython.cfunc
    @cython.exceptval(-1)
    def _acknowledges_syn(self, receiver: End, row: cython.Py_ssize_t) -> cython.bint:
        ack: cython.uint = self.ack[row]
        return seq_offset(receiver.syn_seq, ack) > 0 and seq_offset(ack, receiver.furthest) >= 0

    @cython.cfunc
    @cython.exceptval(-1)
    def _test_reset(self, sender: End, receiver: End, row: cython.Py_ssize_t, flags: cython.uint) -> cython.int:
        """Test a RST: it takes effect only at exactly the next sequence number.

        Elsewhere in the window, it is challenged (RFC 5961 §3.2).
        """
        seq: cython.uint = self.seq[row]
        ahead: cython.longlong
        if not receiver.has_acked:
            if not receiver.sent_syn or sender.syn_known or (flags & ACK and self._acknowledges_syn(receiver, row)):
                return ACCEPTED
            return RESET_OUTSIDE_WINDOW
        ahead = seq_offset(receiver.acked, seq)
        if ahead == 0 or receiver.reset_from >= 0 or (sender.fin_sent and sender.fin_end == seq + 1 & MASK32):
            return ACCEPTED
        if ahead < 0 or self._is_beyond(receiver, seq):
            return RESET_OUTSIDE_WINDOW
        if sender.seq_known and seq_offset(sender.furthest, seq) > 0:
            return RESET_INSIDE_WINDOW
        return ACCEPTED

    @cython.cfunc
    @cython.exceptval(-1)
    def _test_syn(self, sender: End, receiver: End, row: cython.Py_ssize_t, flags: cython.uint) -> cython.int:
        """Test a SYN: in a synchronized state it is challenged (RFC 5961 §4.2).

        A SYN-ACK must acknowledge the SYN that was sent.
        """
        if not flags & ACK:
            is_synchronized: cython.bint = ESTABLISHED <= receiver.shown <= LAST_ACK
            return SYN_INSIDE if is_synchronized and sender.sent_syn else ACCEPTED
        if receiver.has_acked:
            return OUTSIDE_WINDOW if sender.syn_known and sender.syn_seq != self.seq[row] else ACCEPTED
        return self._test_first_ack(sender, receiver, row, flags)

    @cython.cfunc
    @cython.exceptval(-1)
    def _is_beyond(self, receiver: End, seq: cython.uint) -> cython.bint:
        """Whether the sequence number lies beyond the receiver's window, as far as that is known."""
        if receiver.has_edge:
            return seq_offset(receiver.edge, seq) >= 0
        return seq_offset(receiver.acked, seq) > LARGEST_WINDOW

    @cython.cfunc
    @cython.exceptval(-1)
    def announce(self, sender: End, row: cython.Py_ssize_t) -> cython.int:
        """Note what an accepted segment acknowledges, and how far the window that it announces reaches."""
        ack: cython.uint = self.ack[row]
        edge: cython.uint = (ack + self.window[row]) & MASK32
        if not sender.has_acked or seq_offset(sender.acked, ack) > 0:
            sender.has_acked = True
            sender.acked = ack
        if self.window_shift[row] >= 0 and (not sender.has_edge or seq_offset(sender.edge, edge) > 0):
            sender.has_edge = True
            sender.edge = edge

    @cython.cfunc
    @cython.exceptval(-1)
    def acknowledges_dropped(self, sender: End, peer: End, row: cython.Py_ssize_t, side: cython.int) -> cython.bint:
        """Whether packet `row` acknowledges a segment that its sender seemed to have dropped since its last ACK.

        If nothing else from the peer reaches that far, the segment was accepted after all, and is marked accordingly.
        """
        at: cython.Py_ssize_t = self.previous[row]
        found: cython.bint = False
        while at >= sender.first_dropped:
            if self.direction[at] != side and self._was_taken(peer, at, row):
                self.acceptance[at] |= AFTER_ALL
                peer.is_altered |= self.acceptance[at] & REASON == BAD_CHECKSUM
                found = True
            at = self.previous[at]
        if found:
            self.acceptance[row] |= ACKNOWLEDGES_DROPPED
        return found

    @cython.cfunc
    @cython.exceptval(-1)
    def _was_taken(self, peer: End, at: cython.Py_ssize_t, row: cython.Py_ssize_t) -> cython.bint:
        """Whether packet `row` acknowledges bytes that only the dropped packet `at`, sent by its peer, carried."""
        end: cython.uint = (self.seq[at] + self.payload[at] + (1 if self.flags[at] & FIN else 0)) & MASK32
        carried: cython.uint
        if self.acceptance[at] == OUTSIDE_WINDOW:
            carried = peer.furthest
        elif self.acceptance[at] == BAD_CHECKSUM and not self.flags[at] & RST:
            carried = peer.contiguous
        else:
            return False
        return seq_offset(end, self.ack[row]) >= 0 and seq_offset(carried, end) > 0
