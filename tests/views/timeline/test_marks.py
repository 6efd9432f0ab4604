"""What is drawn on the lanes: never more than there are pixels, and nothing left out."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

import inspector
from inspector.engine.capture import Capture
from inspector.query.time_range import Span, extent
from inspector.views.timeline.marks import Drawing, Tick
from tests.web.traffic import ACK, PSH, START_NS, STEP_NS, Talk, Wire, sample


@pytest.fixture(scope="module")
def capture(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Capture]:
    with inspector.open(sample(tmp_path_factory.mktemp("marks") / "sample.pcapng")) as capture:
        yield capture


def drawing(capture: Capture, connections: list[int], width: int, span: Span | None = None) -> Drawing:
    whole = span or extent(capture)
    assert whole is not None
    return Drawing(capture, np.array(connections, np.intp), whole, width)


def packets(first: int, last: int) -> Span:
    return Span(START_NS + (first - 1) * STEP_NS, START_NS + (last - 1) * STEP_NS)


def test_with_room_enough_every_packet_is_a_tick(capture: Capture) -> None:
    ticks = drawing(capture, [0, 1, 2], 2600).ticks()
    assert ticks["packet"] == list(range(1, 27))
    assert set(ticks["count"]) == {1}
    assert ticks["lane"] == [0] * 8 + [1] * 10 + [2] * 8


def test_a_tick_says_who_sent_and_what(capture: Capture) -> None:
    bits = [Tick(value) for value in drawing(capture, [0], 2600).ticks()["bits"]]
    assert bits[0] == Tick.CLIENT | Tick.SYN
    assert bits[1] == Tick.SERVER | Tick.SYN
    assert bits[3] == Tick.CLIENT | Tick.PAYLOAD
    assert bits[5] == Tick.CLIENT | Tick.FIN


@pytest.mark.parametrize("width", [1, 2, 7, 13, 400])
def test_packets_that_share_a_pixel_are_counted(capture: Capture, width: int) -> None:
    ticks = drawing(capture, [2, 0, 1], width).ticks()
    assert sum(ticks["count"]) == len(capture.packets)
    assert len(ticks["count"]) <= 3 * width
    assert all(0 <= column < width for column in ticks["column"])


def test_one_pixel_says_everything_of_its_packets(capture: Capture) -> None:
    ticks = drawing(capture, [0], 1).ticks()
    assert ticks["count"] == [8]
    assert Tick(ticks["bits"][0]) == Tick.CLIENT | Tick.SERVER | Tick.PAYLOAD | Tick.SYN | Tick.FIN


def test_a_tick_has_the_size_of_its_largest_packet_by_each_side(capture: Capture) -> None:
    payload, direction = capture.packets["payload"][:8], capture.packets["direction"][:8]
    whole = drawing(capture, [0], 1).sizes()
    assert whole == {"client": [payload[direction == 0].max()], "server": [payload[direction == 1].max()]}
    fine = drawing(capture, [0, 1, 2], 2600)
    sizes = fine.sizes()
    assert [len(sizes["client"]), len(sizes["server"])] == [len(fine.ticks()["packet"])] * 2
    assert np.maximum(sizes["client"], sizes["server"]).tolist() == capture.packets["payload"].tolist()
    assert drawing(capture, [], 100).sizes() == {"client": [], "server": []}


def test_outside_of_the_span_nothing_is_drawn(capture: Capture) -> None:
    ticks = drawing(capture, [0, 1], 100, packets(7, 10)).ticks()
    assert ticks["packet"] == [7, 8, 9, 10]
    assert (ticks["column"][0], ticks["column"][-1]) == (0, 99)


def test_lanes_that_are_not_drawn_are_left_out(capture: Capture) -> None:
    assert drawing(capture, [2], 2600).ticks()["packet"] == list(range(19, 27))
    assert drawing(capture, [], 100).ticks()["packet"] == []


def test_an_exchange_is_a_block_from_question_to_answer(capture: Capture) -> None:
    blocks = drawing(capture, [0, 2], 25, packets(1, 26)).blocks()
    assert blocks == {
        "lane": [0, 1], "begin": [3, 21], "answer": [4, 22], "end": [4, 22], "count": [1, 1], "status": [200, 200],
        "failed": [0, 0],
        "exchange": [0, 2],
    }  # fmt: skip


def test_exchanges_in_one_pixel_are_one_block(capture: Capture) -> None:
    blocks = drawing(capture, [0, 1, 2], 1).blocks()
    assert (blocks["count"], blocks["status"]) == ([1, 1, 1], [200, 101, 200])


def test_a_block_that_began_before_the_span_is_cut(capture: Capture) -> None:
    blocks = drawing(capture, [0], 10, packets(5, 8)).blocks()
    assert (blocks["begin"], blocks["end"]) == ([-1], [0])


def test_messages_are_arrows_by_direction(capture: Capture) -> None:
    arrows = drawing(capture, [1], 2600).arrows()
    assert (arrows["direction"], arrows["message"], arrows["control"]) == ([1, 1], [0, 1], [0, 0])


def test_messages_in_one_pixel_are_one_arrow(capture: Capture) -> None:
    arrows = drawing(capture, [0, 1], 1).arrows()
    assert (arrows["lane"], arrows["count"], arrows["message"]) == ([1], [2], [0])


def test_closing_begins_with_the_first_fin(capture: Capture) -> None:
    assert drawing(capture, [2, 0], 10).closings().tolist() == [START_NS + 23 * STEP_NS, START_NS + 5 * STEP_NS]


def test_a_troubled_packet_is_the_one_that_its_pixel_leads_to(tmp_path_factory: pytest.TempPathFactory) -> None:
    wire = Wire(tmp_path_factory.mktemp("marks") / "trouble.pcapng")
    talk = Talk(wire, 40000)
    talk.client(b"hello")
    wire.put((40000, 80), 1001, 5001, PSH | ACK, b"hello")
    wire.close()
    with inspector.open(wire.path) as capture:
        ticks = drawing(capture, [0], 1).ticks()
    assert (ticks["packet"], ticks["count"]) == ([5], [5])
    assert Tick.TROUBLE in Tick(ticks["bits"][0])


def test_columns_of_a_capture_of_years_do_not_overflow(capture: Capture) -> None:
    span = Span(START_NS, START_NS + 10 * 365 * 86_400 * 10**9)
    drawn = drawing(capture, [0], 4096, span)
    assert drawn.column(np.array([span.from_ns - 1, span.from_ns, span.to_ns, span.to_ns + 1])).tolist() == [
        -1, 0, 4095, 4096,
    ]  # fmt: skip


def test_a_capture_of_one_moment_has_one_column(capture: Capture) -> None:
    ticks = drawing(capture, [0], 50, packets(3, 3)).ticks()
    assert (ticks["packet"], ticks["column"]) == ([3], [49])
