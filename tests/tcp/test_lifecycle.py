"""States of both ends after every packet, and how long the handshake took."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from .play import Play

Act = Callable[[Play], object]


def opened() -> Play:
    return Play().handshake()


def normal_close(p: Play) -> None:
    p.client("FA", seq=100, ack=300)
    p.server("A", seq=300, ack=101)
    p.server("FA", seq=300, ack=101)
    p.client("A", seq=101, ack=301)


def close_in_three(p: Play) -> None:
    p.client("FA", seq=100, ack=300)
    p.server("FA", seq=300, ack=101)
    p.client("A", seq=101, ack=301)


def simultaneous_close(p: Play) -> None:
    p.client("FA", seq=100, ack=300)
    p.server("FA", seq=300, ack=100)
    p.client("A", seq=101, ack=301)
    p.server("A", seq=301, ack=101)


def half_close(p: Play) -> None:
    p.client("FA", seq=100, ack=300)
    p.server("A", seq=300, ack=101)
    p.server("PA", b"still talking", seq=300, ack=101)
    p.client("A", seq=101, ack=313)


def fin_before_its_bytes(p: Play) -> None:
    p.client("FA", b"late", seq=104, ack=300)  # a hole of 4 bytes before it
    p.client("PA", b"lost", seq=100, ack=300)
    p.server("A", seq=300, ack=109)


@pytest.mark.parametrize(
    ("act", "expected"),
    [
        (
            normal_close,
            [
                ("FIN-WAIT-1", "CLOSE-WAIT"),
                ("FIN-WAIT-2", "CLOSE-WAIT"),
                ("TIME-WAIT", "LAST-ACK"),
                ("TIME-WAIT", "CLOSED"),
            ],
        ),
        (close_in_three, [("FIN-WAIT-1", "CLOSE-WAIT"), ("TIME-WAIT", "LAST-ACK"), ("TIME-WAIT", "CLOSED")]),
        (
            simultaneous_close,
            [
                ("FIN-WAIT-1", "ESTABLISHED"),
                ("CLOSING", "FIN-WAIT-1"),
                ("CLOSING", "CLOSING"),
                ("TIME-WAIT", "TIME-WAIT"),
            ],
        ),
        (
            half_close,
            [
                ("FIN-WAIT-1", "CLOSE-WAIT"),
                ("FIN-WAIT-2", "CLOSE-WAIT"),
                ("FIN-WAIT-2", "CLOSE-WAIT"),
                ("FIN-WAIT-2", "CLOSE-WAIT"),
            ],
        ),
        (
            fin_before_its_bytes,
            [("FIN-WAIT-1", "ESTABLISHED"), ("FIN-WAIT-1", "ESTABLISHED"), ("FIN-WAIT-2", "CLOSE-WAIT")],
        ),
        (lambda p: p.client("R", seq=100), [("CLOSED", "CLOSED")]),
        (lambda p: p.server("RA", seq=300, ack=100), [("CLOSED", "CLOSED")]),
    ],
    ids=[
        "a close in four segments",
        "a close in three segments",
        "both ends close at once",
        "one end closes, the other goes on talking",
        "a FIN that arrives before its bytes is received once they are acknowledged",
        "the client resets",
        "the server resets",
    ],
)
def test_states_of_an_open_connection(act: Act, expected: list[tuple[str, str]]) -> None:
    play = opened()
    act(play)
    assert play.run().states()[3:] == expected


def test_states_of_the_handshake() -> None:
    assert opened().run().states() == [
        ("SYN-SENT", "SYN-RECEIVED"),
        ("ESTABLISHED", "SYN-RECEIVED"),
        ("ESTABLISHED", "ESTABLISHED"),
    ]


def test_refused() -> None:
    play = Play()
    play.client("S", seq=99)
    play.server("RA", seq=0, ack=100)
    assert play.run().states()[-1] == ("CLOSED", "CLOSED")


def test_mid_connection_is_taken_for_established() -> None:
    play = Play()
    play.client("PA", b"hello", seq=500, ack=900)
    assert play.run().states() == [("ESTABLISHED", "ESTABLISHED")]


def test_times_and_completeness_of_a_whole_connection() -> None:
    play = opened()
    play.client("PA", b"hi", seq=100, ack=300)
    play.client("FA", seq=102, ack=300)
    play.run()
    assert int(play.connections["syn_rtt_ns"][0]) == 1_000_000
    assert int(play.connections["handshake_ns"][0]) == 2_000_000
    assert int(play.connections["completeness"][0]) == 1 | 2 | 4 | 8 | 16
    assert int(play.connections["closed_by"][0]) == 0


def ack_with_data(p: Play) -> None:
    p.client("S", seq=99)
    p.server("SA", seq=299, ack=100, after_ms=40)
    p.client("PA", b"GET", seq=100, ack=300)
    p.server("A", seq=300, ack=103, after_ms=40)
    p.client("A", seq=103, ack=300)


def fast_open(p: Play) -> None:
    p.client("S", b"GET", seq=99)
    p.server("SA", seq=299, ack=103, after_ms=40)
    p.client("FA", b"", seq=103, ack=300)
    p.server("PA", b"200", seq=300, ack=104, after_ms=40)
    p.client("A", seq=104, ack=303)


def ack_captured_first(p: Play) -> None:
    p.client("S", seq=99)
    p.client("PA", b"GET", seq=100, ack=300, after_ms=41)
    p.server("SA", seq=299, ack=100)
    p.server("PA", b"200", seq=300, ack=103, after_ms=40)
    p.client("A", seq=103, ack=303)


def bare_ack_captured_first(p: Play) -> None:
    p.client("S", seq=99)
    p.client("A", seq=100, ack=300, after_ms=41)
    p.server("SA", seq=299, ack=100)


def ack_of_an_older_connection(p: Play) -> None:
    p.client("S", seq=99)
    p.server("SA", seq=299, ack=100, after_ms=20)
    p.client("A", seq=100, ack=200)
    p.client("A", seq=100, ack=300, after_ms=20)


@pytest.mark.parametrize(
    "act",
    [ack_with_data, fast_open, ack_captured_first, bare_ack_captured_first, ack_of_an_older_connection],
    ids=lambda act: act.__name__.replace("_", " "),
)
def test_the_handshake_ends_with_the_first_segment_that_acknowledges_the_syn_ack(act: Act) -> None:
    play = Play()
    act(play)
    play.run()
    assert int(play.connections["handshake_ns"][0]) == 41_000_000


def test_a_syn_ack_that_comes_again_does_not_make_the_round_trip_longer() -> None:
    play = opened()
    play.server("SA", seq=299, ack=100, after_ms=500)
    play.client("A", seq=100, ack=300)
    play.run()
    assert int(play.connections["syn_rtt_ns"][0]) == 1_000_000
    assert int(play.connections["handshake_ns"][0]) == 2_000_000


def test_a_syn_ack_that_comes_again_before_the_handshake_ends_does_neither() -> None:
    play = Play()
    play.client("S", seq=99)
    play.server("SA", seq=299, ack=100)
    play.server("SA", seq=299, ack=100, after_ms=500)
    play.client("A", seq=100, ack=300)
    play.run()
    assert int(play.connections["syn_rtt_ns"][0]) == 1_000_000
    assert int(play.connections["handshake_ns"][0]) == 502_000_000


def test_a_syn_that_comes_again_does_not_begin_the_handshake_anew() -> None:
    play = opened()
    play.client("S", seq=99, after_ms=500)
    play.client("A", seq=100, ack=300, after_ms=500)
    play.run()
    assert int(play.connections["handshake_ns"][0]) == 2_000_000
