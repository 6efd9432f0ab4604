"""The TCP connection states, and the events that move an endpoint from one to the next (RFC 9293 §3.3.2, figure 5).

One table drives everything: the engine applies it to both ends of every connection, and the documentation and the
page's legend are generated from it. A `Signal` is an event at one end: the end *sent* something, which its packet
proves, or it *got* something. The latter is assumed for every packet sent to the end, until its own packets show
whether the packet arrived (state_changes.py applies the table). A signal that is not in the table for a state leaves
that state unchanged.
"""

from __future__ import annotations

from enum import IntEnum


class State(IntEnum):
    """The states of RFC 9293 §3.3.2."""

    CLOSED = 0
    LISTEN = 1
    SYN_SENT = 2
    SYN_RECEIVED = 3
    ESTABLISHED = 4
    FIN_WAIT_1 = 5
    FIN_WAIT_2 = 6
    CLOSE_WAIT = 7
    CLOSING = 8
    LAST_ACK = 9
    TIME_WAIT = 10

    @property
    def rfc_name(self) -> str:
        """The name as the RFC writes it, with hyphens."""
        return self.name.replace("_", "-")


OPENING_STATES = frozenset({State.SYN_SENT, State.SYN_RECEIVED})
AFTER_OWN_FIN = frozenset({State.FIN_WAIT_1, State.FIN_WAIT_2, State.CLOSING, State.LAST_ACK})
"""The states of an end that has sent FIN but has not finished closing."""
CLOSING_STATES = AFTER_OWN_FIN | {State.CLOSE_WAIT}

MEANING: dict[State, str] = {
    State.CLOSED: "No connection, or no longer one.",
    State.LISTEN: "Waits for a connection request.",
    State.SYN_SENT: "Has sent a SYN and waits for the reply.",
    State.SYN_RECEIVED: "Has received a SYN and sent its own; waits for the ACK of it.",
    State.ESTABLISHED: "The connection is open: this side may send and receive.",
    State.FIN_WAIT_1: "Has sent its FIN, or will when its remaining data has been sent; waits for the ACK of it.",
    State.FIN_WAIT_2: "Its FIN has been acknowledged; the other side may still send.",
    State.CLOSE_WAIT: "The other side has sent its FIN; this side may still send.",
    State.CLOSING: "Has the other side’s FIN, sent before its own had arrived there; waits for the ACK of its own.",
    State.LAST_ACK: "Has sent its FIN after receiving one; waits for the last ACK.",
    State.TIME_WAIT: "Both sides have sent FIN; keeps the address pair reserved, to repeat its last ACK if the other "
    "side’s FIN comes again, and so that late packets are not taken for a new connection’s.",
}
"""What each state means for the end that is in it."""


class Signal(IntEnum):
    """The events that change an end's state: first those that it sent, then those that it got.

    If one segment brings several events, its receiver processes them in the order in which they are listed here
    (RFC 9293 §3.10.7.4: the ACK before the FIN).
    """

    SENT_SYN = 0
    SENT_SYN_ACK = 1
    SENT_SEGMENT = 2
    """A segment without SYN, FIN or RST that shows the handshake to be complete: its sender is at least ESTABLISHED."""
    SENT_FIN = 3
    SENT_RST = 4
    GOT_SYN = 5
    GOT_SYN_ACK = 6
    GOT_ACK_OF_SYN = 7
    GOT_SEGMENT = 8
    GOT_ACK_OF_FIN = 9
    GOT_FIN = 10
    GOT_RST = 11
    """A RST received by an end that requested the connection itself (an active OPEN)."""
    GOT_RST_WHEN_CALLED = 12
    """A RST received by an end that was listening for the connection (a passive OPEN)."""


TRANSITIONS: dict[tuple[State, Signal], State] = {
    # Opening (§3.5).
    (State.CLOSED, Signal.SENT_SYN): State.SYN_SENT,
    (State.LISTEN, Signal.SENT_SYN): State.SYN_SENT,
    (State.LISTEN, Signal.GOT_SYN): State.SYN_RECEIVED,
    (State.SYN_SENT, Signal.GOT_SYN): State.SYN_RECEIVED,  # simultaneous open (figure 7)
    (State.LISTEN, Signal.SENT_SYN_ACK): State.SYN_RECEIVED,
    (State.CLOSED, Signal.SENT_SYN_ACK): State.SYN_RECEIVED,  # the SYN is not in the capture
    (State.SYN_SENT, Signal.SENT_SYN_ACK): State.SYN_RECEIVED,  # likewise, in a simultaneous open
    (State.SYN_SENT, Signal.GOT_SYN_ACK): State.ESTABLISHED,
    (State.CLOSED, Signal.GOT_SYN_ACK): State.ESTABLISHED,  # the SYN is not in the capture
    (State.SYN_RECEIVED, Signal.GOT_SYN_ACK): State.ESTABLISHED,
    (State.SYN_RECEIVED, Signal.GOT_ACK_OF_SYN): State.ESTABLISHED,
    # Segments of an end whose handshake, or the last part of it, is not in the capture.
    (State.CLOSED, Signal.SENT_SEGMENT): State.ESTABLISHED,
    (State.LISTEN, Signal.SENT_SEGMENT): State.ESTABLISHED,
    (State.SYN_SENT, Signal.SENT_SEGMENT): State.ESTABLISHED,
    (State.SYN_RECEIVED, Signal.SENT_SEGMENT): State.ESTABLISHED,
    (State.CLOSED, Signal.GOT_SEGMENT): State.ESTABLISHED,
    (State.LISTEN, Signal.GOT_SEGMENT): State.ESTABLISHED,
    # Closing (§3.6).
    (State.SYN_RECEIVED, Signal.SENT_FIN): State.FIN_WAIT_1,
    (State.ESTABLISHED, Signal.SENT_FIN): State.FIN_WAIT_1,
    (State.CLOSE_WAIT, Signal.SENT_FIN): State.LAST_ACK,
    (State.SYN_RECEIVED, Signal.GOT_FIN): State.CLOSE_WAIT,
    (State.ESTABLISHED, Signal.GOT_FIN): State.CLOSE_WAIT,
    (State.FIN_WAIT_1, Signal.GOT_ACK_OF_FIN): State.FIN_WAIT_2,
    (State.FIN_WAIT_1, Signal.GOT_FIN): State.CLOSING,
    (State.FIN_WAIT_2, Signal.GOT_FIN): State.TIME_WAIT,
    (State.CLOSING, Signal.GOT_ACK_OF_FIN): State.TIME_WAIT,
    (State.LAST_ACK, Signal.GOT_ACK_OF_FIN): State.CLOSED,
    # A reset ends the connection in every state but two: LISTEN ignores it (§3.10.7.2), and SYN-RECEIVED returns to
    # LISTEN after a passive OPEN (§3.10.7.4).
    **{(s, Signal.SENT_RST): State.CLOSED for s in State},
    **{(s, Signal.GOT_RST): State.CLOSED for s in State if s is not State.LISTEN},
    **{(s, Signal.GOT_RST_WHEN_CALLED): State.CLOSED for s in State if s is not State.LISTEN},
    (State.SYN_RECEIVED, Signal.GOT_RST_WHEN_CALLED): State.LISTEN,
}


def dense_table() -> bytes:
    """TRANSITIONS as bytes for the engine: the state that follows `state` upon `signal` is at 16 * state + signal."""
    table = bytearray(16 * len(State))
    for state in State:
        for signal in Signal:
            table[16 * state + signal] = TRANSITIONS.get((state, signal), state)
    return bytes(table)
