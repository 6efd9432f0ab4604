"""Times that go back are reported, and nothing is measured across them; packets can be sorted by time."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import inspector
from inspector.engine.capture import Capture
from inspector.engine.clocks import CLOCKS, Clocks, elapsed
from inspector.engine.read_options import ReadOptions
from inspector.pcap.reader import open_packets
from inspector.query.time_range import extent
from inspector.tables.table import Table
from inspector.views import rows
from inspector.views.capture_summary import Distribution, summarise
from inspector.views.ladder import gaps
from inspector.views.overview import Overview
from inspector.views.story import EventKind, events
from tests.tcp.mutations import MILLISECOND, START_NS, Packets, pcap, segment

REQUEST = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"
RESPONSE = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"
SECOND = 1000 * MILLISECOND
SAYINGS = [
    (0, "S", 99, 0, b""),
    (1, "SA", 299, 100, b""),
    (0, "A", 100, 300, b""),
    (0, "PA", 100, 300, REQUEST),
    (1, "A", 300, 100 + len(REQUEST), b""),
    (1, "PA", 300, 100 + len(REQUEST), RESPONSE),
    (0, "A", 100 + len(REQUEST), 300 + len(RESPONSE), b""),
]


def exchange() -> Packets:
    """One HTTP exchange on a new connection, a packet each millisecond."""
    return [
        segment(START_NS + i * MILLISECOND, side, flags, seq, ack, 1000, payload, None)
        for i, (side, flags, seq, ack, payload) in enumerate(SAYINGS)
    ]


def shifted(packets: Packets, first: int, by_ns: int, stop: int | None = None) -> Packets:
    """The packets [first, stop) at other times."""
    chosen = range(len(packets))[first:stop]
    return [replace(p, time_ns=p.time_ns + by_ns) if i in chosen else p for i, p in enumerate(packets)]


def opened(folder: Path, packets: Packets, *, sort: bool = False) -> Capture:
    path = folder / "times.pcap"
    path.write_bytes(pcap(packets))
    return inspector.open(path, sort=sort)


def measured(capture: Capture) -> dict[str, Any]:
    """All durations of the capture's only connection and exchange."""
    (connection,), (exchange,) = rows.connection_rows(capture), rows.exchange_rows(capture)
    names = ("duration_ns", "handshake_ns", "syn_rtt_ns")
    return {name: connection[name] for name in names} | exchange["timing_ns"]


KNOWN = {
    "duration_ns": 6 * MILLISECOND,
    "handshake_ns": 2 * MILLISECOND,
    "syn_rtt_ns": MILLISECOND,
    "connect": 2 * MILLISECOND,
    "send": 0,
    "wait": 2 * MILLISECOND,
    "receive": 0,
}


@pytest.mark.parametrize(
    ("first", "stop", "by_ns", "unknown"),
    [
        (0, 0, 0, set()),
        (5, None, -3600 * SECOND, {"duration_ns", "wait"}),
        (1, None, -100 * SECOND, {"duration_ns", "handshake_ns", "syn_rtt_ns", "connect"}),
        (2, None, -SECOND, {"duration_ns", "handshake_ns", "connect"}),
        (4, 5, -10 * 365 * 86_400 * SECOND, set()),
        (4, 5, 10 * 365 * 86_400 * SECOND, set()),
        (5, 6, 10 * 365 * 86_400 * SECOND, {"wait"}),
        (4, 5, 3 * 3600 * SECOND, set()),
        (5, 6, 3 * 3600 * SECOND, {"wait"}),
        (2, 3, 3 * 3600 * SECOND, {"handshake_ns", "connect"}),
        (1, 2, 3 * 3600 * SECOND, {"syn_rtt_ns"}),
    ],
    ids=[
        "all is well",
        "the clock is set back an hour before the response",
        "the first packet is late",
        "the clock is set back within the handshake",
        "one packet years before the others",
        "one packet years behind the others",
        "the response years behind the others",
        "one packet hours behind the others",
        "the response hours behind the others",
        "the handshake's ACK hours behind the others",
        "the SYN-ACK hours behind the others",
    ],
)
def test_what_a_clock_that_was_set_lies_between_is_not_known(
    tmp_path: Path, first: int, stop: int | None, by_ns: int, unknown: set[str]
) -> None:
    with opened(tmp_path, shifted(exchange(), first, by_ns, stop)) as capture:
        assert measured(capture) == {name: None if name in unknown else ns for name, ns in KNOWN.items()}
        said = rows.anomaly_rows(capture)
        assert [row["code"] for row in said] == ["time-goes-back"] * bool(by_ns)
        assert [("--sort" in note) for note in capture.notes] == [True] * bool(by_ns)


def test_the_amount_and_both_packets_are_said(tmp_path: Path) -> None:
    with opened(tmp_path, shifted(exchange(), 5, -SECOND)) as capture:
        (said,) = rows.anomaly_rows(capture)
    assert said["packet"] == 6
    assert said["detail"].startswith("Its timestamp is 999 ms before that of packet 5")


@pytest.mark.parametrize("batch", [1, 3, 100])
def test_of_one_packet_alone_whose_time_is_ahead_it_is_said_that_it_is_wrong(tmp_path: Path, batch: int) -> None:
    path = tmp_path / "times.pcap"
    path.write_bytes(pcap(shifted(exchange(), 4, 3 * 3600 * SECOND, 5)))
    with Capture(open_packets(path)) as capture:
        while capture.advance(batch):
            pass
        capture.finish()
        (said,) = rows.anomaly_rows(capture)
        assert [row["ack_rtt_ns"] for row in rows.packet_rows(capture)][4:] == [None, None, MILLISECOND]
        assert capture.packets["clock"].tolist() == [0, 0, 0, 0, 1, 0, 0]
    assert said["packet"] == 5
    assert said["detail"].startswith(
        "Its timestamp is 3 h 00 min after that of packet 4 and 3 h 00 min after that of the next packet"
    )


def test_which_of_two_is_wrong_is_not_said_where_no_one_stands_out(tmp_path: Path) -> None:
    with opened(tmp_path, shifted(exchange(), 2, 3 * 3600 * SECOND, 5)) as capture:
        (said,) = rows.anomaly_rows(capture)
    assert said["packet"] == 6
    assert said["detail"].startswith("Its timestamp is 3 h 00 min before that of packet 5")


def at(packets: Packets, place: int, ms: float) -> Packets:
    """The packets, with the one at `place` moved to `ms` after the first."""
    return [replace(p, time_ns=START_NS + int(ms * MILLISECOND)) if i == place else p for i, p in enumerate(packets)]


def test_a_response_slightly_before_its_request_was_not_answered_in_no_time(tmp_path: Path) -> None:
    with opened(tmp_path, at(at(exchange(), 4, 2.8), 5, 2.9)) as capture:
        assert capture.packets["clock"].tolist() == [0] * 7
        assert measured(capture)["wait"] is None
        assert summarise(capture).wait is None
        assert Overview(capture, extent(capture)).times()["wait"] is None


UPLOAD = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n"


@pytest.mark.parametrize(("acknowledged", "wait"), [(5, 0), (10, None)], ids=["refused early", "out of order"])
def test_a_response_before_the_end_of_its_request(tmp_path: Path, acknowledged: int, wait: int | None) -> None:
    said = [
        *SAYINGS[:3],
        (0, "PA", 100, 300, UPLOAD + b"12345"),
        (1, "PA", 300, 100 + len(UPLOAD) + acknowledged, RESPONSE),
        (0, "PA", 105 + len(UPLOAD), 300, b"67890"),
    ]
    packets = [
        segment(START_NS + i * MILLISECOND, side, flags, seq, ack, 1000, payload, None)
        for i, (side, flags, seq, ack, payload) in enumerate(said)
    ]
    with opened(tmp_path, packets) as capture:
        assert measured(capture)["wait"] == wait


def test_the_wait_ends_with_the_first_byte_of_the_response_and_begins_with_the_last_of_the_request(
    tmp_path: Path,
) -> None:
    part, rest = len(UPLOAD) + 5, RESPONSE[20:]
    said = [
        *SAYINGS[:3],
        (0, "PA", 100, 300, UPLOAD + b"12345"),
        (0, "PA", 100 + part, 300, b"67890"),
        (1, "A", 300, 105 + part, b""),
        (1, "PA", 300, 105 + part, RESPONSE[:20]),
        (1, "A", 320, 105 + part, b""),
        (1, "A", 320, 105 + part, b""),
        (1, "PA", 320, 105 + part, rest),
    ]
    packets = [
        segment(START_NS + i * MILLISECOND, side, flags, seq, ack, 1000, payload, None)
        for i, (side, flags, seq, ack, payload) in enumerate(said)
    ]
    with opened(tmp_path, packets) as capture:
        found = measured(capture)
        assert [found[name] for name in ("send", "wait", "receive")] == [MILLISECOND, 2 * MILLISECOND, 3 * MILLISECOND]
        assert summarise(capture).wait == Distribution(2 * MILLISECOND, 2 * MILLISECOND, 2 * MILLISECOND, 1)


def test_the_story_knows_of_no_silence_across_it(tmp_path: Path) -> None:
    with opened(tmp_path, shifted(exchange(), 4, 3 * 3600 * SECOND, 5)) as capture:
        assert EventKind.SILENCE not in events(capture)["kind"]
    with opened(tmp_path, shifted(exchange(), 4, 3 * 3600 * SECOND)) as capture:
        assert EventKind.SILENCE in events(capture)["kind"]


def test_a_gap_across_it_has_no_length(tmp_path: Path) -> None:
    with opened(tmp_path, shifted(exchange(), 4, -SECOND)) as capture:
        assert gaps(capture, 0) == [MILLISECOND] * 3 + [None] + [MILLISECOND] * 2 + [0]


def test_a_round_trip_across_it_is_not_known(tmp_path: Path) -> None:
    with opened(tmp_path, shifted(exchange(), 4, -SECOND)) as capture:
        assert [row["ack_rtt_ns"] for row in rows.packet_rows(capture)][4:] == [None, None, MILLISECOND]


def test_sorted_packets_keep_the_numbers_of_the_file(tmp_path: Path) -> None:
    packets = exchange()
    server_first = [p for p in packets if p.data[20] == 0] + [p for p in packets if p.data[20]]
    with opened(tmp_path, server_first, sort=True) as capture:
        assert measured(capture) == KNOWN
        assert [row["number"] for row in rows.packet_rows(capture)] == [4, 1, 5, 6, 2, 3, 7]
        (connection,), (found,) = rows.connection_rows(capture), rows.exchange_rows(capture)
        assert (connection["first_packet"], connection["last_packet"]) == (4, 7)
        assert (found["request"]["packet"], found["response"]["packet"]) == (6, 3)
        assert not capture.notes
        assert not len(capture.anomalies)


@pytest.mark.parametrize("sort", [False, True], ids=["as they stand", "sorted"])
def test_clocks_do_not_depend_on_batches(tmp_path: Path, sort: bool) -> None:
    random = np.random.default_rng(7)
    steps = [0, 0, 0, -SECOND, 50, -50, 7200 * SECOND]
    packets = [replace(p, time_ns=p.time_ns + int(random.choice(steps))) for p in exchange() * 40]
    with opened(tmp_path, packets, sort=sort) as whole, Capture(open_packets(whole.path), ReadOptions(sort)) as pieces:
        while pieces.advance(3):
            pass
        pieces.finish()
        for column in ("handshake_ns", "syn_rtt_ns"):
            np.testing.assert_array_equal(whole.connections[column], pieces.connections[column])
        said, again = (
            sorted((row["packet"], row["code"], row["detail"]) for row in rows.anomaly_rows(c)) for c in (whole, pieces)
        )
        assert said == again
        for column in ("clock", "time_ns", "ack_rtt_ns"):
            np.testing.assert_array_equal(whole.packets[column], pieces.packets[column])
        assert whole.notes == pieces.notes


def clocks_of(times: list[int]) -> list[int]:
    packets = Table("packets")
    packets.reserve(len(times))
    packets.rows = len(times)
    packets["time_ns"][:] = times
    Clocks(packets).advance(0, len(times))
    clocks: list[int] = packets["clock"].tolist()
    return clocks


def test_interfaces_out_of_step_are_two_clocks() -> None:
    times = [base + i * 10 * MILLISECOND for i in range(5) for base in (SECOND, 0)]
    assert clocks_of(times) == [0, 1] * 5


def test_packets_slightly_out_of_order_are_of_one_clock_and_nothing_is_negative() -> None:
    packets = Table("packets")
    packets.reserve(3)
    packets.rows = 3
    packets["time_ns"][:] = [1000, 900, 1100]
    Clocks(packets).advance(0, 3)
    assert packets["clock"].tolist() == [0, 0, 0]
    assert elapsed(packets, np.array([0, 1, 0]), np.array([1, 2, 2])).tolist() == [-1, 200, 100]


def test_only_so_many_clocks_go_on() -> None:
    times = [-i * SECOND for i in range(CLOCKS + 1)]
    assert clocks_of([*times, 1]) == [*range(CLOCKS + 1), 1]
