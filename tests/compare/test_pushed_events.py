"""Events of a stream, each with the packet that brought its end, however packets and chunks cut it."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence

import pytest

from inspector.compare.comparison import Findings
from inspector.content import event_stream_packets as module
from inspector.content.event_stream_packets import LONGEST_EVENT
from tests.compare.conftest import Write
from tests.compare.traffic import NEWS, SERVER, Connection, Wire, event, open_stream

Measure = Callable[[Write], Findings]


def streamed(*pieces: bytes) -> Write:
    def write(wire: Wire) -> None:
        connection = Connection(wire, 50001)
        open_stream(connection)
        for piece in pieces:
            connection.say(SERVER, piece)

    return write


def found(measured: Measure, *pieces: bytes) -> list[tuple[int, bytes]]:
    """Which piece brought an event, and its data."""
    events = measured(streamed(*pieces)).all_messages.events
    return [((e.packet - 7) // 2, e.data) for e in events]


def test_an_event_belongs_to_the_packet_that_brought_its_end(measured: Measure) -> None:
    whole = event("one") + event("two")
    assert found(measured, whole[:9], whole[9:20], whole[20:]) == [(1, b"one"), (2, b"two")]


@pytest.mark.parametrize("cuts", [(1,), (5, 6), (3, 11, 14, 19)])
def test_cuts_change_nothing_but_the_packet(measured: Measure, cuts: Sequence[int]) -> None:
    whole = event("first") + event("second") + event("third")
    edges = [0, *cuts, len(whole)]
    pieces = [whole[a:b] for a, b in itertools.pairwise(edges)]
    assert [data for _, data in found(measured, *pieces)] == [b"first", b"second", b"third"]


def test_comments_are_no_events(measured: Measure) -> None:
    assert found(measured, b"e\r\n: keep-alive\n\n\r\n") == []


def test_an_event_without_end_is_not_waited_for(measured: Measure) -> None:
    flood = b"x" * 30_000
    pieces = [b"%x\r\n%s\r\n" % (len(flood), flood) for _ in range(LONGEST_EVENT // len(flood) + 2)]
    assert found(measured, *pieces, event("")) == []


def test_events_of_the_five_ways_are_the_news(five: Findings) -> None:
    assert [(e.data.decode(), e.useful) for e in five.all_messages.events] == [(text, len(text)) for text in NEWS]


@pytest.mark.parametrize(("sent", "events"), [(3, 3), (4, 3)], ids=["as many as are kept", "one more"])
def test_so_many_events_are_found(measured: Measure, monkeypatch: pytest.MonkeyPatch, sent: int, events: int) -> None:
    monkeypatch.setattr(module, "MOST_EVENTS", 3)
    assert len(found(measured, *[event("news")] * sent)) == events


@pytest.mark.parametrize(("less", "events"), [(0, 2), (1, 1)], ids=["as many bytes as are read", "one more"])
def test_so_many_bytes_of_a_stream_are_read(
    measured: Measure, monkeypatch: pytest.MonkeyPatch, less: int, events: int
) -> None:
    monkeypatch.setattr(module, "MOST_BYTES", len(event("one")) + 1 - less)
    assert len(found(measured, event("one"), event("two"))) == events
