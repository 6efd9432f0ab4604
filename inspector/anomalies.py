"""Every oddity the engine can report: code, what it says, and the rule it breaks.

An anomaly row (`tables.ANOMALIES`) holds the index of its code here and the numbers that were compared; `describe` puts
them into the code's sentence. The documentation is made from the same lists.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Anomaly:
    """One kind of oddity.

    `detail` is a sentence with the places {a}, {b}, {c} for the row's numbers. `severity` is "note" (legal, worth knowing), "warning"
    (something went wrong on the way) or "violation" (an RFC's MUST is broken).
    """

    code: str
    title: str
    detail: str
    reference: str
    severity: str = "warning"


TCP: tuple[Anomaly, ...] = ()

HTTP: tuple[Anomaly, ...] = ()

WEBSOCKET: tuple[Anomaly, ...] = ()

ANOMALIES: tuple[Anomaly, ...] = TCP + HTTP + WEBSOCKET

_INDEX = {anomaly.code: i for i, anomaly in enumerate(ANOMALIES)}


def index_of(code: str) -> int:
    """The number by which table rows name this code; KeyError when there is no such code."""
    return _INDEX[code]


def describe(index: int, a: int, b: int, c: int) -> str:
    """The row's sentence, its numbers in place."""
    return ANOMALIES[index].detail.format(a=a, b=b, c=c)
