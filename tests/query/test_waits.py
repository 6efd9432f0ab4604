"""What exchanges and messages waited for: exact shares of crafted waits, and the causes that the recordings show."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import inspector
from inspector.descriptors.history import DescriptorHistory
from inspector.engine.capture import Capture
from inspector.lab.sample_captures import demo_recording
from inspector.lab.scenarios import SCENARIOS
from inspector.query.display_filter import DisplayFilter
from inspector.query.wait_causes import CAUSE_TITLES, Cause, cause_code
from inspector.query.waits import SLOW_NS, Waits, slow_waits, totals, waits
from tests.descriptors.craft import call, seen
from tests.query.conversation import OPENING, REQUEST, RESPONSE, captured
from tests.tcp.mutations import MILLISECOND, START_NS

CLIENT, SERVER = "client", "server"
POST = b"POST /order HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\n"
ASKED = (10, CLIENT, "PA", REQUEST)
TAKEN = (11, SERVER, "A", b"")
BIG = b"HTTP/1.1 200 OK\r\nContent-Length: 7000\r\n\r\n"
FULL = 1400
PIECE = b"x" * FULL

CASES = {
    "a program that thinks": (
        [ASKED, TAKEN, (111, SERVER, "PA", RESPONSE)],
        {Cause.HANDSHAKE: 2, Cause.NETWORK: 1, Cause.SERVER: 100},
        {Cause.ACCEPT},
    ),
    "an ACK that comes with the response": (
        [ASKED, (111, SERVER, "PA", RESPONSE)],
        {Cause.HANDSHAKE: 2, Cause.NETWORK: 1, Cause.SERVER: 100},
        {Cause.ACCEPT},
    ),
    "a response that may have been lost before it was captured": (
        [ASKED, TAKEN, (311, SERVER, "PA", RESPONSE)],
        {Cause.HANDSHAKE: 2, Cause.NETWORK: 1, Cause.SERVER: 300},
        {Cause.ACCEPT, Cause.TIMEOUT},
    ),
    "a request without a response": (
        [ASKED, TAKEN, (71, CLIENT, "FA", b"")],
        {Cause.HANDSHAKE: 2, Cause.NETWORK: 1, Cause.SERVER: 60},
        {Cause.ACCEPT},
    ),
    "a client that pauses in its request": (
        [(10, CLIENT, "PA", POST), TAKEN, (91, CLIENT, "PA", b"body"), (92, SERVER, "PA", RESPONSE)],
        {Cause.HANDSHAKE: 2, Cause.CLIENT: 81, Cause.NETWORK: 1},
        set(),
    ),
    "Nagle's algorithm against a delayed ACK": (
        [(10, CLIENT, "PA", POST), (52, SERVER, "A", b""), (53, CLIENT, "PA", b"body"), (54, SERVER, "PA", RESPONSE)],
        {Cause.HANDSHAKE: 2, Cause.NAGLE: 43, Cause.NETWORK: 1},
        set(),
    ),
    "a retransmission by timer": (
        [ASKED, (211, CLIENT, "PA", REQUEST, {"seq": 1}), (212, SERVER, "PA", RESPONSE)],
        {Cause.HANDSHAKE: 2, Cause.TIMEOUT: 201, Cause.NETWORK: 1},
        set(),
    ),
    "a response that is sent again": (
        [ASKED, (11, SERVER, "PA", RESPONSE), (231, SERVER, "PA", RESPONSE, {"seq": 1})],
        {Cause.HANDSHAKE: 2, Cause.NETWORK: 1, Cause.TIMEOUT: 220},
        set(),
    ),
    "a SYN that is sent again": (
        [
            (0, CLIENT, "S", b""), (1000, CLIENT, "S", b"", {"seq": 0}), (1001, SERVER, "SA", b""),
            (1002, CLIENT, "A", b""), (1010, CLIENT, "PA", REQUEST), (1011, SERVER, "PA", RESPONSE),
        ],
        {Cause.TIMEOUT: 1000, Cause.HANDSHAKE: 2, Cause.NETWORK: 1},
        set(),
    ),
    "a retransmission that duplicate ACKs asked for": (
        [
            ASKED,
            (11, SERVER, "PA", BIG),
            (11, SERVER, "A", PIECE),
            (11, SERVER, "A", PIECE),
            (11.5, CLIENT, "A", b"", {"ack": 1 + len(BIG)}),
            (12, CLIENT, "A", b"", {"ack": 1 + len(BIG)}),
            (12.5, CLIENT, "A", b"", {"ack": 1 + len(BIG)}),
            (13, SERVER, "A", PIECE, {"seq": 1 + len(BIG)}),
            (53, CLIENT, "A", b""),
            (53, SERVER, "A", PIECE),
            (53, SERVER, "A", PIECE),
            (53, SERVER, "PA", PIECE),
        ],
        {Cause.HANDSHAKE: 2, Cause.NETWORK: 2, Cause.FAST_RETRANSMISSION: 41},
        set(),
    ),
    "a zero window": (
        [
            ASKED,
            (11, SERVER, "PA", BIG),
            (11, SERVER, "A", PIECE + PIECE),
            (12, CLIENT, "A", b"", {"window": 0}),
            (412, CLIENT, "A", b"", {"window": 60_000}),
            (413, SERVER, "PA", PIECE + PIECE + PIECE),
        ],
        {Cause.HANDSHAKE: 2, Cause.NETWORK: 1, Cause.RECEIVE_WINDOW: 402},
        set(),
    ),
    "responses in the order of the requests": (
        [(10, CLIENT, "PA", REQUEST + REQUEST), TAKEN, (61, SERVER, "PA", RESPONSE), (71, SERVER, "PA", RESPONSE)],
        {Cause.HANDSHAKE: 2, Cause.NETWORK: 1, Cause.SERVER: 50},
        {Cause.ACCEPT},
    ),
}  # fmt: skip
"""Lines of a conversation, after a handshake unless it begins with a SYN; the shares of its first exchange in ms; the
alternatives of its main cause."""


def talk(folder: Path, lines: list[tuple[object, ...]]) -> Capture:
    return captured(folder, lines if lines[0][2] == "S" else [*OPENING, *lines])


def shares_ms(found: Waits, i: int = 0) -> dict[Cause, float]:
    """The causes of a wait that have a share, with it."""
    return {cause: found.table["shares"][i, cause] / MILLISECOND for cause in Cause if found.table["shares"][i, cause]}


@pytest.mark.parametrize("name", CASES)
def test_shares_are_exact(tmp_path: Path, name: str) -> None:
    lines, wanted, alternatives = CASES[name]
    with talk(tmp_path, lines) as capture:
        found = waits(capture)
    assert shares_ms(found) == wanted
    assert {cause for cause in Cause if found.table["alternatives"][0] >> cause & 1} == alternatives
    assert found.table["wait_ns"][0] == found.table["shares"][0].sum()


def test_a_pipelined_request_waits_for_the_responses_before_its_own(tmp_path: Path) -> None:
    lines, *_ = CASES["responses in the order of the requests"]
    with talk(tmp_path, lines) as capture:
        found = waits(capture)
        assert shares_ms(found, 1) == {Cause.EARLIER_RESPONSE: 51, Cause.SERVER: 10}
        longest = found.longest(1)
    assert longest is not None
    assert (longest.since, longest.packet, longest.ns) == (3, 5, 51 * MILLISECOND)


@pytest.mark.parametrize(
    ("round_trip", "wanted"),
    [
        pytest.param(0, {Cause.CONGESTION_WINDOW: 80}, id="seen near the server: an ACK releases the next burst"),
        pytest.param(40, {Cause.CONGESTION_WINDOW: 80}, id="seen near the client: bursts a round trip apart"),
    ],
)
def test_bursts_a_round_trip_apart_wait_for_the_congestion_window(
    tmp_path: Path, round_trip: int, wanted: dict[Cause, float]
) -> None:
    there, back = (round_trip, 0) if round_trip else (0, 40)
    lines: list[tuple[object, ...]] = [
        (0, CLIENT, "S", b""), (there, SERVER, "SA", b""), (40, CLIENT, "A", b""), (40, CLIENT, "PA", REQUEST),
    ]  # fmt: skip
    at = 40 + there
    body = BIG.replace(b"7000", b"8400")
    lines += [(at, SERVER, "PA", body), (at, SERVER, "A", PIECE), (at, SERVER, "A", PIECE)]
    for _ in range(2):
        lines += [(at + back, CLIENT, "A", b""), (at + 40, SERVER, "A", PIECE), (at + 40, SERVER, "A", PIECE)]
        at += 40
    with captured(tmp_path, lines) as capture:
        found = waits(capture)
    assert {cause: ms for cause, ms in shares_ms(found).items() if cause in wanted} == wanted
    sure = round_trip == 0
    assert bool(found.table["alternatives"][0] >> Cause.SERVER & 1) is not sure


def reported(capture: Capture, *lines: bytes) -> None:
    """Let programs or the kernel report this."""
    history: DescriptorHistory = capture.descriptor_history
    history.take(lines)
    history.join()


def at_ns(ms: float) -> int:
    return START_NS + int(ms * MILLISECOND)


ENDS = {"local": "10.0.0.2:9", "remote": "10.0.0.1:40000"}


def test_a_program_that_accepts_late_is_known_by_its_report(tmp_path: Path) -> None:
    with talk(tmp_path, [ASKED, TAKEN, (111, SERVER, "PA", RESPONSE)]) as capture:
        reported(capture, call("accept", at_ns(91), 7, 1, **ENDS))
        found = waits(capture)
    assert shares_ms(found) == {Cause.HANDSHAKE: 2, Cause.NETWORK: 1, Cause.ACCEPT: 80, Cause.SERVER: 20}
    assert not found.table["alternatives"].any()


def test_a_connection_without_a_holder_has_not_been_accepted(tmp_path: Path) -> None:
    with talk(tmp_path, [ASKED, TAKEN, (111, SERVER, "PA", RESPONSE)]) as capture:
        reported(capture, seen(at_ns(71), "ESTABLISHED", **ENDS), seen(at_ns(100), "ESTABLISHED", 5, **ENDS))
        found = waits(capture)
    assert shares_ms(found) == {Cause.HANDSHAKE: 2, Cause.NETWORK: 1, Cause.ACCEPT: 60, Cause.SERVER: 40}


def test_a_connection_that_was_accepted_early_waits_for_the_program(tmp_path: Path) -> None:
    with talk(tmp_path, [ASKED, TAKEN, (111, SERVER, "PA", RESPONSE)]) as capture:
        reported(capture, call("accept", at_ns(3), 7, 1, **ENDS))
        found = waits(capture)
    assert shares_ms(found) == {Cause.HANDSHAKE: 2, Cause.NETWORK: 1, Cause.SERVER: 100}
    assert not found.table["alternatives"].any()


def test_nothing_is_known_across_times_that_go_back(tmp_path: Path) -> None:
    lines = [*OPENING, (5000, CLIENT, "PA", REQUEST), (10, SERVER, "A", b""), (11, SERVER, "PA", RESPONSE)]
    with captured(tmp_path, lines) as capture:
        found = waits(capture)
    assert found.table["wait_ns"].tolist() == [-1]
    assert found.longest(0) is None
    assert not found.table["shares"].any()


def test_a_capture_without_packets_has_no_waits(tmp_path: Path) -> None:
    with captured(tmp_path, []) as capture:
        assert len(waits(capture).table) == 0


@pytest.mark.parametrize("name", ["demo", *SCENARIOS])
def test_slow_waits_are_those_of_all_that_are_slow(name: str) -> None:
    with inspector.open(demo_recording().with_name(f"{name}.pcapng")) as capture:
        everything = waits(capture).table
        found, rows = slow_waits(capture)
        wanted = everything.chosen(np.flatnonzero(everything["wait_ns"] >= SLOW_NS))
        for column in everything.columns:
            assert found.table[column][rows].tolist() == wanted[column].tolist()


def test_totals_add_up_and_lead_to_the_longest_share(tmp_path: Path) -> None:
    lines, shares, _ = CASES["a retransmission by timer"]
    with talk(tmp_path, lines) as capture:
        found, slow = slow_waits(capture)
    assert [(total.code, total.ns // MILLISECOND, total.waits, total.longest) for total in totals(found, slow)] == [
        ("timeout", 201, 1, 0), ("handshake", 2, 0, 0), ("network", 1, 0, 0)
    ]  # fmt: skip
    assert sum(shares.values()) == 204


@pytest.mark.parametrize(
    ("word", "exchanges", "packets"),
    [
        pytest.param("cause:server", [0], list(range(3, 6)), id="its main cause"),
        pytest.param("cause:accept", [0], list(range(3, 6)), id="a cause that the packets cannot tell from it"),
        pytest.param("cause:nagle", [], [], id="another cause"),
        pytest.param("cause:none", [], [], id="no cause at all"),
    ],
)
def test_a_display_filter_finds_slow_waits_by_cause(
    tmp_path: Path, word: str, exchanges: list[int], packets: list[int]
) -> None:
    with talk(tmp_path, CASES["a program that thinks"][0]) as capture:
        display_filter = DisplayFilter(capture)
        found = {name: display_filter.matching(name, word) for name in ("exchanges", "packets", "connections")}
    assert {name: rows.tolist() for name, rows in found.items() if rows is not None} == {
        "exchanges": exchanges, "packets": packets, "connections": exchanges
    }  # fmt: skip


def test_every_cause_has_a_name() -> None:
    assert set(CAUSE_TITLES) == set(Cause)


# -- recordings ----------------------------------------------------------------------------------------------------

NOTICEABLE_NS = 20 * MILLISECOND
"""A share that a recording is about. Programs that wake up late on a busy machine take less."""

EXPECTED: dict[str, set[Cause]] = {
    "abort": set(),
    "big-download": {Cause.HANDSHAKE, Cause.NETWORK, Cause.CONGESTION_WINDOW},
    "chunked": {Cause.SERVER},
    "crowd": {Cause.SERVER},
    "delay": {Cause.HANDSHAKE, Cause.NETWORK},
    "fast-open": {Cause.HANDSHAKE, Cause.NETWORK},
    "fin-lost": {Cause.HANDSHAKE},
    "loss-fast": {Cause.HANDSHAKE, Cause.FAST_RETRANSMISSION, Cause.CONGESTION_WINDOW},
    "loss-timer": {Cause.HANDSHAKE, Cause.TIMEOUT},
    "narrow": {Cause.HANDSHAKE, Cause.NETWORK, Cause.CONGESTION_WINDOW},
    "news": {Cause.SERVER},
    "polling-and-push": {Cause.SERVER},
    "reordering": {Cause.SERVER, Cause.NETWORK},
    "server-sent-events": {Cause.SERVER},
    "slow-response": {Cause.SERVER},
    "held-request": {Cause.NAGLE},
    "slow-accept": {Cause.ACCEPT},
    "slow-reader": {Cause.RECEIVE_WINDOW},
    "slow-upload": {Cause.CLIENT},
    "synack-lost": {Cause.HANDSHAKE, Cause.TIMEOUT},
    "syn-flood": {Cause.TIMEOUT},
}
"""The causes with a noticeable share of a wait, by scenario; of those that are not listed, none has one."""


def causes_in(capture: Capture) -> set[Cause]:
    shares = waits(capture).table["shares"]
    return {Cause(cause) for cause in np.flatnonzero((shares >= NOTICEABLE_NS).any(axis=0)).tolist()}


@pytest.mark.parametrize("name", SCENARIOS)
def test_each_recording_shows_its_causes_and_no_other(name: str) -> None:
    with inspector.open(demo_recording().with_name(f"{name}.pcapng")) as capture:
        found = causes_in(capture)
    wanted = EXPECTED.get(name, set())
    assert {cause_code(cause) for cause in found} == {cause_code(cause) for cause in wanted}


@pytest.mark.parametrize("name", ["demo", *SCENARIOS])
def test_shares_add_up_to_the_time_between_the_packets(name: str) -> None:
    with inspector.open(demo_recording().with_name(f"{name}.pcapng")) as capture:
        table, times = waits(capture).table, capture.packets["time_ns"]
        took = times[table["last_packet"]] - times[table["first_packet"]]
        before = table["time_ns"] - capture.connections["start_ns"][table["connection"]]
        is_known = table["wait_ns"] >= 0
    assert (table["shares"] >= 0).all()
    assert table["wait_ns"][is_known].tolist() == table["shares"][is_known].sum(axis=1).tolist()
    assert (table["wait_ns"][is_known] <= (took + before)[is_known]).all()
    assert (table["wait_ns"][is_known] >= took[is_known]).all()


@pytest.mark.parametrize("name", ["demo", "chat", "keep-alive", "loss-fast", "crowd"])
def test_one_connection_alone_has_the_same_waits(name: str) -> None:
    with inspector.open(demo_recording().with_name(f"{name}.pcapng")) as capture:
        everything = waits(capture).table
        for connection in np.unique(everything["connection"])[:20].tolist():
            own, alone = everything["connection"] == connection, waits(capture, connection).table
            for column in everything.columns:
                assert alone[column].tolist() == everything[column][own].tolist()
