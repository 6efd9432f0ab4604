"""What an observer remembers of the two ends of a connection while it follows their states.

Hot module: compiled by Cython where there is a compiler, plain Python otherwise (docs/architecture.md).
"""

from __future__ import annotations

import cython

from inspector.tcp.states import State

CLOSED = cython.declare(cython.int, int(State.CLOSED))
LISTEN = cython.declare(cython.int, int(State.LISTEN))


RECEIPTS = cython.declare(cython.int, 8)
"""Kinds of receipt: the signals from GOT_SYN on."""


@cython.cclass
class End:
    """One end of a connection: what its own packets prove of its state, and what it was sent since.

    A *receipt* is something that was sent to it and that none of its own packets has confirmed or disproved. `pending`,
    `doubted` and `denied` have a bit for each kind.
    """

    state: cython.int
    """Its state as its own packets prove it."""
    shown: cython.int
    """The same with the pending receipts, those not doubted, applied."""
    is_assumed: cython.bint
    """Whether `shown` goes beyond what is proven."""
    has_spoken: cython.bint
    """It has sent a packet; before that its state is a guess."""
    has_leapt: cython.bint
    """Its numbers have gone further without bytes: something that was not captured, perhaps its FIN, lies between."""
    is_suspect: cython.bint
    """A RST of it came that its peer must drop: it may be gone all the same, until it sends again."""
    has_asked: cython.bint
    """It has sent a SYN without ACK."""
    pending: cython.uint
    doubted: cython.uint
    """Not applied: it was sent again without an answer between, or the end went on as if it had not come."""
    denied: cython.uint
    """It had not come by the end's last packet."""
    at: cython.int[8]
    """Packets row from which each pending receipt counts."""
    zeek: cython.int
    """Its state as Zeek has it (zeek_conn_state.py)."""
    zeek_finished: cython.bint
    syn_seq: cython.uint
    syn_known: cython.bint
    answered: cython.uint
    """What its SYN-ACK acknowledged: more than the SYN's own number when it took data with it (TCP Fast Open)."""
    fin_end: cython.uint
    """The sequence number after its FIN, known when `fin_sent`."""
    fin_sent: cython.bint
    contiguous: cython.uint
    """The number after the last byte before the first hole, known when `speaks`."""
    furthest: cython.uint
    """Behind the highest byte, likewise."""
    speaks: cython.bint
    acked: cython.uint
    """The highest number that it acknowledged, known when `has_acked`."""
    has_acked: cython.bint
    edge: cython.uint
    """Right edge of the widest window that it announced, known when `has_edge`."""
    has_edge: cython.bint
    makes_checksums: cython.bint
    """It sent a right one, for a SYN or for bytes: its packets are captured with those that they travel with."""
    is_altered: cython.bint
    """A segment of its with a wrong checksum was accepted: packets or checksums were changed in the capture alone."""
    astray: cython.int
    """Packets row of the first segment to it that it must drop and has not answered yet; -1 none."""
    proof: cython.uint
    """Behind the peer's first new bytes that came with an ACK of this end's FIN, known when `has_proof`: who
    acknowledges them has got that ACK too."""
    has_proof: cython.bint
    reset_from: cython.int
    """The state in which it sent a RST; -1 when it sent none."""
    reset_seq: cython.uint
    """The number of that RST, known then."""
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
    if not cython.compiled:
        end.at = [0] * RECEIPTS  # compiled it lies in the object
    end.state = state
    end.shown = state
    end.is_assumed = True
    end.has_spoken = False
    end.has_leapt = False
    end.is_suspect = False
    end.has_asked = False
    end.pending = 0
    end.doubted = 0
    end.denied = 0
    end.zeek = 0
    end.zeek_finished = False
    end.syn_seq = 0
    end.syn_known = False
    end.answered = 0
    end.fin_end = 0
    end.fin_sent = False
    end.contiguous = 0
    end.furthest = 0
    end.speaks = False
    end.acked = 0
    end.has_acked = False
    end.edge = 0
    end.has_edge = False
    end.makes_checksums = False
    end.is_altered = False
    end.astray = -1
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
    """Row of the last SYN without ACK while the handshake goes on; -1 none, -2 the handshake is complete."""
    history_length: cython.int
    flipped: cython.bint
    """The connection was first seen by its server's SYN-ACK."""


@cython.cfunc
def fresh_life() -> Life:
    """A connection before its first packet."""
    life: Life = Life.__new__(Life)
    life.client = fresh_end(CLOSED)
    life.server = fresh_end(LISTEN)  # somebody who is called was listening: assumed
    life.syn_packet = -1
    life.history_length = 0
    life.flipped = False
    return life
