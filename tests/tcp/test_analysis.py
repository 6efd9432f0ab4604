"""The verdict on every segment, rule by rule."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from .play import Play

Act = Callable[[Play], object]
HELLO = b"hello"


def repeat(p: Play) -> None:
    p.client("PA", HELLO, seq=100, ack=300)
    p.client("PA", HELLO, seq=100, ack=300, after_ms=300)


def repeat_of_acknowledged(p: Play) -> None:
    p.client("PA", HELLO, seq=100, ack=300)
    p.server("A", seq=300, ack=105)
    p.client("PA", HELLO, seq=100, ack=300)


def late_segment(p: Play) -> None:
    p.client("PA", b"12", seq=100, ack=300)
    p.client("PA", b"56", seq=104, ack=300)
    p.client("PA", b"34", seq=102, ack=300, after_ms=0.5)


def three_duplicate_acks(p: Play) -> None:
    p.client("A", b"12", seq=100, ack=300)
    p.server("A", seq=300, ack=102)
    p.client("A", b"56", seq=104, ack=300)
    p.server("A", seq=300, ack=102)
    p.client("A", b"78", seq=106, ack=300)
    p.server("A", seq=300, ack=102)
    p.client("A", b"34", seq=102, ack=300, after_ms=10)


def acknowledges_the_unseen(p: Play) -> None:
    p.client("PA", HELLO, seq=100, ack=300)
    p.server("A", seq=300, ack=120)


def late_segment_behind_an_ack_of_the_unseen(p: Play) -> None:
    p.client("A", seq=100, ack=320)
    p.client("A", b"34", seq=102, ack=320)
    p.client("A", b"12", seq=100, ack=320, after_ms=0.5)


def late_segment_by_a_clock_that_went_back(p: Play) -> None:
    p.client("PA", b"12", seq=100, ack=300)
    p.client("PA", b"56", seq=104, ack=300)
    p.client("PA", b"34", seq=102, ack=300, after_ms=-1)


def window_closes_and_opens(p: Play) -> None:
    p.client("PA", HELLO, seq=100, ack=300)
    p.server("A", seq=300, ack=105, window=0)
    p.client("A", b"x", seq=105, ack=300)
    p.server("A", seq=300, ack=105, window=0)
    p.server("A", seq=300, ack=105, window=500)


def fills_the_window(p: Play) -> None:
    p.server("A", seq=300, ack=100, window=5)
    p.client("PA", HELLO, seq=100, ack=300)


def syn_again_behind_a_hole(p: Play) -> None:
    p.client("PA", HELLO, seq=100, ack=300)
    p.client("PA", HELLO, seq=2000, ack=300)
    p.client("S", seq=99, after_ms=500)
    p.client("PA", HELLO, seq=105, ack=300, after_ms=500)


def keep_alive(p: Play) -> None:
    p.client("PA", HELLO, seq=100, ack=300)
    p.server("A", seq=300, ack=105)
    p.client("A", seq=104, ack=300)
    p.server("A", seq=300, ack=105)


def empty_window_probe(p: Play) -> None:
    p.client("PA", HELLO, seq=100, ack=300)
    p.server("A", seq=300, ack=105, window=0)
    p.client("A", seq=104, ack=300, after_ms=200)
    p.server("A", seq=300, ack=105, window=0)


@pytest.mark.parametrize(
    ("act", "expected"),
    [
        (repeat, [[], ["retransmission"]]),
        (repeat_of_acknowledged, [[], [], ["spurious_retransmission"]]),
        (late_segment, [[], ["lost_segment"], ["out_of_order"]]),
        (
            three_duplicate_acks,
            [[], [], ["lost_segment"], ["duplicate_ack"], [], ["duplicate_ack"], ["fast_retransmission"]],
        ),
        (acknowledges_the_unseen, [[], ["ack_lost_segment"]]),
        (
            late_segment_behind_an_ack_of_the_unseen,
            [["ack_lost_segment"], ["lost_segment"], ["fast_retransmission"]],
        ),
        (late_segment_by_a_clock_that_went_back, [[], ["lost_segment"], ["retransmission"]]),
        (
            window_closes_and_opens,
            [
                [],
                ["zero_window"],
                ["zero_window_probe"],
                ["zero_window", "zero_window_probe_ack"],
                ["window_update"],
            ],
        ),
        (fills_the_window, [["window_update"], ["window_full"]]),
        (keep_alive, [[], [], ["keep_alive"], ["keep_alive_ack"]]),
        (syn_again_behind_a_hole, [[], ["lost_segment"], ["retransmission"], []]),
        (empty_window_probe, [[], ["zero_window"], ["keep_alive"], ["zero_window"]]),
        (lambda p: p.client("R", seq=5000), [[]]),
        (lambda p: p.client("FA", seq=100, ack=300), [[]]),
    ],
    ids=[
        "the same bytes again after 300 ms",
        "bytes that the peer had acknowledged",
        "a segment that was overtaken within the round trip",
        "a repeat right behind two duplicate ACKs",
        "an ACK of bytes that nobody saw",
        "such an ACK is taken for duplicate ACKs of the other end (tshark 4.0)",
        "a segment that was overtaken, by a clock that went back",
        "zero window, probe, its ACK, window update",
        "bytes up to the last one the receiver has room for",
        "one byte back, nothing new",
        "a SYN that comes again takes back what was sent behind a hole (tshark 4.0)",
        "the same while the window is 0, as Linux probes it",
        "a RST beyond is no lost segment",
        "a FIN is new",
    ],
)
def test_verdicts(act: Act, expected: list[list[str]]) -> None:
    play = Play().handshake()
    act(play)
    assert play.run().verdicts()[3:] == expected


def test_rules_hold_across_the_sequence_wrap() -> None:
    play = Play().handshake(client_isn=2**32 - 3)
    play.client("PA", HELLO, seq=2**32 - 2, ack=300)
    play.server("A", seq=300, ack=3)
    play.client("PA", HELLO, seq=2**32 - 2, ack=300)
    play.client("PA", HELLO, seq=3, ack=300)
    assert play.run().verdicts()[3:] == [[], [], ["spurious_retransmission"], []]


def test_round_trip_is_measured_from_the_first_transmission() -> None:
    play = Play().handshake()
    play.client("PA", HELLO, seq=100, ack=300)
    play.client("PA", HELLO, seq=105, ack=300, after_ms=2)
    play.server("A", seq=300, ack=105, after_ms=3)
    play.server("A", seq=300, ack=110, after_ms=1)
    play.run()
    assert play.packets["ack_rtt_ns"].tolist() == [-1, 1_000_000, 1_000_000, -1, -1, 5_000_000, 4_000_000]


def test_a_repeat_is_not_measured_and_an_ack_that_comes_again_is_not_either() -> None:
    play = Play().handshake()
    play.client("PA", HELLO, seq=100, ack=300)
    play.client("PA", HELLO, seq=100, ack=300, after_ms=300)
    play.server("A", seq=300, ack=105)
    play.client("PA", HELLO, seq=100, ack=300, after_ms=300)
    play.server("A", seq=300, ack=105)
    play.run()
    assert play.packets["ack_rtt_ns"].tolist()[3:] == [-1, -1, 301_000_000, -1, -1]


def test_bytes_in_flight_grow_with_segments_and_shrink_with_acks() -> None:
    play = Play().handshake()
    play.client("PA", HELLO, seq=100, ack=300)
    play.client("PA", HELLO, seq=105, ack=300)
    play.server("A", seq=300, ack=105)
    play.client("PA", HELLO, seq=110, ack=300)
    play.run()
    assert play.packets["in_flight"].tolist()[3:] == [5, 10, 0, 10]


def test_bytes_in_flight_leave_out_the_numbers_of_syn_and_fin() -> None:
    play = Play()
    play.client("S", HELLO, seq=99)
    play.client("FA", HELLO, seq=105)
    play.server("SA", seq=299, ack=105)
    play.client("FA", HELLO, seq=105, ack=300)
    play.run()
    assert play.packets["in_flight"].tolist() == [5, 10, 0, 5]


def test_bytes_that_the_peer_had_acknowledged_before_they_were_captured_are_not_in_flight() -> None:
    play = Play().handshake()
    play.client("PA", HELLO, seq=100, ack=300)
    play.server("A", seq=300, ack=5000)
    play.client("PA", HELLO, seq=105, ack=300)
    play.run()
    assert play.packets["in_flight"].tolist()[3:] == [5, 0, 0]


@pytest.mark.parametrize(
    ("duplicates", "after_ms", "verdict"),
    [
        (2, 19.999999, "fast_retransmission"),
        (2, 20, "retransmission"),
        (1, 10, "retransmission"),
        (1, 0.999999, "out_of_order"),
    ],
    ids=["just in time", "too late", "after one duplicate ACK", "after one, within the reordering time"],
)
def test_when_a_late_segment_is_a_fast_retransmission(duplicates: int, after_ms: float, verdict: str) -> None:
    play = Play()
    play.client("A", b"12", seq=100, ack=300)
    play.server("A", seq=300, ack=102)
    play.client("A", b"56", seq=104, ack=300)
    for _ in range(duplicates):
        play.server("A", seq=300, ack=102)
    play.client("A", b"34", seq=102, ack=300, after_ms=after_ms)
    assert play.run().verdicts()[-1] == [verdict]


@pytest.mark.parametrize(
    ("rtt_ms", "after_ms", "verdict"),
    [
        (None, 2.999999, "out_of_order"),
        (None, 3, "retransmission"),
        (5, 9.999999, "out_of_order"),
        (5, 10, "retransmission"),
    ],
)
def test_how_late_a_reordered_segment_may_be(rtt_ms: int | None, after_ms: float, verdict: str) -> None:
    """3 ms, or the initial round trip: here from the SYN to the ACK, each `rtt_ms` after the packet before."""
    play = Play()
    if rtt_ms:
        play.client("S", seq=99)
        play.server("SA", seq=299, ack=100, after_ms=rtt_ms)
        play.client("A", seq=100, ack=300, after_ms=rtt_ms)
    play.client("PA", b"12", seq=100, ack=300)
    play.client("PA", b"56", seq=104, ack=300)
    play.client("PA", b"34", seq=102, ack=300, after_ms=after_ms)
    assert play.run().verdicts()[-1] == [verdict]
