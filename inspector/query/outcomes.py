"""How connections ended, as far as the capture proves it: one definition for all views and commands.

Zeek's conn_state is not enough: it also counts resets that their receiver must drop, and connections of which only one
side was captured.
"""

from __future__ import annotations

from enum import IntEnum
from itertools import takewhile
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from inspector.tables.arrays import Mask, Values
from inspector.tables.table import Direction, Table
from inspector.tcp.states import CLOSING_STATES, OPENING_STATES, State
from inspector.tcp.verdicts import ConnState


class Outcome(IntEnum):
    """How a connection ended, or its state if it has not ended."""

    OPEN = 0
    OPENING = 1
    CLOSING = 2
    """One end has sent its FIN."""
    CLOSED = 3
    """Both ends have sent their FIN."""
    RESET = 4
    REFUSED = 5
    """The server responded to the SYN with a RST, and sent nothing else."""
    UNANSWERED = 6
    """No packet from the server answers the SYN, and the client does not continue as if it had received an answer."""
    STRAY = 7
    """No SYN is in the capture, and one end has sent only RSTs: perhaps there was no connection."""
    HALF_SEEN = 8
    """No packet from one end is in the capture, and the other end continues."""
    HALF_SEEN_CLOSED = 9
    """No packet from one end is in the capture, and the other end has sent its FIN."""


Outcomes = npt.NDArray[np.uint8]
"""One `Outcome` per connection."""


class OutcomeWords(NamedTuple):
    """The texts that describe an outcome.

    Attributes:
        kind: "open", "closed" or "trouble", which means an outcome that the connection's users did not want.
        short: the text for a table cell.
        one: the text for one connection; `{reset_by}` stands for the end that sent the RST, `{unseen}` for the end from
            which no packet is in the capture.
        several: the text for several connections.
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
        "open", "half seen", "no packets from the {unseen} captured", "with one end not in the capture"
    ),
    Outcome.HALF_SEEN_CLOSED: OutcomeWords(
        "closed",
        "half seen",
        "no packets from the {unseen} captured",
        "with one end not in the capture, closed by the other",
    ),
}

ABNORMAL = tuple(outcome for outcome, words in WORDS.items() if words.kind == "trouble")
"""Outcomes that the users of a connection did not want."""


BIT_OF = np.zeros(256, np.uint64)
BIT_OF[ord("A") : ord("Z") + 1] = np.uint64(1) << np.arange(26, dtype=np.uint64)
BIT_OF[ord("a") : ord("z") + 1] = np.uint64(1) << np.arange(32, 58, dtype=np.uint64)
"""The bit for each letter of a history; the client's letters are upper case."""


def _bits(letters: bytes) -> np.uint64:
    """A mask with the bits of these history letters."""
    return np.uint64(np.bitwise_or.reduce(BIT_OF[list(letters)]))


SENT = np.array([_bits(b"HADFTWQG"), _bits(b"hadftwqg")])
"""By `Direction`, the mask of the history letters for what that end sends, other than a SYN or RST."""


def _among(values: type[IntEnum], *chosen: IntEnum) -> Mask:
    """For each value of an enumeration, whether it is one of the chosen ones."""
    return np.isin(np.arange(max(values) + 1), chosen)


RESTS = _among(State, State.CLOSED, State.TIME_WAIT, State.LISTEN)
CLOSES = _among(State, *CLOSING_STATES)
OPENS = _among(State, *OPENING_STATES)
BEFORE_AN_ANSWER = _among(State, State.SYN_SENT, State.CLOSED)
SYN_ALONE = _among(ConnState, ConnState.S0, ConnState.SH)
NEVER_OPEN = _among(Outcome, Outcome.REFUSED, Outcome.UNANSWERED, Outcome.STRAY)
STILL_OPEN = _among(Outcome, *(outcome for outcome, words in WORDS.items() if words.kind == "open"))


def outcomes(connections: Table, chosen: Any = slice(None)) -> Outcomes:
    """An `Outcome` for each of the chosen rows of the connections table."""
    conn_state, reset_by = (connections[name][chosen] for name in ("conn_state", "reset_by"))
    client, server = (connections[name][chosen] for name in ("client_state", "server_state"))
    seen = _letters(connections["history"][chosen])
    is_silent = silent_ends(connections, chosen) >= 0
    is_reset, is_finished = reset_by >= 0, _has(seen, b"F") & _has(seen, b"f")
    asked, answered = _has(seen, b"S"), _has(seen, b"hs")
    judged = (
        (Outcome.REFUSED, (conn_state == ConnState.REJ) & (reset_by == Direction.SERVER) & asked & ~answered),
        (Outcome.UNANSWERED, SYN_ALONE[conn_state] & BEFORE_AN_ANSWER[client]),
        # No SYN was captured, and the sender of the RST has sent nothing else.
        (Outcome.STRAY, is_reset & ~_has(seen, b"SsHh") & (seen & SENT[reset_by] == 0)),
        (Outcome.RESET, is_reset & ~is_finished),
        (Outcome.HALF_SEEN_CLOSED, is_silent & _has(seen, b"Ff")),
        (Outcome.HALF_SEEN, is_silent),
        (Outcome.CLOSED, is_finished | (RESTS[client] & RESTS[server])),
        (Outcome.OPENING, OPENS[client] | OPENS[server]),
        (Outcome.CLOSING, CLOSES[client] | CLOSES[server]),
    )
    found = np.select([mask for _, mask in judged], [outcome for outcome, _ in judged], Outcome.OPEN)
    return found.astype(np.uint8)


def _letters(history: Values) -> Values:
    """The letters of each history, as a bit mask."""
    seen = np.zeros(len(history), np.uint64)
    for letters in takewhile(np.any, history.T):  # histories are padded with 0
        seen |= BIT_OF[letters]
    return seen


def _has(seen: Values, letters: bytes) -> Mask:
    """Whether each history, given as a bit mask, contains any of these letters."""
    return np.asarray(seen & _bits(letters) != 0)


def silent_ends(connections: Table, chosen: Any = slice(None)) -> Values:
    """For each connection, the `Direction` from which no packet was captured, so that its state is unknown; or -1."""
    return np.select(list((connections["packets"][chosen] == 0).T), [Direction.CLIENT, Direction.SERVER], -1)


def established(connections: Table, chosen: Any = slice(None)) -> Mask:
    """Which connections were established; assumed of those captured mid-stream, without their handshake.

    A connection was not if it ended before an ACK, a byte or a FIN, or is still being opened.
    """
    became, seen = outcomes(connections, chosen), _letters(connections["history"][chosen])
    client, server, took = (connections[name][chosen] for name in ("client_state", "server_state", "handshake_ns"))
    never = NEVER_OPEN[became] | (became == Outcome.RESET) & ~_has(seen, b"ADFadf")
    found: Mask = (took >= 0) | ~never & ~OPENS[client] & ~OPENS[server]
    return found


def is_open(connections: Table, chosen: Any = slice(None)) -> Mask:
    """Which connections had not ended when the capture did."""
    found: Mask = STILL_OPEN[outcomes(connections, chosen)]
    return found
