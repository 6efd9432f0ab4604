"""How connections ended, as far as the capture proves it: one judgement for all views and commands.

Zeek's conn_state does not tell it: it counts resets that their receiver must drop, and one side alone.
"""

from __future__ import annotations

from enum import IntEnum
from functools import reduce
from itertools import takewhile
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from inspector.tables.arrays import Mask, Values
from inspector.tables.table import Direction, Table
from inspector.tcp.states import CLOSING, OPENING, State
from inspector.tcp.verdicts import ConnState


class Outcome(IntEnum):
    """How a connection ended, or that it is open."""

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
    """No packet of the server answers the SYN, and the client does not continue as if it had been answered."""
    STRAY = 7
    """No SYN is in the capture, and one end has sent only RST: perhaps there was no connection."""
    HALF_SEEN = 8
    """No packet of one end is in the capture, and the other continues."""
    HALF_SEEN_CLOSED = 9
    """No packet of one end is in the capture, and the other has sent its FIN."""


Outcomes = npt.NDArray[np.uint8]
"""An `Outcome` for each of some connections."""


class OutcomeWords(NamedTuple):
    """Texts of an outcome.

    Attributes:
        kind: "open", "closed" or "trouble": the last is what its users did not want.
        short: for a cell of a table.
        one: of one connection; `{reset_by}` is who sent the RST, `{unseen}` the end of which nothing is in the capture.
        several: of several connections.
    """

    kind: str
    short: str
    one: str
    several: str


WORDS: dict[Outcome, OutcomeWords] = {
    Outcome.OPEN: OutcomeWords("open", "open", "open", "open at the last packet"),
    Outcome.OPENING: OutcomeWords("open", "opening", "being opened", "being opened"),
    Outcome.CLOSING: OutcomeWords("open", "closing", "TCP half closed", "closed by one end"),
    Outcome.CLOSED: OutcomeWords("closed", "closed", "TCP closed", "closed by both ends"),
    Outcome.RESET: OutcomeWords("trouble", "reset", "TCP reset by the {reset_by}", "reset"),
    Outcome.REFUSED: OutcomeWords("trouble", "refused", "refused by the server", "refused"),
    Outcome.UNANSWERED: OutcomeWords(
        "trouble", "no answer", "no answer in the capture", "without an answer in the capture"
    ),
    Outcome.STRAY: OutcomeWords(
        "trouble", "RST", "RST from the {reset_by}, and no connection seen", "with a RST alone, no connection seen"
    ),
    Outcome.HALF_SEEN: OutcomeWords(
        "open", "half seen", "nothing from the {unseen} captured", "with one end not in the capture"
    ),
    Outcome.HALF_SEEN_CLOSED: OutcomeWords(
        "closed",
        "half seen",
        "nothing from the {unseen} captured",
        "with one end not in the capture, closed by the other",
    ),
}

ABNORMAL = tuple(outcome for outcome, words in WORDS.items() if words.kind == "trouble")
"""Ends of a connection that its users did not want."""


BIT_OF = np.zeros(256, np.uint64)
BIT_OF[ord("A") : ord("Z") + 1] = np.uint64(1) << np.arange(26, dtype=np.uint64)
BIT_OF[ord("a") : ord("z") + 1] = np.uint64(1) << np.arange(32, 58, dtype=np.uint64)
"""Of each letter of a history; the client's are capitals."""


def _bits(letters: bytes) -> np.uint64:
    """A bit for each of these letters of a history."""
    return np.uint64(np.bitwise_or.reduce(BIT_OF[list(letters)]))


SPOKEN = np.array([_bits(b"HADFTWQG"), _bits(b"hadftwqg")])
"""History letters of what each `Direction` sends, other than SYN and RST."""


def _among(values: type[IntEnum], *chosen: IntEnum) -> Mask:
    """Of each value, whether it is one of the chosen."""
    return np.isin(np.arange(max(values) + 1), chosen)


RESTS = _among(State, State.CLOSED, State.TIME_WAIT, State.LISTEN)
CLOSES = _among(State, *CLOSING)
OPENS = _among(State, *OPENING)
BEFORE_AN_ANSWER = _among(State, State.SYN_SENT, State.CLOSED)
SYN_ALONE = _among(ConnState, ConnState.S0, ConnState.SH)
STILL_OPEN = _among(Outcome, *(outcome for outcome, words in WORDS.items() if words.kind == "open"))


def outcomes(connections: Table, chosen: Any = slice(None)) -> Outcomes:
    """An `Outcome` for each of the chosen rows of the connections table."""
    conn_state, reset_by = (connections[name][chosen] for name in ("conn_state", "reset_by"))
    client, server = (connections[name][chosen] for name in ("client_state", "server_state"))
    said = _letters(connections["history"][chosen])
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


def _letters(history: Values) -> Values:
    """The letters of each history, as bits."""
    said = np.zeros(len(history), np.uint64)
    for letters in takewhile(np.any, history.T):  # a history is filled up with 0
        said |= BIT_OF[letters]
    return said


def _has(said: Values, letters: bytes) -> Mask:
    """Whether any of these letters is in a history, given as bits."""
    return np.asarray(said & _bits(letters) != 0)


def is_open(connections: Table, chosen: Any = slice(None)) -> Mask:
    """Which connections had not ended when the capture did."""
    found: Mask = STILL_OPEN[outcomes(connections, chosen)]
    return found
