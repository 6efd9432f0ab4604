"""Which packets have comparable timestamps, and the durations between them.

A capture's timestamps are expected to increase. If one goes back, the clock was set, the timestamp is corrupt, or the
packets of several interfaces are not in order: the capture cannot tell which. So each packet is assigned to a *clock*,
within which times increase, and durations are known only between packets of the same clock. One case is clear: if the
timestamp of a single packet is far ahead of those of both its neighbours, that timestamp is wrong, and the neighbours'
clock continues.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from inspector.pcap.packet_times import NO_TIME, fill_in
from inspector.tables.arrays import Times
from inspector.tables.table import Table
from inspector.units import count, duration

if TYPE_CHECKING:
    from inspector.engine.capture import Capture

Rows = npt.NDArray[np.integer[Any]]

JITTER_NS = 1_000_000
"""A timestamp that goes back by no more than this still belongs to the same clock: several queues or processors of one
machine write packets slightly out of order. A duration that would be negative is unknown nevertheless."""

CORRUPT_NS, STANDS_OUT = 1_000_000_000, 10
"""A timestamp is wrong if it is ahead of both its neighbours by more than CORRUPT_NS and by at least STANDS_OUT times
the distance between the neighbours. Packets that are merely out of order are ahead by less, or are not alone."""

FAR_NS = 30 * 86_400 * 10**9
"""A timestamp that is further ahead than this belongs to another clock: no capture is silent for a month."""

CLOCKS = 8
"""The maximum number of clocks that may continue at a time, such as one per interface; the one that has been idle
longest is dropped."""

NO_CLOCK = 0xFFFF
"""The clock of packets that have no timestamp in the file. Their `time_ns` is that of the packet before, so that they
keep their place among the others; it is never shown, and no duration is measured with it."""

MOST_CLOCKS = NO_CLOCK - 1
"""The maximum number of clocks that the column can distinguish; all further clocks share the last number."""

UNKNOWN = -1


class Back(NamedTuple):
    """A packets row whose timestamp is `by_ns` earlier than that of the row before.

    If `behind_ns` is not UNKNOWN, the row is an outlier instead: its timestamp is `by_ns` later than that of the row
    before and `behind_ns` later than that of the row after.
    """

    row: int
    by_ns: int
    behind_ns: int = UNKNOWN


class Clocks:
    """Fills packets.clock, and records timestamps that go back."""

    def __init__(self, packets: Table) -> None:
        self._packets = packets
        self._latest: dict[int, int] = {}
        """The latest time of each clock that may continue, by clock number; the current clock is the last item."""
        self._next = 0
        self._before: int | None = None
        """The latest time of the current clock before the last packet; None if there was none, if the last packet
        changed the clock, or if its own time is earlier than that."""
        self.back: list[Back] = []
        """The timestamps that went back since the last `take_back`."""
        self.revised: list[int] = []
        """The packets rows of earlier batches that were given another clock since the last `take_back`."""
        self.count = 0
        self.most_ns = 0
        self.untimed = 0
        """The number of packets without a timestamp."""

    def advance(self, first: int, stop: int) -> None:
        """Assign clocks to packets rows [first, stop)."""
        times = self._packets["time_ns"]
        lost = times[first:stop] == NO_TIME
        if lost.any():
            fill_in(times[:stop], first)
            self.untimed += int(np.count_nonzero(lost))
        if not self._latest:
            self._latest, self._next = {0: int(times[first])}, 1
        steps = np.diff(times[max(first - 1, 0) : stop])
        back = np.flatnonzero(steps < 0) + max(first, 1)
        self.count += len(back)
        self.most_ns = max([self.most_ns, *(times[back - 1] - times[back]).tolist()])
        if len(self._latest) == 1 and not len(back) and steps.max(initial=0) < FAR_NS:
            (clock,) = self._latest
            before = max(self._latest[clock], int(times[stop - 2])) if stop - first > 1 else self._latest[clock]
            self._before = before if stop > 1 and before <= times[stop - 1] else None
            self._latest[clock] = max(before, int(times[stop - 1]))
            self._packets["clock"][first:stop] = clock
        else:
            for row, time_ns in enumerate(times[first:stop].tolist(), first):
                self._number(row, time_ns, first)
        if self.untimed:
            self._packets["clock"][first:stop][lost] = NO_CLOCK

    def _number(self, row: int, time_ns: int, first: int) -> None:
        """Assign a clock to a packet; `first` is the batch's first row."""
        times, clocks = self._packets["time_ns"], self._packets["clock"]
        if row and time_ns < times[row - 1]:
            if self._stands_out(time_ns):
                self._set_apart(row - 1, first)
                self.back.append(Back(row - 1, int(times[row - 1] - times[row - 2]), int(times[row - 1]) - time_ns))
            else:
                self.back.append(Back(row, int(times[row - 1]) - time_ns))
        current, latest = next(reversed(self._latest.items()))
        clocks[row] = clock = self._clock_of(time_ns)
        self._before = latest if row and clock == current and latest <= time_ns else None

    def _stands_out(self, time_ns: int) -> bool:
        """Whether the last packet is an outlier: far ahead of both the packet before it and the next one.

        `time_ns` is the time of the next packet, which must not be earlier than the packet before the outlier.
        """
        if self._before is None:
            return False
        ahead = next(reversed(self._latest.values())) - time_ns
        return ahead > CORRUPT_NS and 0 <= STANDS_OUT * (time_ns - self._before) <= ahead

    def _set_apart(self, row: int, first: int) -> None:
        """Give the outlying packet a clock of its own; the current clock continues without it."""
        clock, time_ns = self._latest.popitem()
        assert self._before is not None
        self._packets["clock"][row], self._next = self._next, min(self._next + 1, MOST_CLOCKS)
        self._latest[int(self._packets["clock"][row])] = time_ns
        self._latest[clock] = self._before
        if row < first:
            self.revised.append(row)

    def _clock_of(self, time_ns: int) -> int:
        """The clock that this time continues: the nearest clock that is not ahead of it.

        If there is none, it is the current clock if that is ahead by jitter only, otherwise a new one.
        """
        ahead = {clock: time_ns - latest for clock, latest in self._latest.items() if 0 <= time_ns - latest < FAR_NS}
        if ahead:
            clock = min(reversed(ahead), key=ahead.__getitem__)
        elif self._latest and 0 < self._latest[clock := next(reversed(self._latest))] - time_ns <= JITTER_NS:
            return clock
        else:
            clock, self._next = self._next, min(self._next + 1, MOST_CLOCKS)
        self._latest.pop(clock, None)
        self._latest[clock] = time_ns
        if len(self._latest) > CLOCKS:
            del self._latest[next(iter(self._latest))]
        return clock

    def take_back(self) -> tuple[list[Back], list[int]]:
        """Return `back` and `revised`, and empty both."""
        found = self.back, self.revised
        self.back, self.revised = [], []
        return found

    def note(self) -> str | None:
        """A note about the whole capture; None if no time went back."""
        if not self.count:
            return None
        return (
            f"timestamps go backwards at {count(self.count, 'packet')}, by up to {duration(self.most_ns)}: durations "
            "across"
            " them are unknown. If the packets are only out of order, --sort corrects that"
        )


def has_time(capture: Capture, packets: Rows) -> npt.NDArray[np.bool_]:
    """Whether the file has a timestamp for each of these packets rows."""
    table = capture.packets["clock"]
    return table[packets] != NO_CLOCK if len(table) else np.ones(len(packets), bool)


def time_of(capture: Capture, packet: int) -> int | None:
    """The capture time of a packet, in ns since the first packet; None if the file has no timestamp for it."""
    packets = capture.packets
    is_told = packets["clock"][packet] != NO_CLOCK
    return int(packets["time_ns"][packet]) - (capture.start_ns or 0) if is_told else None


def elapsed(
    packets: Table, start: Rows, stop: Rows, start_ns: Times | None = None, stop_ns: Times | None = None
) -> Times:
    """The durations in ns between packets rows, or between `start_ns` and `stop_ns`, measured by those packets' clocks.

    A duration is UNKNOWN if the clocks differ, if the second moment is before the first, or if a row is -1.
    """
    times, clock = packets["time_ns"], packets["clock"]
    if not len(times):
        return np.full(len(start), UNKNOWN, np.int64)
    took: Times = (times[stop] if stop_ns is None else stop_ns) - (times[start] if start_ns is None else start_ns)
    is_one_clock = (clock[start] == clock[stop]) & (clock[start] != NO_CLOCK)
    is_known = (start >= 0) & (stop >= 0) & is_one_clock & (took >= 0)
    return np.where(is_known, took, UNKNOWN)


def lifetimes(capture: Capture, connections: Any = slice(None)) -> Times:
    """The time in ns from the first to the last packet of each connection; UNKNOWN if their clocks differ."""
    table = capture.connections
    return elapsed(capture.packets, table["first_packet"][connections], table["last_packet"][connections])


def transfers(capture: Capture, messages: Rows) -> Times:
    """The time in ns from the first to the last byte of HTTP messages.

    It is UNKNOWN if the clocks of the two packets differ, and for a row of -1.
    """
    table = capture.http_messages
    if not len(table):
        return np.full(len(messages), UNKNOWN, np.int64)
    first, last, start, end = (table[name][messages] for name in ("packet", "last_packet", "time_ns", "end_ns"))
    took = elapsed(capture.packets, first, last, start, end)
    return np.where(messages >= 0, took, UNKNOWN)


def extent(packets: Table) -> int | None:
    """The time in ns from the earliest packet to the latest.

    It is 0 without packets, and None if the packets have different clocks or none has a timestamp.
    """
    times, clock = packets["time_ns"], packets["clock"]
    if not len(times):
        return 0
    if clock.max() == NO_CLOCK:
        clock, times = clock[clock != NO_CLOCK], times[clock != NO_CLOCK]
    return int(times.max() - times.min()) if len(clock) and clock.min() == clock.max() else None


def response_times(capture: Capture, exchanges: Any = slice(None)) -> Times:
    """The time in ns from the end of each request to the first byte of its response.

    It is 0 if the response was sent before its sender had received the whole request, and UNKNOWN if either message is
    missing or timestamps go back between them.
    """
    messages, packets = capture.http_messages, capture.packets
    requests, responses = (capture.exchanges[name][exchanges] for name in ("request", "response"))
    if not len(messages):
        return np.full(len(requests), UNKNOWN, np.int64)
    first, last, by = messages["packet"][requests], messages["last_packet"][requests], messages["packet"][responses]
    requested, responded = messages["end_ns"][requests], messages["time_ns"][responses]
    since_begin = elapsed(packets, first, by, messages["time_ns"][requests], responded)
    is_known = (requests >= 0) & (responses >= 0) & (since_begin >= 0)
    took = np.where(is_known, elapsed(packets, last, by, requested, responded), UNKNOWN)
    early = np.flatnonzero(is_known & (requested >= responded))
    by, last = by[early], last[early]
    is_early = (elapsed(packets, by, last, responded[early], requested[early]) >= 0) & ~_acknowledges(packets, by, last)
    took[early[is_early]] = 0
    return took


def connects(capture: Capture, exchanges: Any = slice(None)) -> Times:
    """The time in ns that the handshake before each request took; it is attributed to the first request of a
    connection, and UNKNOWN for all others.
    """
    requests, messages = capture.exchanges["request"][exchanges], capture.http_messages
    if not len(messages):
        return np.full(len(requests), UNKNOWN, np.int64)
    is_first = (requests >= 0) & (messages["stream_offset"][requests] == 0)
    took = capture.connections["handshake_ns"][capture.exchanges["connection"][exchanges]]
    return np.where(is_first, took, UNKNOWN)


def durations(capture: Capture, exchanges: Any = slice(None)) -> Times:
    """The time in ns from the handshake or the request to the end of the response, as a waterfall shows it.

    It is UNKNOWN without a response, and if timestamps go back within the exchange.
    """
    table, messages = capture.exchanges, capture.http_messages
    request, response = table["request"][exchanges], table["response"][exchanges]
    if not len(messages):
        return np.full(len(request), UNKNOWN, np.int64)
    connect, wait = connects(capture, exchanges), response_times(capture, exchanges)
    send, receive = transfers(capture, request), transfers(capture, response)
    requested, responded = messages["time_ns"][request], messages["time_ns"][response]
    begin = np.where(request >= 0, requested - np.maximum(connect, 0), responded)
    end = np.where(request >= 0, np.maximum(requested + send + wait, responded + receive), responded + receive)
    is_known = (response >= 0) & (receive >= 0) & ((request < 0) | ((send >= 0) & (wait >= 0)))
    return np.where(is_known, end - begin, UNKNOWN)


def _acknowledges(packets: Table, by: Rows, sent: Rows) -> npt.NDArray[np.bool_]:
    """Whether each packet in `by` acknowledges all bytes of the corresponding packet in `sent`, from the peer."""
    behind = packets["ack"][by] - packets["seq"][sent] - packets["payload"][sent]
    covered: npt.NDArray[np.bool_] = behind.astype(np.int32) >= 0
    return covered
