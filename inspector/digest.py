"""What happened in a capture, in figures: what one screen, or the head of a report, has room for.

Everything is computed from whole columns, so it costs milliseconds for a million packets.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from inspector.anomalies import ANOMALIES
from inspector.tables import Protocol, Table
from inspector.tcp.verdicts import ConnState, Verdict

if TYPE_CHECKING:
    from inspector.capture import Capture

Values = npt.NDArray[Any]

TROUBLING_VERDICTS = (
    Verdict.RETRANSMISSION,
    Verdict.FAST_RETRANSMISSION,
    Verdict.SPURIOUS_RETRANSMISSION,
    Verdict.OUT_OF_ORDER,
    Verdict.LOST_SEGMENT,
    Verdict.ACK_LOST_SEGMENT,
    Verdict.DUPLICATE_ACK,
    Verdict.ZERO_WINDOW,
    Verdict.WINDOW_FULL,
)
"""Verdicts that a person who asks "is something wrong?" wants to hear of."""

REFUSED_OR_RESET = (ConnState.REJ, ConnState.RSTO, ConnState.RSTR, ConnState.RSTOS0, ConnState.RSTRH)

NOTABLE_CONNECTIONS = 8


@dataclass(frozen=True, slots=True)
class Spread:
    """How long something took, in ns: the middle, the slow end, the slowest, and of how many."""

    median: float
    p95: float
    slowest: float
    of: int

    @classmethod
    def over(cls, nanoseconds: Values) -> Spread | None:
        """None when there is nothing to measure."""
        if not len(nanoseconds):
            return None
        median, p95 = np.percentile(nanoseconds, (50, 95)).tolist()
        return cls(median, p95, float(nanoseconds.max()), len(nanoseconds))


@dataclass(frozen=True, slots=True)
class Notable:
    """A connection worth a look, and why."""

    connection: int
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Digest:
    """One capture in figures; counts by name are in the order in which they should be shown."""

    packets: int
    tcp_packets: int
    bytes: int
    duration_ns: int
    connections: int
    protocols: dict[str, int]
    endings: dict[ConnState, int]
    exchanges: int
    statuses: dict[str, int]
    messages: int
    message_kinds: dict[int, int]
    message_bytes: int
    compressed_messages: int
    verdicts: dict[str, int]
    anomalies: dict[str, int]
    missed_bytes: int
    handshake: Spread | None
    wait: Spread | None
    lifetime: Spread | None
    notable: tuple[Notable, ...]


def digest(capture: Capture) -> Digest:
    """The figures of a capture as it is now."""
    packets, connections, messages = capture.packets, capture.connections, capture.messages
    times = packets["time_ns"]
    return Digest(
        packets=len(packets),
        tcp_packets=int(np.count_nonzero(packets["connection"] >= 0)),
        bytes=int(packets["length"].sum(dtype=np.int64)),
        duration_ns=int(times.max() - times.min()) if len(times) else 0,
        connections=len(connections),
        protocols={Protocol(value).name.lower(): n for value, n in _tally(connections["protocol"])},
        endings={ConnState(value): n for value, n in _tally(connections["conn_state"])},
        exchanges=len(capture.exchanges),
        statuses=_statuses(capture),
        messages=len(messages),
        message_kinds=dict(_tally(messages["kind"])),
        message_bytes=int(messages["bytes"].sum(dtype=np.uint64)),
        compressed_messages=int(np.count_nonzero(messages["compressed"])),
        verdicts=_verdicts(packets),
        anomalies={ANOMALIES[value].code: n for value, n in _tally(capture.anomalies["code"])},
        missed_bytes=int(connections["missed_bytes"].sum()),
        handshake=Spread.over(_present(connections["handshake_ns"])),
        wait=Spread.over(waits(capture)),
        lifetime=Spread.over(connections["end_ns"] - connections["start_ns"]),
        notable=_notable(capture),
    )


def waits(capture: Capture) -> Values:
    """From the end of each answered request to the first byte of its response, ns."""
    exchanges, messages = capture.exchanges, capture.http_messages
    answered = (exchanges["request"] >= 0) & (exchanges["response"] >= 0)
    asked = messages["end_ns"][exchanges["request"][answered]]
    waited: Values = messages["time_ns"][exchanges["response"][answered]] - asked
    return np.maximum(waited, 0)


def _present(values: Values) -> Values:
    return values[values >= 0]


def _tally(values: Values) -> list[tuple[int, int]]:
    """Each value and how often it occurs, the commonest first."""
    found, counts = np.unique(values, return_counts=True)
    return sorted(zip(found.tolist(), counts.tolist(), strict=True), key=lambda pair: -pair[1])


def _statuses(capture: Capture) -> dict[str, int]:
    """How exchanges were answered: by the status code's class (RFC 9110 §15), or not."""
    exchanges = capture.exchanges
    responses = exchanges["response"]
    classes = capture.http_messages["status"][responses[responses >= 0]] // 100
    found = {f"{status}xx": n for status, n in sorted(_tally(classes))}
    unanswered = int(np.count_nonzero(responses < 0))
    orphans = int(np.count_nonzero(exchanges["request"] < 0))
    return found | ({"unanswered": unanswered} if unanswered else {}) | ({"unasked": orphans} if orphans else {})


def _verdicts(packets: Table) -> dict[str, int]:
    analysis = packets["analysis"]
    counts = {verdict: int(np.count_nonzero(analysis & verdict.value)) for verdict in TROUBLING_VERDICTS}
    return {(verdict.name or "").lower(): n for verdict, n in counts.items() if n}


def _notable(capture: Capture) -> tuple[Notable, ...]:
    """Connections in trouble first, then the one that lasted longest, that carried most, that waited longest."""
    connections = capture.connections
    if not len(connections):
        return ()
    reasons: dict[int, list[str]] = {}
    for row in _in_trouble(capture):
        reasons.setdefault(row, []).append("trouble")
    lasted = connections["end_ns"] - connections["start_ns"]
    for row, reason in (
        (int(lasted.argmax()), "longest"),
        (int(connections["bytes"].sum(axis=1).argmax()), "most bytes"),
        *((row, "slowest answer") for row in _slowest(capture)),
    ):
        reasons.setdefault(row, []).append(reason)
    for row in range(len(connections)):
        if len(reasons) >= NOTABLE_CONNECTIONS:
            break
        reasons.setdefault(row, [])
    return tuple(Notable(row, tuple(why)) for row, why in reasons.items())


def _in_trouble(capture: Capture) -> list[int]:
    """The connections with most troubled packets, most anomalies or missing bytes; reset ones last."""
    packets, connections = capture.packets, capture.connections
    mask = sum(verdict.value for verdict in TROUBLING_VERDICTS)
    troubled = packets["connection"][(packets["analysis"] & mask != 0) & (packets["connection"] >= 0)]
    named = capture.anomalies["connection"]
    weight = np.bincount(troubled, minlength=len(connections)).astype(float)
    weight += np.bincount(named[named >= 0], minlength=len(connections))
    weight += connections["missed_bytes"].sum(axis=1) > 0
    weight += 0.5 * np.isin(connections["conn_state"], [state.value for state in REFUSED_OR_RESET])
    worst = np.argsort(-weight, kind="stable")[: NOTABLE_CONNECTIONS - 3]
    return [int(row) for row in worst if weight[row] > 0]


def _slowest(capture: Capture) -> list[int]:
    exchanges = capture.exchanges
    answered = (exchanges["request"] >= 0) & (exchanges["response"] >= 0)
    waited = waits(capture)
    return [int(exchanges["connection"][answered][waited.argmax()])] if len(waited) else []
