"""All kinds of anomalies, by index and by code."""

from __future__ import annotations

from inspector.anomalies.anomaly import Anomaly
from inspector.anomalies.http import HTTP
from inspector.anomalies.ip import IP
from inspector.anomalies.tcp import TCP
from inspector.anomalies.websocket import WEBSOCKET
from inspector.units import count, duration

ANOMALIES: tuple[Anomaly, ...] = IP + TCP + HTTP + WEBSOCKET

_INDEX = {anomaly.code: i for i, anomaly in enumerate(ANOMALIES)}


def index_of(code: str) -> int:
    """Return the index of this code in `ANOMALIES`, as stored in table rows.

    Raises:
        KeyError: there is no such code.
    """
    return _INDEX[code]


def describe(index: int, a: int, b: int, c: int) -> str:
    """Return the sentence of an anomaly row, with its numbers."""
    anomaly = ANOMALIES[index]
    sentence = anomaly.unknown if anomaly.unknown and -1 in (a, b, c) else anomaly.detail
    return sentence.format(a=_Number(a), b=_Number(b), c=_Number(c))


class _Number(int):
    """A number of a row.

    The format `time` makes it a duration in ns, a noun such as `byte` a count: `1 byte`, `5 bytes`.
    """

    def __format__(self, spec: str) -> str:
        if spec == "time":
            return duration(self)
        return count(self, spec) if spec[:1].isalpha() else super().__format__(spec)
