"""What went wrong in a capture: every kind of trouble, ordered by its cost, and the packets that show it.

What made requests and connections fail comes first, then what made somebody wait, then what lost bytes or sent them
again. What cost nothing that could be measured follows by severity, and what is legal but worth knowing comes last.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from inspector.anomalies import ANOMALIES
from inspector.engine.clocks import elapsed, lifetimes, response_times
from inspector.query.outcomes import NEVER_OPEN, Outcome, Outcomes, outcomes
from inspector.query.time_range import gets_no_response
from inspector.query.wait_causes import Cause, pauses
from inspector.tables.arrays import Mask, Rows, Times, Values
from inspector.tcp.flags_and_seq import FIN, RST, SYN
from inspector.tcp.verdicts import TROUBLE, VERDICT_WORDS, Verdict, code_of
from inspector.websocket.opcodes import FIRST_ERROR_CODE

if TYPE_CHECKING:
    from inspector.engine.capture import Capture


class Shown(NamedTuple):
    """The failures of one kind, an item each: its connection, the packet that shows it, and the time in ns for which
    somebody waited in vain, or for an error; 0 if it is unknown.
    """

    connections: Rows
    packets: Rows
    waited_ns: Times


Find = Callable[["Capture", Outcomes], Shown]
"""A function that finds the failures of one kind, given the capture and the outcomes of its connections."""

NONE: Rows = np.empty(0, np.intp)

WEIGHTS = ("failure", "violation", "warning", "note")
"""Severities, the most severe first; an anomaly has one of the last three."""

REPORTED = (*TROUBLE, Verdict.DUPLICATE_ACK)
"""Verdicts that matter to a person who asks "is something wrong?"."""


SERIOUS: Mask = np.array([anomaly.severity != "note" for anomaly in ANOMALIES])
"""For each anomaly, by its index: whether it is a warning or a violation, and not just a note."""


CUT_SHORT: dict[str, Callable[[Values, Values], Values]] = {
    "http-cut-short": lambda received, announced: announced - received,
    "ws-cut-short": lambda lacking, _: lacking,
}
"""The anomalies of messages that were cut off, and how many bytes of each are lost, computed from its values `a` and
`b`; negative if unknown."""

WAITED_FOR = {
    Verdict.RETRANSMISSION: Cause.TIMEOUT,
    Verdict.FAST_RETRANSMISSION: Cause.FAST_RETRANSMISSION,
    Verdict.ZERO_WINDOW: Cause.RECEIVE_WINDOW,
}
"""The cause of pauses that each of these verdicts shows."""

SENT_AGAIN = Verdict.RETRANSMISSION | Verdict.FAST_RETRANSMISSION | Verdict.SPURIOUS_RETRANSMISSION


@dataclass(frozen=True, slots=True)
class Failure:
    """A kind of failure.

    Attributes:
        one: its name in the singular.
        several: its name in the plural.
        found: the function that finds the failures.
        table: the table with the rows that failed.
    """

    one: str
    several: str
    found: Find
    table: str = "connections"


class Cost(NamedTuple):
    """What a kind of trouble cost, compared in this order.

    Attributes:
        failed: the number of requests, messages and connections that failed.
        waited_ns: the time that was waited in vain, for an error, for bytes to be sent again or for room, added up.
        bytes: payload bytes that were lost or sent again.
    """

    failed: int = 0
    waited_ns: int = 0
    bytes: int = 0


NOTHING = Cost()


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
        table: the table in which "is:CODE" finds what it happened to: packets, connections, exchanges or messages.
        cost: what it cost.
        meaning: a sentence that explains a verdict; else empty.
        rate: for a verdict on sent segments, their share of all segments with data, a SYN or a FIN; else None.
    """

    code: str
    title: str
    severity: str
    counted: str
    count: int
    packets: Rows
    table: str = "packets"
    cost: Cost = NOTHING
    meaning: str = ""
    rate: float | None = None


def _with(outcome: Outcome, flag: int) -> Find:
    """A function that finds the connections with this outcome, each with its first packet that has this TCP flag."""
    return lambda capture, became: _firsts(capture, became == outcome, flag, NEVER_OPEN[outcome])


def _firsts(capture: Capture, chosen: Mask, flag: int, waits: bool) -> Shown:
    """The chosen connections, each with its first packet that has this TCP flag; somebody waited during all of their
    lifetime if `waits`.
    """
    packets = capture.packets
    if not chosen.any():
        return Shown(NONE, NONE, NONE)
    is_chosen = np.append(chosen, False)  # index -1 (no connection) reads the last entry
    rows = np.flatnonzero(packets["flags"] & flag)
    rows = rows[is_chosen[packets["connection"][rows]]]
    owners, firsts = np.unique(packets["connection"][rows], return_index=True)
    return Shown(owners, rows[firsts], _known(lifetimes(capture, owners) if waits else np.zeros(len(owners), np.int64)))


def _known(times: Times) -> Times:
    """The times, with 0 for those that are unknown."""
    return np.maximum(times, 0)


def _answered(hundreds: int) -> Find:
    """A function that finds the exchanges whose response has a status code of this class (RFC 9110 §15)."""

    def found(capture: Capture, _became: Outcomes) -> Shown:
        exchanges, messages = capture.exchanges, capture.http_messages
        rows = np.flatnonzero(exchanges["response"] >= 0)
        rows = rows[messages["status"][exchanges["response"][rows]] // 100 == hundreds]
        packets = messages["packet"][exchanges["response"][rows]]
        return Shown(exchanges["connection"][rows], packets, _known(response_times(capture, rows)))

    return found


def _unanswered(capture: Capture, became: Outcomes) -> Shown:
    """Requests that will never get a response (see `gets_no_response`); they waited until their connection ended."""
    exchanges, messages = capture.exchanges, capture.http_messages
    rows = np.flatnonzero(gets_no_response(capture, np.arange(len(exchanges)), became))
    requests, owners = exchanges["request"][rows], exchanges["connection"][rows]
    until = capture.connections["last_packet"][owners]
    waited = elapsed(capture.packets, messages["last_packet"][requests], until)
    return Shown(owners, messages["packet"][requests], _known(waited))


def _closed_with_error(capture: Capture, _became: Outcomes) -> Shown:
    messages = capture.messages
    rows = np.flatnonzero(messages["close_code"] >= FIRST_ERROR_CODE)
    return Shown(messages["connection"][rows], messages["first_packet"][rows], np.zeros(len(rows), np.int64))


FAILURES: dict[str, Failure] = {
    "unanswered": Failure(
        "connection without a captured answer", "connections without a captured answer", _with(Outcome.UNANSWERED, SYN)
    ),
    "refused": Failure("connection refused", "connections refused", _with(Outcome.REFUSED, RST)),
    "reset": Failure("connection reset", "connections reset", _with(Outcome.RESET, RST)),
    "stray": Failure("RST without connection", "RSTs without connection", _with(Outcome.STRAY, RST)),
    "no-response": Failure("request without a response", "requests without a response", _unanswered, "exchanges"),
    "5xx": Failure("server error response (5xx)", "server error responses (5xx)", _answered(5), "exchanges"),
    "4xx": Failure("client error response (4xx)", "client error responses (4xx)", _answered(4), "exchanges"),
    "close-error": Failure(
        "WebSocket close with an error code", "WebSocket closes with an error code", _closed_with_error, "messages"
    ),
}
"""The kinds of failures, by their code in a display filter ("refused" for "is:refused")."""


def shows(capture: Capture, code: str) -> Mask:
    """Which packets show a failure of this kind."""
    mask = np.zeros(len(capture.packets), bool)
    mask[FAILURES[code].found(capture, outcomes(capture.connections)).packets] = True
    return mask


def find_failures(capture: Capture, became: Outcomes | None = None) -> dict[str, Shown]:
    """The failures of each kind, by its code. `became` holds the outcomes of all connections, if they are already
    known.
    """
    became = outcomes(capture.connections) if became is None else became
    return {code: failure.found(capture, became) for code, failure in FAILURES.items()}


def failures(capture: Capture, found: dict[str, Shown] | None = None) -> npt.NDArray[np.int64]:
    """The number of failures of each connection. `found` is the result of `find_failures`, if it is already known."""
    owners = np.concatenate([shown.connections for shown in (found or find_failures(capture)).values()])
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


def troubles(
    capture: Capture,
    chosen: Mask | None = None,
    found: dict[str, Shown] | None = None,
) -> list[Trouble]:
    """The kinds of trouble that the chosen packets (all if None) show, the one that cost most first, and at the same
    cost the most severe and the most frequent first. `found` is the result of `find_failures`, if it is already known.
    """
    chosen = np.ones(len(capture.packets), bool) if chosen is None else chosen
    kinds = [
        *_failures(found or find_failures(capture), chosen),
        *_anomalies(capture, chosen),
        *_verdicts(capture, chosen),
    ]
    return sorted(kinds, key=_rank)


def _rank(trouble: Trouble) -> tuple[int, ...]:
    is_note = trouble.severity == "note"
    return is_note, *(-part for part in trouble.cost), WEIGHTS.index(trouble.severity), -trouble.count


def _failures(found: dict[str, Shown], chosen: Mask) -> list[Trouble]:
    kinds = []
    for code, shown in found.items():
        is_in = chosen[shown.packets]
        rows = np.sort(shown.packets[is_in])
        if len(rows):
            failure = FAILURES[code]
            cost = Cost(0 if code == "stray" else len(rows), int(shown.waited_ns[is_in].sum()))
            names = failure.one, failure.several
            kinds.append(_counted(code, names, "failure", rows, table=failure.table, cost=cost))
    return kinds


def _anomalies(capture: Capture, chosen: Mask) -> list[Trouble]:
    """The kinds of anomalies that the chosen packets show. Anomalies that no packet shows belong to the whole capture:
    they count only if all packets are chosen.
    """
    table = capture.anomalies
    rows = np.flatnonzero(np.append(chosen, chosen.all())[table["packet"]])
    codes, packets = table["code"][rows], table["packet"][rows]
    found = []
    for code in np.flatnonzero(np.bincount(codes)).tolist():
        anomaly, count = ANOMALIES[code], int(np.count_nonzero(codes == code))
        counted, shown = f"{count:,} × {anomaly.title}", packets[(codes == code) & (packets >= 0)]
        lost, cost = CUT_SHORT.get(anomaly.code), NOTHING
        if lost:
            lacking = lost(*(table[name][rows[codes == code]] for name in ("a", "b")))
            cost = Cost(count, bytes=int(np.maximum(lacking, 0).sum()))
        found.append(Trouble(anomaly.code, anomaly.title, anomaly.severity, counted, count, shown, cost=cost))
    return found


def _verdicts(capture: Capture, chosen: Mask) -> list[Trouble]:
    packets = capture.packets
    analysis = np.where(chosen, packets["analysis"], 0)
    segments = np.count_nonzero(chosen & ((packets["payload"] > 0) | (packets["flags"] & (SYN | FIN) != 0)))
    found, waited_ns = [], _waited(capture, chosen)
    for verdict in REPORTED:
        rows = np.flatnonzero(analysis & verdict.value)
        if len(rows):
            words, repeats = VERDICT_WORDS[verdict], verdict in SENT_AGAIN
            again = int(packets["payload"][rows].sum(dtype=np.int64)) if repeats else 0
            found.append(
                _counted(
                    code_of(verdict),
                    (words.one, words.several),
                    "warning",
                    rows,
                    cost=Cost(0, waited_ns.get(verdict, 0), again),
                    meaning=words.meaning,
                    rate=len(rows) / segments if repeats else None,
                )
            )
    return found


def _waited(capture: Capture, chosen: Mask) -> dict[Verdict, int]:
    """The time in ns of all pauses before a chosen packet that have a cause in WAITED_FOR, by verdict."""
    packets = capture.packets
    told = chosen & (packets["analysis"] & functools.reduce(operator.or_, WAITED_FOR).value != 0)
    owners = np.unique(packets["connection"][told])
    if not len(owners):
        return {}
    found = pauses(capture, owners)
    is_in = chosen[found.packets.rows]
    return {verdict: int(found.rest[is_in & (found.cause == cause)].sum()) for verdict, cause in WAITED_FOR.items()}


def _counted(code: str, names: tuple[str, str], severity: str, rows: Rows, **more: Any) -> Trouble:
    name = names[len(rows) > 1]
    return Trouble(code, name[0].upper() + name[1:], severity, f"{len(rows):,} {name}", len(rows), rows, **more)
