"""Round trips before the first useful byte."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from inspector.compare.comparison import Findings
from inspector.compare.delivery_methods import Kind
from inspector.compare.round_trips import find_first_bytes
from inspector.tcp.verdicts import Verdict
from tests.compare.conftest import Write
from tests.compare.traffic import CHAT_PORT, CLIENT, MS, SERVER, STEP_NS, Connection, Wire, frame, masked, upgrade


@pytest.mark.parametrize(
    ("kind", "flights"),
    [
        pytest.param(
            Kind.CLOSED, [3, 4, 3, 4, 3, 4], id="news to the server ride on the question, others on the answer"
        ),
        pytest.param(Kind.KEPT, [4], id="SYN, SYN-ACK, question, answer"),
        pytest.param(Kind.POLLING, [4], id="the same for a poll"),
        pytest.param(Kind.STREAM, [4], id="the first event travels with the answer"),
        pytest.param(Kind.WEBSOCKET, [5], id="the client speaks behind the upgrade"),
    ],
)
def test_trips_are_counted_from_the_syn(five: Findings, kind: Kind, flights: list[int]) -> None:
    assert five.first_bytes[kind].flights.tolist() == flights


def test_the_time_runs_from_the_syn_to_the_packet_that_brought_it(five: Findings) -> None:
    first = five.first_bytes[Kind.CLOSED]
    assert first.took_ns.tolist()[1] == 5 * STEP_NS  # SYN, SYN-ACK, ACK, question, ACK, answer
    assert first.took_ns.tolist()[0] == 3 * STEP_NS


def test_a_server_that_speaks_first_needs_no_trip_more(measured: Callable[[Write], Findings]) -> None:
    def write(wire: Wire) -> None:
        chat = Connection(wire, 50001, CHAT_PORT)
        upgrade(chat)
        chat.say(SERVER, frame("Welcome"))

    assert measured(write).first_bytes[Kind.WEBSOCKET].flights.tolist() == [4]


def test_what_is_sent_again_is_no_trip(measured: Callable[[Write], Findings]) -> None:
    def write(wire: Wire) -> None:
        connection = Connection(wire, 50001)
        connection.request("GET /")
        wire.now_ns += 300 * MS
        connection.repeat(CLIENT)
        connection.respond(b"hello")
        connection.close()

    assert measured(write).first_bytes[Kind.CLOSED].flights.tolist() == [4]


NO_TRIPS = [
    Verdict.RETRANSMISSION,
    Verdict.FAST_RETRANSMISSION,
    Verdict.SPURIOUS_RETRANSMISSION,
    Verdict.KEEP_ALIVE,
    Verdict.ZERO_WINDOW_PROBE,
]


@pytest.mark.parametrize("verdict", NO_TRIPS, ids=lambda verdict: verdict.name)
def test_neither_repeats_nor_probes_are_trips(measured: Callable[[Write], Findings], verdict: Verdict) -> None:
    def write(wire: Wire) -> None:
        chat = Connection(wire, 50001, CHAT_PORT)
        upgrade(chat)
        chat.say(CLIENT, masked("", 9))
        chat.say(SERVER, frame("", 9))
        chat.say(CLIENT, masked("Hi"))

    found = measured(write)
    assert found.first_bytes[Kind.WEBSOCKET].flights.tolist() == [7]
    (ping,) = found.capture.frames["packet"][found.capture.frames["direction"] == SERVER].tolist()
    found.capture.packets["analysis"][ping] |= verdict
    assert find_first_bytes(found.capture, found.kinds, found.all_messages)[Kind.WEBSOCKET].flights.tolist() == [5]


def test_a_connection_that_was_open_already_proves_nothing(measured: Callable[[Write], Findings]) -> None:
    def write(wire: Wire) -> None:
        connection = Connection(wire, 50001, is_new=False)
        connection.request("GET /")
        connection.respond(b"hello")
        connection.close()

    assert measured(write).first_bytes[Kind.CLOSED].flights.tolist() == []
