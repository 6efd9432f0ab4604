"""Facts of a connection agree with the tables, and lead to packets that show them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

import inspector
from inspector.engine.capture import Capture
from inspector.lab.sample_captures import demo_recording
from inspector.views import connection_stats
from inspector.views.connection_stats import HISTORY, facts
from tests.web.traffic import ACK, PSH, Wire


@pytest.fixture(scope="module")
def demo() -> Iterator[Capture]:
    with inspector.open(demo_recording()) as capture:
        yield capture


def lines(known: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {fact["name"]: fact for group in known["facts"].values() for fact in group}


def test_numbers_are_those_of_the_tables(demo: Capture) -> None:
    for connection in range(len(demo.connections)):
        known = facts(demo, connection)
        json.dumps(known)
        found = lines(known)
        row = known["connection"]
        for name, column in (("packets", "packets"), ("bytes of payload", "bytes")):
            assert [found[name]["client"], found[name]["server"]] == row[column]
        streams = [len(demo.stream_bytes(connection, side)) for side in (0, 1)]
        once = found["bytes of the stream, without retransmissions"]
        assert [once["client"], once["server"]] == streams


def test_the_kernels_figures_of_both_ends_are_told_where_the_recording_holds_them(demo: Capture) -> None:
    told = facts(demo, 0)["facts"]["What its kernel steered by, at last"]
    found = {fact["name"]: fact for fact in told}
    assert found["congestion window, in segments"]["client"] >= 10
    for side in ("client", "server"):
        assert 0 < found["minimum RTT"][side] <= found["smoothed round trip"][side]
        assert found["retransmissions"][side] == 0


def test_percentiles_of_round_trips_are_those_that_their_names_say(demo: Capture, monkeypatch: Any) -> None:
    asked: list[int] = []

    def shares(values: Any, percents: tuple[int]) -> list[int]:
        asked.extend(percents)
        return [*percents]

    monkeypatch.setattr(connection_stats, "percentiles", shares)
    found = lines(facts(demo, 0))
    assert (found["median"]["client"], found["p95"]["client"]) == (50, 95)
    assert set(asked) == {50, 95}


def test_every_packet_that_is_named_shows_its_number(demo: Capture) -> None:
    packets = demo.packets
    columns = {"largest payload of a packet": "payload", "largest window advertised": "window", "longest": "ack_rtt_ns"}
    for connection in range(len(demo.connections)):
        found = lines(facts(demo, connection))
        for name, column in columns.items():
            for side in ("client", "server"):
                number = found[name][f"{side}_packet"]
                if number is not None:
                    assert packets["connection"][number - 1] == connection
                    assert packets[column][number - 1] == found[name][side]


def test_the_end_is_said_in_words(demo: Capture) -> None:
    known = facts(demo, 0)
    assert known["state"] == "both ends sent FIN"
    assert [item["letter"] for item in known["history"]][:2] == ["S", "h"]
    assert known["history"][0]["text"] == f"client: {HISTORY['s']}"
    assert known["silence"]["ns"] > 0


@pytest.fixture
def repeated(tmp_path: Any) -> Iterator[Capture]:
    wire = Wire(tmp_path / "repeat.pcapng")
    wire.put((40000, 80), 100, 300, PSH | ACK, b"hello")
    wire.put((80, 40000), 300, 105, ACK)
    wire.put((40000, 80), 100, 300, PSH | ACK, b"hello")
    wire.close()
    with inspector.open(wire.path) as capture:
        yield capture


def test_what_was_sent_again_is_counted_and_shown(repeated: Capture) -> None:
    found = lines(facts(repeated, 0))
    assert found["retransmitted bytes"]["client"] == 5
    assert (found["spurious_retransmission"]["client"], found["spurious_retransmission"]["client_packet"]) == (1, 3)
    assert found["spurious_retransmission"]["server_packet"] is None
    assert found["maximum segment size (MSS)"]["client"] is None


def test_without_a_syn_neither_its_number_nor_windows_in_bytes_are_known(repeated: Capture) -> None:
    found = lines(facts(repeated, 0))
    for name in ("initial sequence number", "largest window advertised", "last advertised window"):
        assert (found[name]["client"], found[name]["server"]) == (None, None)
