"""The figures that summarize a capture: as many as fit on one screen or at the top of a report.

Everything is computed from whole columns, so it costs milliseconds for a million packets.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from inspector.engine.clocks import extent, lifetimes, response_times
from inspector.http.head import head
from inspector.query.outcomes import ABNORMAL, WORDS, Outcome, outcomes
from inspector.query.percentiles import percentiles
from inspector.query.troubles import SERIOUS, Trouble, failures, find_failures, troubles
from inspector.query.waits import CauseTotal, slow_waits, totals
from inspector.tables.arrays import Values
from inspector.tables.table import SIDES, Protocol
from inspector.tcp.verdicts import TROUBLE
from inspector.units import count

if TYPE_CHECKING:
    from inspector.engine.capture import Capture


NOTABLE_CONNECTIONS = 8

ACTIVITY_BINS = 60


@dataclass(frozen=True, slots=True)
class Distribution:
    """The distribution of some durations, in ns: median, 95th percentile, maximum, and `of`, how many there are."""

    median: int
    p95: int
    slowest: int
    of: int

    @classmethod
    def over(cls, nanoseconds: Values) -> Distribution | None:
        """The distribution of these durations; None if there are none. Percentiles are by nearest rank: values that
        occurred.
        """
        if not len(nanoseconds):
            return None
        middle, p95 = percentiles(nanoseconds, (50, 95))
        return cls(middle, p95, int(nanoseconds.max()), len(nanoseconds))


@dataclass(frozen=True, slots=True)
class Notable:
    """A connection worth a look, and the reasons why."""

    connection: int
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CaptureSummary:
    """The figures of one capture; counts by name are in the order in which they should be shown."""

    packets: int
    tcp_packets: int
    bytes: int
    duration_ns: int | None
    """None if timestamps go back."""
    activity: tuple[int, ...]
    """Packets in each of `ACTIVITY_BINS` equal parts of the duration."""
    connections: int
    protocols: dict[str, int]
    endings: dict[Outcome, int]
    exchanges: int
    statuses: dict[str, int]
    messages: int
    message_kinds: dict[int, int]
    message_bytes: int
    compressed_messages: int
    troubles: tuple[Trouble, ...]
    """What went wrong, the most severe first; last come things that are legal but worth knowing."""
    missed_bytes: int
    handshake: Distribution | None
    wait: Distribution | None
    lifetime: Distribution | None
    slow_waits: int
    """Exchanges and messages that waited for at least `query.waits.SLOW_NS`."""
    causes: tuple[CauseTotal, ...]
    """What these waited for, the cause that took most time first."""
    notable: tuple[Notable, ...]


def summarise(capture: Capture) -> CaptureSummary:
    """Compute the figures of a capture as it is now."""
    packets, connections, messages = capture.packets, capture.connections, capture.messages
    times, became = packets["time_ns"], outcomes(connections)
    found, slow = slow_waits(capture)
    failed, lasted, waited = find_failures(capture, became), lifetimes(capture), response_times(capture)
    return CaptureSummary(
        packets=len(packets),
        tcp_packets=int(np.count_nonzero(packets["connection"] >= 0)),
        bytes=int(packets["length"].sum(dtype=np.int64)),
        duration_ns=extent(packets),
        activity=_activity(times),
        connections=len(connections),
        protocols={Protocol(value).name.lower(): n for value, n in _tally(connections["protocol"])},
        endings={Outcome(value): n for value, n in _tally(became)},
        exchanges=len(capture.exchanges),
        statuses=_statuses(capture),
        messages=len(messages),
        message_kinds=dict(_tally(messages["kind"])),
        message_bytes=int(messages["bytes"].sum(dtype=np.uint64)),
        compressed_messages=int(np.count_nonzero(messages["compressed"])),
        troubles=tuple(troubles(capture, found=failed)),
        missed_bytes=int(connections["missed_bytes"].sum()),
        handshake=Distribution.over(_present(connections["handshake_ns"])),
        wait=Distribution.over(_present(waited)),
        lifetime=Distribution.over(_present(lasted)),
        slow_waits=len(slow),
        causes=tuple(totals(found, slow)),
        notable=_notable(capture, _troubles(capture, became, failures(capture, failed)), lasted, waited),
    )


def _activity(times: Values) -> tuple[int, ...]:
    if not len(times):
        return ()
    # Relative to the first packet, since 64-bit floats cannot distinguish single nanoseconds since 1970.
    counts, _ = np.histogram(times - times.min(), ACTIVITY_BINS)
    return tuple(counts.tolist())


def _present(values: Values) -> Values:
    return values[values >= 0]


def _tally(values: Values) -> list[tuple[int, int]]:
    """Each value in a column of small integers with its number of occurrences, the most frequent first."""
    counts = enumerate(np.bincount(values).tolist())
    return sorted(((value, n) for value, n in counts if n), key=lambda pair: -pair[1])


def _statuses(capture: Capture) -> dict[str, int]:
    """The numbers of exchanges by the class of their status code (RFC 9110 §15), with "switched" for 101; and of those
    without a status code, a response or a request.
    """
    exchanges = capture.exchanges
    responses = exchanges["response"]
    classes = capture.http_messages["status"][responses[responses >= 0]] // 100
    found = {"switched" if status == 1 else f"{status}xx": n for status, n in sorted(_tally(classes))}
    without = _without_status(capture, responses)
    if without:
        found = {name: n - without * (name == "0xx") for name, n in found.items()}
        found = {name: n for name, n in found.items() if n} | {"no status": without}
    unanswered = int(np.count_nonzero(responses < 0))
    orphans = int(np.count_nonzero(exchanges["request"] < 0))
    return (
        found | ({"unanswered": unanswered} if unanswered else {}) | ({"without a request": orphans} if orphans else {})
    )


def _without_status(capture: Capture, responses: Values) -> int:
    """The number of responses without a readable status code. The table has 0 for them, but also for a status of 000,
    which can be read.
    """
    zero = responses[responses >= 0]
    zero = zero[capture.http_messages["status"][zero] == 0]
    return sum(head(capture, row).status is None for row in zero.tolist())


def _notable(capture: Capture, reasons: dict[int, list[str]], lasted: Values, waited: Values) -> tuple[Notable, ...]:
    """Connections in trouble first; then the one that lasted longest, the one that carried the most bytes, and the one
    with the slowest response.
    """
    connections = capture.connections
    if not len(connections):
        return ()
    for row, reason in (
        (int(lasted.argmax()), "longest"),
        (int(connections["bytes"].sum(axis=1).argmax()), "most bytes"),
        *((row, "slowest response") for row in _slowest(capture, waited)),
    ):
        if len(connections) > 1:
            reasons.setdefault(row, []).append(reason)
    for row in range(len(connections)):
        if len(reasons) >= NOTABLE_CONNECTIONS:
            break
        reasons.setdefault(row, [])
    return tuple(Notable(row, tuple(why)) for row, why in reasons.items())


def _troubles(capture: Capture, ends: Values, failed: Values) -> dict[int, list[str]]:
    """The connections with the most problems, the worst first, with descriptions of their problems."""
    connections = capture.connections
    troubled = _troubled_packets(capture)
    anomalies = _anomalies(capture)
    missed = connections["missed_bytes"].sum(axis=1)
    is_bad = np.isin(ends, ABNORMAL)
    who = (*SIDES, "")
    weight = troubled + anomalies + (missed > 0) + failed
    worst = [row for row in np.argsort(-weight, kind="stable")[: NOTABLE_CONNECTIONS - 3].tolist() if weight[row]]
    return {
        row: [
            *(
                [WORDS[Outcome(ends[row])].one.format(reset_by=who[connections["reset_by"][row]])]
                if is_bad[row]
                else []
            ),
            *([count(failed[row] - is_bad[row], "failure")] if failed[row] > is_bad[row] else []),
            *([count(troubled[row], "troubled packet")] if troubled[row] else []),
            *([f"{count(missed[row], 'byte')} missing"] if missed[row] else []),
            *([count(anomalies[row], "anomaly", "anomalies")] if anomalies[row] else []),
        ]
        for row in worst
    }


def _anomalies(capture: Capture) -> Values:
    """The number of anomalies of each connection, not counting notes."""
    table = capture.anomalies
    counts = SERIOUS[table["code"]] & (table["connection"] >= 0)
    counted: Values = np.bincount(table["connection"][counts], minlength=len(capture.connections))
    return counted


def _troubled_packets(capture: Capture) -> Values:
    """The number of packets of each connection that have a verdict that means trouble."""
    packets = capture.packets
    connection = packets["connection"][np.flatnonzero(packets["analysis"] & TROUBLE.value)]
    counted: Values = np.bincount(connection, minlength=len(capture.connections))
    return counted


def _slowest(capture: Capture, waited: Values) -> list[int]:
    return [int(capture.exchanges["connection"][waited.argmax()])] if waited.max(initial=-1) >= 0 else []
