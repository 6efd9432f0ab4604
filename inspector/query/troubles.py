"""What went wrong in a capture: every kind of trouble, ordered by severity, and the packets that show it.

Failures come first: somebody did not get what they wanted. They are followed by violations of a rule, then by signs of
loss and congestion, and last by what is legal but worth knowing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from inspector.anomalies import ANOMALIES
from inspector.query.outcomes import Outcome, Outcomes, outcomes
from inspector.query.time_range import gets_no_response
from inspector.tables.arrays import Mask, Rows
from inspector.tcp.header import RST, SYN
from inspector.tcp.verdicts import TROUBLE, VERDICT_WORDS, Verdict, code_of
from inspector.websocket.opcodes import FIRST_ERROR_CODE

if TYPE_CHECKING:
    from inspector.engine.capture import Capture


Shown = tuple[Rows, Rows]
"""The failures of one kind: the connection of each, and the packet that shows it."""

Find = Callable[["Capture", Outcomes], Shown]
"""A function that finds the failures of one kind, given the capture and the outcomes of its connections."""

NONE: Rows = np.empty(0, np.intp)

WEIGHTS = ("failure", "violation", "warning", "note")
"""Severities, the most severe first; an anomaly has one of the last three."""

REPORTED = (*TROUBLE, Verdict.DUPLICATE_ACK)
"""Verdicts that matter to a person who asks "is something wrong?"."""


SERIOUS: Mask = np.array([anomaly.severity != "note" for anomaly in ANOMALIES])
"""For each anomaly, by its index: whether it is a warning or a violation, and not just a note."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A kind of failure: its name in the singular and the plural, and the function that finds the failures."""

    one: str
    several: str
    found: Find


@dataclass(frozen=True, slots=True)
class Trouble:
    """A kind of trouble in a capture.

    Attributes:
        code: its name in a display filter ("refused" for "is:refused").
        title: its name for people.
        severity: one of `WEIGHTS`.
        counted: its name with the number of occurrences: "2 connections refused".
        count: the number of occurrences.
        packets: rows of the packets that show it, ascending.
    """

    code: str
    title: str
    severity: str
    counted: str
    count: int
    packets: Rows


def _with(outcome: Outcome, flag: int) -> Find:
    """A function that finds the connections with this outcome, each with its first packet that has this TCP flag."""
    return lambda capture, became: _firsts(capture, became == outcome, flag)


def _firsts(capture: Capture, chosen: Mask, flag: int) -> tuple[Rows, Rows]:
    """The chosen connections, each with its first packet that has this TCP flag."""
    packets = capture.packets
    if not chosen.any():
        return NONE, NONE
    is_chosen = np.append(chosen, False)  # index -1 (no connection) reads the last entry
    rows = np.flatnonzero(packets["flags"] & flag)
    rows = rows[is_chosen[packets["connection"][rows]]]
    owners, firsts = np.unique(packets["connection"][rows], return_index=True)
    return owners, rows[firsts]


def _answered(hundreds: int) -> Find:
    """A function that finds the exchanges whose response has a status code of this class (RFC 9110 §15)."""

    def found(capture: Capture, _became: Outcomes) -> tuple[Rows, Rows]:
        exchanges, messages = capture.exchanges, capture.http_messages
        rows = np.flatnonzero(exchanges["response"] >= 0)
        response = exchanges["response"][rows]
        chosen = messages["status"][response] // 100 == hundreds
        return exchanges["connection"][rows[chosen]], messages["packet"][response[chosen]]

    return found


def _unanswered(capture: Capture, became: Outcomes) -> tuple[Rows, Rows]:
    """Requests that will never get a response (see `gets_no_response`)."""
    exchanges, messages = capture.exchanges, capture.http_messages
    rows = np.flatnonzero(gets_no_response(capture, np.arange(len(exchanges)), became))
    return exchanges["connection"][rows], messages["packet"][exchanges["request"][rows]]


def _closed_with_error(capture: Capture, _became: Outcomes) -> tuple[Rows, Rows]:
    messages = capture.messages
    rows = np.flatnonzero(messages["close_code"] >= FIRST_ERROR_CODE)
    return messages["connection"][rows], messages["first_packet"][rows]


FAILURES: dict[str, Failure] = {
    "unanswered": Failure(
        "connection without a captured answer", "connections without a captured answer", _with(Outcome.UNANSWERED, SYN)
    ),
    "refused": Failure("connection refused", "connections refused", _with(Outcome.REFUSED, RST)),
    "reset": Failure("connection reset", "connections reset", _with(Outcome.RESET, RST)),
    "stray": Failure("RST without connection", "RSTs without connection", _with(Outcome.STRAY, RST)),
    "no-response": Failure("request without a response", "requests without a response", _unanswered),
    "5xx": Failure("server error response (5xx)", "server error responses (5xx)", _answered(5)),
    "4xx": Failure("client error response (4xx)", "client error responses (4xx)", _answered(4)),
    "close-error": Failure(
        "WebSocket close with an error code", "WebSocket closes with an error code", _closed_with_error
    ),
}
"""The kinds of failures, by their code in a display filter ("refused" for "is:refused")."""


def shows(capture: Capture, code: str) -> Mask:
    """Which packets show a failure of this kind."""
    mask = np.zeros(len(capture.packets), bool)
    mask[FAILURES[code].found(capture, outcomes(capture.connections))[1]] = True
    return mask


def find_failures(capture: Capture, became: Outcomes | None = None) -> dict[str, Shown]:
    """The failures of each kind, by its code. `became` holds the outcomes of all connections, if they are already
    known.
    """
    became = outcomes(capture.connections) if became is None else became
    return {code: failure.found(capture, became) for code, failure in FAILURES.items()}


def failures(capture: Capture, found: dict[str, Shown] | None = None) -> npt.NDArray[np.int64]:
    """The number of failures of each connection. `found` is the result of `find_failures`, if it is already known."""
    owners = np.concatenate([shown[0] for shown in (found or find_failures(capture)).values()])
    return np.bincount(owners, minlength=len(capture.connections))


def weights(capture: Capture) -> npt.NDArray[np.int64]:
    """The number of problems of each connection: failures, packets with a verdict that means trouble, and anomalies
    other than notes.
    """
    packets, anomalies = capture.packets, capture.anomalies
    troubled = packets["connection"][packets["analysis"] & TROUBLE.value != 0]
    anomalous = anomalies["connection"][SERIOUS[anomalies["code"]]]
    total = failures(capture)
    for rows in (troubled, anomalous):
        total += np.bincount(rows[rows >= 0], minlength=len(total))
    return total


def troubles(capture: Capture, chosen: Mask | None = None, found: dict[str, Shown] | None = None) -> list[Trouble]:
    """The kinds of trouble that the chosen packets (all if None) show, the most severe first, and within a severity the
    most frequent first. `found` is the result of `find_failures`, if it is already known.
    """
    chosen = np.ones(len(capture.packets), bool) if chosen is None else chosen
    kinds = [
        *_failures(found or find_failures(capture), chosen), *_anomalies(capture, chosen), *_verdicts(capture, chosen)
    ]  # fmt: skip
    return sorted(kinds, key=lambda trouble: (WEIGHTS.index(trouble.severity), -trouble.count))


def _failures(found: dict[str, Shown], chosen: Mask) -> list[Trouble]:
    kinds = []
    for code, (_, packets) in found.items():
        rows = np.sort(packets[chosen[packets]])
        if len(rows):
            kinds.append(_counted(code, (FAILURES[code].one, FAILURES[code].several), "failure", rows))
    return kinds


def _anomalies(capture: Capture, chosen: Mask) -> list[Trouble]:
    """The kinds of anomalies that the chosen packets show. Anomalies that no packet shows belong to the whole capture:
    they count only if all packets are chosen.
    """
    table = capture.anomalies
    is_in = np.append(chosen, chosen.all())[table["packet"]]
    codes, packets = table["code"][is_in], table["packet"][is_in]
    found = []
    for code in np.flatnonzero(np.bincount(codes)).tolist():
        anomaly, count = ANOMALIES[code], int(np.count_nonzero(codes == code))
        counted, rows = f"{count:,} × {anomaly.title}", packets[(codes == code) & (packets >= 0)]
        found.append(Trouble(anomaly.code, anomaly.title, anomaly.severity, counted, count, rows))
    return found


def _verdicts(capture: Capture, chosen: Mask) -> list[Trouble]:
    analysis = np.where(chosen, capture.packets["analysis"], 0)
    found = []
    for verdict in REPORTED:
        rows = np.flatnonzero(analysis & verdict.value)
        if len(rows):
            words = VERDICT_WORDS[verdict]
            found.append(_counted(code_of(verdict), (words.one, words.several), "warning", rows))
    return found


def _counted(code: str, names: tuple[str, str], severity: str, rows: Rows) -> Trouble:
    name = names[len(rows) > 1]
    return Trouble(code, name[0].upper() + name[1:], severity, f"{len(rows):,} {name}", len(rows), rows)
