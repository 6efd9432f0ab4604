"""The facts remembered about the two ends of a connection while their states are followed.

Hot module: compiled by Cython where there is a compiler, plain Python otherwise (docs/architecture.md).
"""

from __future__ import annotations

import cython

from inspector.tcp.states import State

CLOSED = cython.declare(cython.int, int(State.CLOSED))
LISTEN = cython.declare(cython.int, int(State.LISTEN))


RECEIPTS = cython.declare(cython.int, 8)
"""The number of kinds of receipt, which are the signals from GOT_SYN on."""


@cython.cclass
class End:
    """One end of a connection: what its own packets prove about its state, and what was sent to it since.

    A *receipt* is something that was sent to the end and that none of its own packets has confirmed or disproved yet.
    `pending`, `doubted` and `denied` have one bit for each kind of receipt.
    """

    state: cython.int
    """Its state as proven by its own packets."""
    shown: cython.int
    """The same state after applying the pending receipts that are not doubted."""
    is_assumed: cython.bint
    """Whether `shown` goes beyond what is proven."""
    has_sent: cython.bint
    """It has sent a packet; before that, its state is a guess."""
    skipped_ahead: cython.bint
    """Its sequence numbers have advanced without bytes: it sent something that was not captured, perhaps its FIN."""
    sent_dropped_rst: cython.bint
    """It sent a RST that its peer must drop; until it sends again, its connection may have ended nevertheless."""
    sent_syn: cython.bint
    """It has sent a SYN without ACK."""
    pending: cython.uint
    doubted: cython.uint
    """The receipts that are not applied: the packet was sent again without a response in between, or the end continued
    as if it had not arrived."""
    denied: cython.uint
    """The receipts that had not arrived when the end sent its last packet."""
    at: cython.int[8]
    """The packets row from which each pending receipt counts."""
    zeek: cython.int
    """Its state as defined by Zeek (zeek_conn_state.py)."""
    zeek_finished: cython.bint
    syn_seq: cython.uint
    syn_known: cython.bint
    syn_ack_number: cython.uint
    """The acknowledgment number of its SYN-ACK; it also covers data in the SYN if the end took it (TCP Fast Open)."""
    fin_end: cython.uint
    """The sequence number after its FIN; valid if `fin_sent`."""
    fin_sent: cython.bint
    contiguous: cython.uint
    """The sequence number after the last byte before the first hole; valid if `seq_known`."""
    furthest: cython.uint
    """The sequence number after the highest byte; valid if `seq_known`."""
    seq_known: cython.bint
    acked: cython.uint
    """The highest number that it acknowledged; valid if `has_acked`."""
    has_acked: cython.bint
    edge: cython.uint
    """The furthest right edge of a window that it announced; valid if `has_edge`."""
    has_edge: cython.bint
    makes_checksums: cython.bint
    """It sent a correct checksum in a SYN or a segment with bytes, so its packets are captured with the checksums that
    they have on the wire."""
    is_altered: cython.bint
    """A segment from it with a wrong checksum was accepted: packets or checksums were changed only in the capture."""
    first_dropped: cython.int
    """The packets row of the first segment to it that it must drop and has not responded to yet; -1 if none."""
    proof: cython.uint
    """The sequence number after the peer's first new bytes that came with an ACK of this end's FIN; valid if
    `has_proof`. If this end acknowledges those bytes, it has received that ACK, too."""
    has_proof: cython.bint
    reset_from: cython.int
    """The state in which it sent a RST; -1 if it sent none."""
    reset_seq: cython.uint
    """The sequence number of that RST; valid if `reset_from` is not -1."""
    payload: cython.bint
    letters: cython.uint
    """One bit for each history letter that has been written for this end."""
    last_fin: cython.uint
    last_rst: cython.uint
    repeats: cython.uint
    zero_windows: cython.uint


@cython.cfunc
def fresh_end(state: cython.int) -> End:
    """An end that has sent nothing yet (calling `__new__` alone takes a third of the time of a constructor call)."""
    end: End = End.__new__(End)
    if not cython.compiled:
        end.at = [0] * RECEIPTS  # when compiled, the array is part of the object
    end.state = state
    end.shown = state
    end.is_assumed = True
    end.has_sent = False
    end.skipped_ahead = False
    end.sent_dropped_rst = False
    end.sent_syn = False
    end.pending = 0
    end.doubted = 0
    end.denied = 0
    end.zeek = 0
    end.zeek_finished = False
    end.syn_seq = 0
    end.syn_known = False
    end.syn_ack_number = 0
    end.fin_end = 0
    end.fin_sent = False
    end.contiguous = 0
    end.furthest = 0
    end.seq_known = False
    end.acked = 0
    end.has_acked = False
    end.edge = 0
    end.has_edge = False
    end.makes_checksums = False
    end.is_altered = False
    end.first_dropped = -1
    end.proof = 0
    end.has_proof = False
    end.reset_from = -1
    end.reset_seq = 0
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
    syn_packet: cython.int
    """The packets row of the last SYN without ACK during the handshake; -1 if none, -2 if the handshake is complete."""
    history_length: cython.int
    flipped: cython.bint
    """The first packet of the connection in the capture is its server's SYN-ACK."""


@cython.cfunc
def fresh_life() -> Life:
    """The state of a connection before its first packet."""
    life: Life = Life.__new__(Life)
    life.client = fresh_end(CLOSED)
    life.server = fresh_end(LISTEN)  # assumed, since a passive end listens before the SYN
    life.syn_packet = -1
    life.history_length = 0
    life.flipped = False
    return life
