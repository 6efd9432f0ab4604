"""A time range, and the rows of a capture that fall into it. The timeline's brush selects the range for all views."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from inspector.http.message_notes import Note
from inspector.query.outcomes import STILL_OPEN, Outcomes, is_open
from inspector.tables.arrays import Mask, Rows, Times
from inspector.tables.table import Direction

if TYPE_CHECKING:
    from inspector.engine.capture import Capture


@dataclass(frozen=True, slots=True)
class Span:
    """A time range in ns since 1970; both ends are included."""

    from_ns: int
    to_ns: int

    def holds(self, times: Times) -> Mask:
        """Which of these times are in the range."""
        held: Mask = (times >= self.from_ns) & (times <= self.to_ns)
        return held

    def touches(self, starts: Times, ends: Times) -> Mask:
        """Which of these intervals overlap the range; one without a known end counts as a single moment."""
        touched: Mask = (starts <= self.to_ns) & (np.maximum(starts, ends) >= self.from_ns)
        return touched


def extent(capture: Capture) -> Span | None:
    """The time range from the earliest packet to the latest, even if packets are not in order of time; None without
    packets.
    """
    times = capture.packets["time_ns"]
    return Span(int(times.min()), int(times.max())) if len(times) else None


def is_cut_off(capture: Capture, exchanges: Rows) -> Mask:
    """Which exchanges have a response that was cut off; bytes that are only missing from the capture do not count."""
    response = capture.exchanges["response"][exchanges]
    if not len(capture.http_messages):
        return np.zeros(len(response), bool)
    cut: Mask = (response >= 0) & (capture.http_messages["notes"][response] & Note.CUT_SHORT.value != 0)
    return cut


def gets_no_response(capture: Capture, exchanges: Rows, became: Outcomes | None = None) -> Mask:
    """Which exchanges will never get a response: they have only a request, and their connection has ended. Exchanges
    whose response may be among the server's bytes that are missing from the capture do not count.

    Args:
        exchanges: rows of exchanges.
        became: the outcomes of all connections, if they are already known.
    """
    table, connections = capture.exchanges, capture.connections
    found: Mask = (table["request"][exchanges] >= 0) & (table["response"][exchanges] < 0)
    alone = np.flatnonzero(found)
    owners = table["connection"][exchanges][alone]
    is_over = ~(is_open(connections, owners) if became is None else STILL_OPEN[became[owners]])
    is_whole = connections["missed_bytes"][owners, Direction.SERVER] == 0
    is_whole &= connections["packets"][owners, Direction.SERVER] > 0
    found[alone] = is_over & is_whole
    return found


def within(capture: Capture, name: str, span: Span) -> Mask:
    """Which rows of the table `name` lie at least partly in `span`."""
    return _WITHIN[name](capture, span)


def exchange_times(capture: Capture, chosen: npt.NDArray[np.intp] | slice = slice(None)) -> tuple[Times, Times]:
    """When exchanges begin and end: the time of the request's first byte, and of the response's last byte. If one of
    the two messages is missing, both times are the other one's.
    """
    messages, exchanges = capture.http_messages, capture.exchanges
    request, response = exchanges["request"][chosen], exchanges["response"][chosen]
    # An exchange has at least one of the two messages; where one is -1, the other is used.
    first, last = np.where(request >= 0, request, response), np.where(response >= 0, response, request)
    return messages["time_ns"][first], messages["end_ns"][last]


def _at(capture: Capture, name: str, column: str = "time_ns") -> Times:
    times: Times = getattr(capture, name)[column]
    return times


def _lasting(name: str, start: str, end: str) -> Callable[[Any, Span], Mask]:
    return lambda capture, span: span.touches(_at(capture, name, start), _at(capture, name, end))


_WITHIN: dict[str, Callable[[Any, Span], Mask]] = {
    "packets": lambda capture, span: span.holds(_at(capture, "packets")),
    "connections": _lasting("connections", "start_ns", "end_ns"),
    "exchanges": lambda capture, span: span.touches(*exchange_times(capture)),
    "frames": lambda capture, span: span.holds(_at(capture, "frames")),
    "messages": _lasting("messages", "time_ns", "end_ns"),
    "anomalies": lambda capture, span: span.holds(_at(capture, "packets")[capture.anomalies["packet"]]),
}
