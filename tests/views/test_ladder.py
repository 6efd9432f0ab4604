"""A connection by range of its packets: whole, cut anywhere, and to scale."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import inspector
from inspector.engine.capture import Capture
from inspector.lab.sample_captures import demo_recording
from inspector.query.connection_packets import packets_of
from inspector.views import ladder, rows, story
from inspector.views.packet_info import cargo
from tests.web.traffic import STEP_NS, Talk, Wire


@pytest.fixture(scope="module")
def demo() -> Iterator[Capture]:
    with inspector.open(demo_recording()) as capture:
        yield capture


def number_of(capture: Capture) -> int:
    """The longest connection."""
    return int(capture.connections["packets"].sum(axis=1).argmax())


def test_the_whole_is_the_connection_s_rows(demo: Capture) -> None:
    connection = number_of(demo)
    whole = ladder.stretch(demo, connection, 0, 500)
    chosen = packets_of(demo, connection)
    engine = rows.packet_rows(demo, chosen)
    assert [{name: row[name] for name in engine[0]} for row in whole["packets"]] == engine
    assert (whole["total"], whole["before"], whole["after"]) == (len(chosen), None, None)
    assert whole["events"] == rows.event_rows(demo, story.events(demo, connection))
    assert len(whole["phases"]) == len(story.phases(demo, connection))
    assert whole["connection"]["id"] == connection
    carried = [(row["carries"], row["carries_more"]) for row in whole["packets"]]
    assert carried == cargo(demo, chosen)
    assert any(pieces for pieces, _ in carried)


def test_how_long_after_is_told_and_not_known_across_times_that_go_back(tmp_path: Path) -> None:
    wire = Wire(tmp_path / "back.pcapng")
    talk = Talk(wire, 40000)
    wire.now -= 3_600_000_000_000
    talk.client(b"hello")
    talk.client(b"again")
    wire.close()
    with inspector.open(wire.path) as capture:
        packets = ladder.stretch(capture, 0, 0, 10)["packets"]
        cut = ladder.stretch(capture, 0, 3, 10)["packets"]
    assert [row["quiet_ns"] for row in packets] == [0, STEP_NS, STEP_NS, None, STEP_NS]
    assert [row["elapsed_ns"] for row in packets] == [0, STEP_NS, 2 * STEP_NS, None, None]
    assert cut == packets[3:]


@pytest.mark.parametrize("size", [1, 3, 7])
def test_pieces_say_what_the_whole_says(demo: Capture, size: int) -> None:
    connection = number_of(demo)
    whole = ladder.stretch(demo, connection, 0, 500)
    numbers = [packet["number"] for packet in whole["packets"]]
    for start in range(0, whole["total"], size):
        piece = ladder.stretch(demo, connection, start, start + size)
        assert piece["packets"] == whole["packets"][start : start + size]
        around = numbers[max(start - 1, 0) : start + size + 1]
        assert [n["number"] for n in (piece["before"], *piece["packets"], piece["after"]) if n] == around
        assert piece["events"] == [event for event in whole["events"] if around[0] <= event["packet"] <= around[-1]]
        in_force = max(phase["first_packet"] for phase in whole["phases"] if phase["first_packet"] <= around[0])
        assert in_force in [phase["first_packet"] for phase in piece["phases"]]
        carried = {message["id"] for message in whole["messages"] if message["first_packet"] in around}
        assert {message["id"] for message in piece["messages"]} == carried


def test_beyond_the_end_there_is_nothing(demo: Capture) -> None:
    beyond = ladder.stretch(demo, 0, 1000, 1100)
    assert (beyond["packets"], beyond["after"]) == ([], None)


def test_a_packet_knows_its_place(demo: Capture) -> None:
    connection = number_of(demo)
    for place, row in enumerate(packets_of(demo, connection).tolist()):
        assert ladder.place(demo, row) == place


def test_gaps_add_up_to_the_life(demo: Capture) -> None:
    connection = number_of(demo)
    gaps = ladder.gaps(demo, connection)
    table = demo.connections
    assert len(gaps) == len(packets_of(demo, connection))
    assert sum(gaps) == int(table["end_ns"][connection] - table["start_ns"][connection])


@pytest.mark.parametrize("buckets", [1, 4, 1000])
def test_the_strip_counts_every_packet_once(demo: Capture, buckets: int) -> None:
    connection = number_of(demo)
    strip = ladder.strip(demo, connection, buckets)
    sent = demo.connections["bytes"][connection]
    assert [sum(strip["client"]), sum(strip["server"])] == sent.tolist()
    assert len(strip["trouble"]) == min(buckets, strip["total"])
    assert sum(strip["messages"]) > 0
