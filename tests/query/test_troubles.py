"""What went wrong in a capture: every kind, what cost most first, and the packets that show it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

import inspector
from inspector.cli.commands.summary import lines
from inspector.cli.terminal import Screen
from inspector.engine.capture import Capture
from inspector.lab.sample_captures import demo_recording
from inspector.query.display_filter import DisplayFilter
from inspector.query.packet_display_filter import CODES
from inspector.query.time_range import is_cut_off
from inspector.query.troubles import FAILURES, shows, troubles, weights
from inspector.tcp.flags_and_seq import FIN, RST, SYN
from inspector.tcp.verdicts import ConnState
from tests.web.traffic import ACK, PSH, Talk, Wire, chat
from tests.web.traffic import RST as RESETS
from tests.web.traffic import SYN as ASKS


@pytest.mark.parametrize(
    ("recording", "code", "states", "flag"),
    [
        pytest.param("refused", "refused", (ConnState.REJ,), RST, id="nobody listens"),
        pytest.param("abort", "reset", (ConnState.RSTO, ConnState.RSTR), RST, id="one end gives up"),
        pytest.param("syn-flood", "unanswered", (ConnState.S0,), SYN, id="more ask than are answered"),
    ],
)
def test_each_such_connection_shows_by_one_packet(
    recording: str, code: str, states: tuple[ConnState, ...], flag: int
) -> None:
    with inspector.open(demo_recording().with_name(f"{recording}.pcapng")) as capture:
        packets, connections = capture.packets, capture.connections
        rows = np.flatnonzero(shows(capture, code))
        wanted = np.flatnonzero(np.isin(connections["conn_state"], states))
        assert len(wanted) > 0
        assert sorted(packets["connection"][rows].tolist()) == wanted.tolist()
        assert all(packets["flags"][rows] & flag)


def test_where_all_went_well_nothing_shows() -> None:
    with inspector.open(demo_recording()) as capture:
        assert not any(shows(capture, code).any() for code in FAILURES)
        assert not weights(capture).any()


def test_no_failure_has_the_name_of_a_verdict_or_an_anomaly() -> None:
    assert not FAILURES.keys() & CODES.keys()


@pytest.fixture(scope="module")
def bad(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Capture]:
    """404 twice, 500, a request that is never answered, a body cut off, a close with 1011, a refusal, data on a SYN."""
    wire = Wire(tmp_path_factory.mktemp("troubles") / "bad.pcapng")
    for port, status in ((40001, b"404 Not Found"), (40002, b"404 Not Found"), (40003, b"500 Internal Server Error")):
        talk = Talk(wire, port)
        talk.client(b"GET / HTTP/1.1\r\nHost: demo\r\n\r\n")
        talk.server(b"HTTP/1.1 %s\r\nContent-Length: 0\r\n\r\n" % status)
        talk.close()
    talk = Talk(wire, 40004)
    talk.client(b"GET /never HTTP/1.1\r\nHost: demo\r\n\r\n")
    talk.close()
    talk = Talk(wire, 40014)
    talk.client(b"GET /cut HTTP/1.1\r\nHost: demo\r\n\r\n")
    talk.server(b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\nabc")
    talk.close()
    talk = chat(wire, 40005)
    talk.server(bytes((0x88, 2)) + (1011).to_bytes(2, "big"))
    talk.close()
    talk = chat(wire, 40006)
    talk.server(bytes((0x88, 2)) + (1001).to_bytes(2, "big"))
    talk.close()
    wire.put((40007, 81), 100, 0, ASKS)
    wire.put((81, 40007), 0, 101, RESETS | ACK)
    wire.put((40008, 82), 100, 0, ASKS, b"early")
    wire.put((40009, 83), 1, 1, PSH | ACK, b"x" * 10)
    wire.put((40009, 83), 1, 1, PSH | ACK, b"x" * 10)
    wire.close()
    with inspector.open(wire.path) as capture:
        yield capture


def test_every_kind_of_failure_is_found(bad: Capture) -> None:
    found = {trouble.code: trouble.counted for trouble in troubles(bad)}
    assert found["4xx"] == "2 client error responses (4xx)"
    assert found["5xx"] == "1 server error response (5xx)"
    assert found["no-response"] == "1 request without a response"
    assert found["close-error"] == "1 WebSocket close with an error code", "1001 is no error"
    assert found["refused"] == "1 connection refused"
    assert found["retransmission"] == "1 retransmission"


@pytest.mark.parametrize("ends", [(), (FIN | ACK,), (RESETS | ACK,)], ids=["open", "closed", "reset"])
def test_a_client_that_was_captured_alone_was_answered_all_the_same(tmp_path: Path, ends: tuple[int, ...]) -> None:
    wire = Wire(tmp_path / "client.pcapng")
    ask = b"GET / HTTP/1.1\r\nHost: demo\r\n\r\n"
    wire.put((40001, 80), 100, 0, ASKS)
    wire.put((40001, 80), 101, 501, ACK)
    wire.put((40001, 80), 101, 501, PSH | ACK, ask)
    for flags in (ACK, *ends):
        wire.put((40001, 80), 101 + len(ask), 540, flags)
    wire.close()
    with inspector.open(wire.path) as capture:
        failures = [trouble.code for trouble in troubles(capture) if trouble.severity == "failure"]
        assert failures == (["reset"] if RESETS | ACK in ends else [])
        assert "without an answer" not in "\n".join(lines(capture, Screen()))


def test_what_cost_most_comes_first_and_what_is_lawful_last(bad: Capture) -> None:
    found = troubles(bad)
    costs = [trouble.cost for trouble in found]
    assert costs == sorted(costs, reverse=True)
    assert found[0].code == "4xx"
    assert {trouble.severity for trouble in found} >= {"failure", "warning", "note"}
    assert found[-1].severity == "note"


def test_each_kind_says_what_it_cost(bad: Capture) -> None:
    found = {trouble.code: trouble for trouble in troubles(bad)}
    assert found["4xx"].cost.failed == 2
    assert found["4xx"].cost.waited_ns > 0
    assert found["http-cut-short"].cost == (1, 0, 4997)
    assert found["retransmission"].cost.bytes == 10
    assert found["retransmission"].rate is not None
    assert 0 < found["retransmission"].rate < 0.05


@pytest.mark.parametrize(
    ("recording", "code"),
    [("loss-timer", "retransmission"), ("loss-fast", "fast-retransmission"), ("zero-window", "zero-window")],
)
def test_what_had_to_be_waited_for_counts(recording: str, code: str) -> None:
    with inspector.open(demo_recording().with_name(f"{recording}.pcapng")) as capture:
        (found,) = (trouble for trouble in troubles(capture) if trouble.code == code)
        lasted = int(np.ptp(capture.packets["time_ns"]))
        assert lasted / 20 < found.cost.waited_ns < lasted


@pytest.mark.parametrize("code", ["4xx", "5xx", "no-response", "close-error", "refused", "retransmission"])
def test_its_rows_are_found_in_its_table(bad: Capture, code: str) -> None:
    (found,) = (trouble for trouble in troubles(bad) if trouble.code == code)
    rows = DisplayFilter(bad).matching(found.table, f"is:{code}")
    assert rows is not None
    assert len(rows) == found.count


def test_a_stretch_tells_what_its_packets_show(bad: Capture) -> None:
    chosen = np.zeros(len(bad.packets), bool)
    chosen[np.flatnonzero(shows(bad, "5xx"))] = True
    assert [trouble.code for trouble in troubles(bad, chosen)] == ["5xx"]


def test_a_connection_weighs_what_failed_on_it(bad: Capture) -> None:
    assert weights(bad)[:8].tolist() == [1, 1, 1, 1, 1, 1, 0, 1]


def test_the_summary_says_the_same(bad: Capture) -> None:
    said = "\n".join(lines(bad, Screen()))
    for trouble in troubles(bad)[:6]:
        assert trouble.counted in said
    with inspector.open(Path(demo_recording().with_name("refused.pcapng"))) as capture:
        said = "\n".join(lines(capture, Screen()))
        assert "1 connection refused" in said
        assert "none seen" not in said


def test_a_response_of_which_the_capture_lacks_bytes_did_not_break_off_nor_was_one_missing(tmp_path: Path) -> None:
    wire = Wire(tmp_path / "gaps.pcapng")
    ask, head = b"GET / HTTP/1.1\r\nHost: demo\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 30\r\n\r\n"
    wire.put((40001, 80), 100, 0, ASKS)
    wire.put((80, 40001), 500, 101, ASKS | ACK)
    wire.put((40001, 80), 101, 501, PSH | ACK, ask)
    wire.put((80, 40001), 501, 130, PSH | ACK, head + b"0123456789")  # the next ten bytes are missing
    wire.put((80, 40001), 501 + len(head) + 20, 130, PSH | ACK, b"0123456789")
    end = 501 + len(head) + 30
    wire.put((40001, 80), 130, end, PSH | ACK, ask)  # the response to this one is missing as a whole
    wire.put((40001, 80), 159, end + 80, FIN | ACK)
    wire.put((80, 40001), end + 80, 160, FIN | ACK)
    wire.put((40001, 80), 160, end + 81, ACK)
    wire.close()
    with inspector.open(wire.path) as capture:
        assert len(capture.exchanges) == 2
        assert [trouble.code for trouble in troubles(capture) if trouble.severity == "failure"] == []
        assert is_cut_off(capture, np.arange(2)).tolist() == [False, False]
