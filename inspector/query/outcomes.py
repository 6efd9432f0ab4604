"""What became of connections, as far as the capture proves it: the one judgement that every view and command words.

Zeek's conn_state does not tell it: it counts resets that their receiver must drop, and one side alone.
"""

from __future__ import annotations

from enum import IntEnum
from functools import reduce
from typing import Any

import numpy as np
import numpy.typing as npt

from inspector.tables.table import Direction, Table
from inspector.tcp.states import State
from inspector.tcp.verdicts import ConnState


class Outcome(IntEnum):
    """What became of a connection."""

    OPEN = 0
    OPENING = 1
    CLOSING = 2
    """One end has sent its FIN."""
    CLOSED = 3
    """Both ends have sent their FIN."""
    RESET = 4
    REFUSED = 5
    """The server sent a RST for the SYN, and nothing else."""
    UNANSWERED = 6
    """Nothing of the server answers the SYN, and the client does not go on as one that was answered."""
    STRAY = 7
    """No SYN is in the capture, and one end has sent nothing but RST: perhaps there was no connection."""
    HALF_SEEN = 8
    """Of one end nothing is in the capture, and the other goes on."""
    HALF_SEEN_CLOSED = 9
    """Of one end nothing is in the capture, and the other has sent its FIN."""


MEANING = {
    Outcome.OPEN: "open at the last packet",
    Outcome.OPENING: "being opened",
    Outcome.CLOSING: "closed by one end",
    Outcome.CLOSED: "closed by both ends",
    Outcome.RESET: "reset",
    Outcome.REFUSED: "refused",
    Outcome.UNANSWERED: "without an answer in the capture",
    Outcome.STRAY: "with a RST alone, no connection seen",
    Outcome.HALF_SEEN: "with one end not in the capture",
    Outcome.HALF_SEEN_CLOSED: "with one end not in the capture, closed by the other",
}
"""Said of several connections."""

Mask = npt.NDArray[np.bool_]
Values = npt.NDArray[Any]


BIT_OF = np.zeros(256, np.uint64)
BIT_OF[ord("A") : ord("Z") + 1] = np.uint64(1) << np.arange(26, dtype=np.uint64)
BIT_OF[ord("a") : ord("z") + 1] = np.uint64(1) << np.arange(32, 58, dtype=np.uint64)
"""Of each letter of a history; the client's are capitals."""


def _bits(letters: bytes) -> np.uint64:
    """A bit for each of these letters of a history."""
    return np.uint64(np.bitwise_or.reduce(BIT_OF[list(letters)]))


SPOKEN = np.array([_bits(b"HADFTWQG"), _bits(b"hadftwqg")])
"""What each `Direction` says but for SYN and RST."""


def _among(values: type[IntEnum], *chosen: IntEnum) -> Mask:
    """Of each value, whether it is one of the chosen."""
    return np.isin(np.arange(max(values) + 1), chosen)


RESTS = _among(State, State.CLOSED, State.TIME_WAIT, State.LISTEN)
CLOSES = _among(State, State.FIN_WAIT_1, State.FIN_WAIT_2, State.CLOSE_WAIT, State.CLOSING, State.LAST_ACK)
OPENS = _among(State, State.SYN_SENT, State.SYN_RECEIVED)
BEFORE_AN_ANSWER = _among(State, State.SYN_SENT, State.CLOSED)
SYN_ALONE = _among(ConnState, ConnState.S0, ConnState.SH)
STILL_OPEN = _among(Outcome, Outcome.OPEN, Outcome.OPENING, Outcome.CLOSING, Outcome.HALF_SEEN)


def outcomes(connections: Table, chosen: Any = slice(None)) -> npt.NDArray[np.uint8]:
    """An `Outcome` for each of the chosen rows of the connections table."""
    conn_state, reset_by = (connections[name][chosen] for name in ("conn_state", "reset_by"))
    client, server = (connections[name][chosen] for name in ("client_state", "server_state"))
    said = reduce(np.bitwise_or, (BIT_OF[letters] for letters in connections["history"][chosen].T))
    is_silent = reduce(np.logical_or, (connections["packets"][chosen] == 0).T)
    is_reset, is_finished = reset_by >= 0, _has(said, b"F") & _has(said, b"f")
    asked, answered = _has(said, b"S"), _has(said, b"hs")
    judged = (
        (Outcome.REFUSED, (conn_state == ConnState.REJ) & (reset_by == Direction.SERVER) & asked & ~answered),
        (Outcome.UNANSWERED, SYN_ALONE[conn_state] & BEFORE_AN_ANSWER[client]),
        # Without a SYN, and whoever sent the RST has sent nothing else.
        (Outcome.STRAY, is_reset & ~_has(said, b"SsHh") & (said & SPOKEN[reset_by] == 0)),
        (Outcome.RESET, is_reset & ~is_finished),
        (Outcome.HALF_SEEN_CLOSED, is_silent & _has(said, b"Ff")),
        (Outcome.HALF_SEEN, is_silent),
        (Outcome.CLOSED, is_finished | (RESTS[client] & RESTS[server])),
        (Outcome.OPENING, OPENS[client] | OPENS[server]),
        (Outcome.CLOSING, CLOSES[client] | CLOSES[server]),
    )
    found = np.select([mask for _, mask in judged], [outcome for outcome, _ in judged], Outcome.OPEN)
    return found.astype(np.uint8)


def _has(said: Values, letters: bytes) -> Mask:
    """Whether any of these letters is in a history, given as bits."""
    return np.asarray(said & _bits(letters) != 0)


def is_open(connections: Table, chosen: Any = slice(None)) -> Mask:
    """Which connections had not ended when the capture did."""
    found: Mask = STILL_OPEN[outcomes(connections, chosen)]
    return found
