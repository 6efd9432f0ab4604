"""What an observer remembers of the two ends of a connection while it follows their states.

Hot module: compiled by Cython where there is a compiler, plain Python otherwise (docs/architecture.md).
"""

from __future__ import annotations

import cython

from inspector.tcp.states import State

CLOSED = cython.declare(cython.int, int(State.CLOSED))
LISTEN = cython.declare(cython.int, int(State.LISTEN))


@cython.cclass
class End:
    """One end of a connection: its state and what it has sent that moves states."""

    state: cython.int
    has_lived: cython.bint
    """Its state has changed before: an end that is CLOSED now was open once, and stays closed."""
    zeek: cython.int
    """Its state as Zeek has it (zeek.py)."""
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
