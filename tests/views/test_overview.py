"""A capture in one screen."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

import inspector
from inspector.engine.capture import Capture
from inspector.lab.sample_captures import demo_recording
from inspector.query.time_range import Span, extent
from inspector.views.overview import SHOWN, Overview, spread
from tests.web.traffic import ACK, PSH, START_NS, STEP_NS, Talk, Wire, chat, exchange


@pytest.fixture(scope="module")
def capture(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Capture]:
    """0 and 1 exchanges (packets 1 to 16), 2 a chat, 3 a heavy connection to port 81 with one segment seven times."""
    wire = Wire(tmp_path_factory.mktemp("panorama") / "panorama.pcapng")
    exchange(wire, 40000)
    exchange(wire, 40001, "/slow")
    chat(wire, 40002, "Hi")
    heavy = Talk(wire, 40003, 81)
    heavy.client(b"x" * 9000)
    for _ in range(6):
        wire.put((40003, 81), 1001, 5001, PSH | ACK, b"x" * 9000)
    wire.close()
    with inspector.open(wire.path) as capture:
        yield capture


@pytest.fixture
def whole(capture: Capture) -> Overview:
    span = extent(capture)
    assert span is not None
    return Overview(capture, span)


def test_counters_count_everything_once(capture: Capture, whole: Overview) -> None:
    counters = whole.counters()
    assert counters["packets"] == len(capture.packets)
    assert counters["bytes"] == counters["client_bytes"] + counters["server_bytes"]
    assert (counters["connections"], counters["exchanges"], counters["messages"]) == (4, 3, 1)


def test_a_stretch_counts_what_lies_in_it(capture: Capture) -> None:
    part = Overview(capture, Span(START_NS, START_NS + 7 * STEP_NS))
    assert part.counters()["packets"] == 8
    assert [row["id"] for row in part.connections()] == [0]
    assert part.times()["wait"] == {"p50": STEP_NS, "p90": STEP_NS, "p95": STEP_NS, "p99": STEP_NS} | {
        "slowest": STEP_NS,
        "of": 1,
    }


def test_the_heaviest_come_first(whole: Overview) -> None:
    assert [row["server"] for row in whole.servers()] == ["127.0.0.1:81", "127.0.0.1:80"]
    assert whole.servers()[1]["connections"] == 3
    assert whole.connections()[0] == {
        "id": 3, "client": "127.0.0.1:40003", "server": "127.0.0.1:81", "packets": 10, "bytes": [63000, 0],
    }  # fmt: skip


def test_servers_and_connections_carry_the_same_bytes(capture: Capture, whole: Overview) -> None:
    for rows in (whole.servers(), whole.connections()):
        assert np.sum([row["bytes"] for row in rows], axis=0).tolist() == capture.connections["bytes"].sum(0).tolist()


def test_trouble_is_grouped_and_leads_to_its_packets(whole: Overview) -> None:
    (found,) = (row for row in whole.troubles() if row["code"] == "retransmission")
    assert (found["title"], found["count"]) == ("Retransmissions", 6)
    assert found["packets"] == [{"packet": number, "connection": 3} for number in range(27, 27 + SHOWN)]


def test_the_worst_trouble_comes_first(whole: Overview) -> None:
    order = ["failure", "violation", "warning", "note"]
    severities = [order.index(row["severity"]) for row in whole.troubles()]
    assert severities == sorted(severities)


def test_the_slowest_wait_leads_to_its_exchange(whole: Overview) -> None:
    times = whole.times()
    assert times["handshake"]["of"] == 4
    assert times["slowest_exchange"] in (0, 1, 2)


def test_causes_of_slow_waits_lead_to_the_longest() -> None:
    with inspector.open(demo_recording().with_name("loss-timer.pcapng")) as lossy:
        span = extent(lossy)
        assert span is not None
        causes = Overview(lossy, span).causes()
        assert Overview(lossy, Span(span.from_ns, span.from_ns + 1)).causes() == []
    assert [row["cause"] for row in causes][:2] == ["timeout", "handshake"]
    assert (causes[0]["waits"], causes[1]["waits"]) == (1, 0)
    assert causes[0]["longest"] == {"kind": "exchange", "row": 0, "connection": 0}
    assert causes[0]["ns"] > 200_000_000


def test_percentiles_are_values_that_occurred() -> None:
    assert spread(np.arange(1, 201)) == {"p50": 100, "p90": 180, "p95": 190, "p99": 198, "slowest": 200, "of": 200}
    assert spread(np.array([7])) == {"p50": 7, "p90": 7, "p95": 7, "p99": 7, "slowest": 7, "of": 1}
    assert spread(np.empty(0, np.int64)) is None


def test_a_stretch_in_which_nothing_happened_is_empty(capture: Capture) -> None:
    before = Overview(capture, Span(0, 1))
    assert (before.counters()["packets"], before.servers(), before.connections(), before.troubles()) == (0, [], [], [])
    assert before.times() == {"handshake": None, "wait": None, "slowest_exchange": None}
