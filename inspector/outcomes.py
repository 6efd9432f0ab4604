"""What became of connections, as far as the capture proves it: the one judgement that every view and command words.

Zeek's conn_state does not tell it: it counts resets that their receiver must drop, and one side alone.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Any

import numpy as np
import numpy.typing as npt

from inspector.tables import Direction, Table
from inspector.tcp.states import State
from inspector.tcp.verdicts import ConnState

Mask = npt.NDArray[np.bool_]
Values = npt.NDArray[Any]


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
    Outcome.OPEN: "open at their last packet",
    Outcome.OPENING: "being opened",
    Outcome.CLOSING: "closed by one end",
    Outcome.CLOSED: "closed by both ends",
    Outcome.RESET: "reset",
    Outcome.REFUSED: "refused",
    Outcome.UNANSWERED: "without an answer in the capture",
    Outcome.STRAY: "of a RST without a connection seen",
    Outcome.HALF_SEEN: "with one end not in the capture",
    Outcome.HALF_SEEN_CLOSED: "with one end not in the capture, closed by the other",
}
"""Said of several connections."""

STILL_OPEN = (Outcome.OPEN, Outcome.OPENING, Outcome.CLOSING, Outcome.HALF_SEEN)

RESTS = (State.CLOSED, State.TIME_WAIT, State.LISTEN)
CLOSES = (State.FIN_WAIT_1, State.FIN_WAIT_2, State.CLOSE_WAIT, State.CLOSING, State.LAST_ACK)
OPENS = (State.SYN_SENT, State.SYN_RECEIVED)
BEFORE_AN_ANSWER = (State.SYN_SENT, State.CLOSED)


def outcomes(connections: Table, chosen: Any = slice(None)) -> npt.NDArray[np.uint8]:
    """An `Outcome` for each of the chosen rows of the connections table."""
    history, conn_state, reset_by = (connections[name][chosen] for name in ("history", "conn_state", "reset_by"))
    states = [connections[name][chosen] for name in ("client_state", "server_state")]
    is_silent = (connections["packets"][chosen] == 0).any(axis=-1)
    fins = [_has(history, letter) for letter in b"Ff"]
    is_reset, is_finished = reset_by >= 0, fins[0] & fins[1]
    asked, answered = _has(history, *b"S"), _has(history, *b"hs")
    judged = (
        (Outcome.REFUSED, (conn_state == ConnState.REJ) & (reset_by == Direction.SERVER) & asked & ~answered),
        (Outcome.UNANSWERED, _is_unanswered(conn_state, states[Direction.CLIENT])),
        (Outcome.STRAY, is_reset & _is_stray(history, reset_by)),
        (Outcome.RESET, is_reset & ~is_finished),
        (Outcome.HALF_SEEN_CLOSED, is_silent & (fins[0] | fins[1])),
        (Outcome.HALF_SEEN, is_silent),
        (Outcome.CLOSED, is_finished | (np.isin(states[0], RESTS) & np.isin(states[1], RESTS))),
        (Outcome.OPENING, np.isin(states[0], OPENS) | np.isin(states[1], OPENS)),
        (Outcome.CLOSING, np.isin(states[0], CLOSES) | np.isin(states[1], CLOSES)),
    )
    found = np.select([mask for _, mask in judged], [outcome for outcome, _ in judged], Outcome.OPEN)
    return found.astype(np.uint8)


def _has(history: Values, *letters: int) -> Mask:
    return np.asarray(np.isin(history, letters).any(axis=-1))


def _is_unanswered(conn_state: Values, client: Values) -> Mask:
    found: Mask = np.isin(conn_state, (ConnState.S0, ConnState.SH)) & np.isin(client, BEFORE_AN_ANSWER)
    return found


def _is_stray(history: Values, reset_by: Values) -> Mask:
    """Without a SYN, and whoever sent the RST has sent nothing else."""
    others = [_has(history, *b"HADFTWQG"), _has(history, *b"hadftwqg")]
    return ~_has(history, *b"SsHh") & ~np.where(reset_by == Direction.SERVER, others[1], others[0])


def is_open(connections: Table, chosen: Any = slice(None)) -> Mask:
    """Which connections had not ended when the capture did."""
    found: Mask = np.isin(outcomes(connections, chosen), STILL_OPEN)
    return found
