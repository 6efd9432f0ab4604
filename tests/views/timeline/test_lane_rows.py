"""Rows of the timeline's lanes: texts and numbers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

import inspector
from inspector.engine.capture import Capture
from inspector.query.time_range import Span, extent
from inspector.views.rows import connection_rows
from inspector.views.timeline.activity import activity
from inspector.views.timeline.lane_rows import MAX_TEXT, lane_rows
from inspector.views.timeline.marks import Drawing
from tests.web.traffic import START_NS, STEP_NS, Talk, Wire, chat, exchange


@pytest.fixture(scope="module")
def capture(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Capture]:
    """0: an exchange. 1: a chat left open. 2: a connection without payload. 3: an unanswered request."""
    wire = Wire(tmp_path_factory.mktemp("rows") / "lanes.pcapng")
    exchange(wire, 40000, "/" + "x" * 500)
    chat(wire, 40001, "Hi", "Bob")
    Talk(wire, 40002)
    Talk(wire, 40003).client(b"GET /never HTTP/1.1\r\nHost: demo\r\n\r\n")
    wire.close()
    with inspector.open(wire.path) as capture:
        yield capture


def lanes(capture: Capture, *connections: int) -> list[dict[str, object]]:
    span = extent(capture)
    assert span is not None
    return lane_rows(Drawing(capture, np.array(connections, np.intp), span, 100))


def test_a_lane_is_the_connections_row_and_more(capture: Capture) -> None:
    (lane,) = lanes(capture, 1)
    row = connection_rows(capture, [1])[0]
    assert lane | row == lane


@pytest.mark.parametrize(
    ("connection", "said"),
    [
        pytest.param(
            0,
            {"exchanges": 1, "status": 200, "is_open": False, "established": True, "messages": [0, 0]},
            id="an exchange",
        ),
        pytest.param(1, {"asks": "GET /chat", "status": 101, "is_open": True, "messages": [0, 2]}, id="a chat"),
        pytest.param(2, {"asks": None, "exchanges": 0, "status": None, "wait_ns": None}, id="silence"),
        pytest.param(3, {"asks": "GET /never", "exchanges": 1, "status": None, "wait_ns": None}, id="no answer"),
    ],
)
def test_a_lane_says_what_became_of_it(capture: Capture, connection: int, said: dict[str, object]) -> None:
    (lane,) = lanes(capture, connection)
    assert said.items() <= lane.items()


def test_lanes_come_in_the_order_of_the_drawing(capture: Capture) -> None:
    assert [lane["id"] for lane in lanes(capture, 3, 0, 2)] == [3, 0, 2]
    assert [lane["status"] for lane in lanes(capture, 3, 0, 2)] == [None, 200, None]
    assert lanes(capture) == []


def test_the_status_beside_the_first_request_is_its_own(tmp_path: Path) -> None:
    wire = Wire(tmp_path / "several.pcapng")
    talk = Talk(wire, 40000)
    for status, body in ((b"200 OK", b"Hi"), (b"404 Not Found", b""), (b"200 OK", b"Hello, cut off")):
        talk.client(b"GET /%s HTTP/1.1\r\nHost: demo\r\n\r\n" % status[:3])
        talk.server(b"HTTP/1.1 %s\r\nContent-Length: %d\r\n\r\n%s" % (status, len(body), body[:5]))
    talk.close()
    wire.close()
    with inspector.open(wire.path) as capture:
        (lane,) = lanes(capture, 0)
        assert (lane["asks"], lane["status"]) == ("GET /200", 200)
        assert lane["statuses"] == [(200, 2), (404, 1)]
        assert lane["cut"] == 1
        span = extent(capture)
        assert span is not None
        assert Drawing(capture, np.array([0], np.intp), span, 1000).blocks()["failed"] == [0, 1, 1]


def test_a_long_request_is_cut(capture: Capture) -> None:
    (lane,) = lanes(capture, 0)
    assert len(str(lane["asks"])) == MAX_TEXT


def test_times_count_from_the_first_packet(capture: Capture) -> None:
    (lane,) = lanes(capture, 0)
    assert (lane["closing_at_ns"], lane["wait_ns"]) == (5 * STEP_NS, STEP_NS)


def test_activity_counts_every_packet_once(capture: Capture) -> None:
    whole = extent(capture)
    assert whole is not None
    busy = activity(capture, whole, 7)
    assert sum(busy["packets"]) == len(capture.packets)
    assert sum(busy["bytes"]) == int(capture.packets["length"].sum())
    assert [len(column) for column in busy.values()] == [7, 7, 7]


def test_activity_of_a_part_counts_that_part(capture: Capture) -> None:
    busy = activity(capture, Span(START_NS + STEP_NS, START_NS + 4 * STEP_NS), 2)
    assert busy["packets"] == [2, 2]
