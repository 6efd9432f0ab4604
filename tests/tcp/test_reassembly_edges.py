"""The edges of a stream: bytes on a SYN, bytes around a RST, segments that the receiver drops."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from inspector.tables.table import ChunkKind

from .play import Play

Act = Callable[[Play], object]


def test_data_on_a_syn_come_before_the_rest() -> None:
    play = Play()
    play.client("S", b"early", seq=99)
    play.server("SA", seq=299, ack=105)
    play.client("PA", b"late", seq=105, ack=300)
    assert play.run().stream(0) == [b"earlylate"]


def refused_on_the_syn(p: Play) -> None:
    p.client("S", b"GET", seq=99)
    p.server("SA", seq=299, ack=100)
    p.client("PA", b"GET", seq=100, ack=300)
    p.server("PA", b"200", seq=300, ack=103)


def refused_on_the_syn_and_sent_in_pieces(p: Play) -> None:
    p.client("S", b"GET", seq=99)
    p.client("S", b"GET", seq=99)
    p.server("SA", seq=299, ack=100)
    p.client("PA", b"G", seq=100, ack=300)
    p.client("PA", b"ET", seq=101, ack=300)


def taken_on_the_syn(p: Play) -> None:
    p.client("S", b"GET", seq=99)
    p.server("SA", seq=299, ack=103)
    p.client("A", seq=103, ack=300)


def acknowledged_behind_the_handshake(p: Play) -> None:
    p.client("S", b"GET", seq=99)
    p.client("A", seq=103, ack=300)
    p.server("A", seq=300, ack=103)


def followed_where_the_server_was_not_captured(p: Play) -> None:
    p.client("S", b"GET", seq=99)
    p.client("A", seq=103, ack=300)
    p.client("FA", seq=103, ack=304)


def sent_again_where_the_server_was_not_captured(p: Play) -> None:
    p.client("S", b"GET", seq=99)
    p.client("PA", b"GET", seq=100, ack=300)


def never_answered(p: Play) -> None:
    p.client("S", b"GET", seq=99)
    p.client("S", b"GET", seq=99)


@pytest.mark.parametrize(
    ("act", "carriers", "completers"),
    [
        (refused_on_the_syn, [2], [2]),
        (refused_on_the_syn_and_sent_in_pieces, [3, 4], [3, 4]),
        (taken_on_the_syn, [0], [1]),
        (acknowledged_behind_the_handshake, [0], [2]),
        (followed_where_the_server_was_not_captured, [0], [2]),
        (sent_again_where_the_server_was_not_captured, [1], [1]),
        (never_answered, [0], [1]),
    ],
    ids=lambda value: value.__name__.replace("_", " ") if callable(value) else None,
)
@pytest.mark.parametrize("batches", [[], [1] * 5], ids=["at once", "packet by packet"])
def test_bytes_of_a_syn_are_read_once_when_they_are_acknowledged_or_sent_again(
    act: Act, carriers: list[int], completers: list[int], batches: list[int]
) -> None:
    play = Play()
    act(play)
    play.run(batches)
    assert play.stream(0)[0] == b"GET"
    mine = (play.chunks["direction"] == 0) & (play.chunks["kind"] == ChunkKind.DATA)
    assert play.chunks["packet"][mine].tolist() == carriers
    assert play.chunks["at"][mine].tolist() == completers
    assert play.anomaly_codes().count("tcp-overlap-differs") == 0


def test_data_on_a_syn_of_a_client_that_resets_comes_before_its_reset() -> None:
    play = Play()
    play.client("S", b"GET", seq=99)
    play.client("R", seq=100)
    assert play.run().stream(0) == [b"GET", "abort"]


def hole_filled_behind_the_reset(p: Play) -> None:
    p.server("PA", b"tri", seq=306, ack=100)
    p.client("A", seq=100, ack=309)
    p.server("RA", seq=309, ack=100)
    p.server("PA", b"onetwo", seq=300, ack=100)


def request_captured_behind_the_reset(p: Play) -> None:
    p.server("PA", b"onetwotri", seq=300, ack=105)
    p.server("RA", seq=309, ack=105)
    p.client("PA", b"hello", seq=100, ack=300)


def all_captured_behind_the_reset(p: Play) -> None:
    p.client("A", seq=100, ack=309)
    p.server("RA", seq=309, ack=100)
    p.server("PA", b"onetwotri", seq=300, ack=100)


@pytest.mark.parametrize(
    "act", [hole_filled_behind_the_reset, request_captured_behind_the_reset, all_captured_behind_the_reset]
)
def test_what_was_captured_behind_a_reset_and_belongs_before_it_is_read(act: Act) -> None:
    play = Play().handshake()
    act(play)
    play.run([1] * len(play.packets))
    assert play.stream(1) == [b"onetwotri", "abort"]
    assert play.connections["missed_bytes"].tolist() == [[0, 0]]
    assert play.states()[-1] == ("CLOSED", "CLOSED")
    if act is request_captured_behind_the_reset:
        assert play.chunks["direction"].tolist() == [0, 1, 1]
    else:
        assert play.anomaly_codes() == []


@pytest.mark.parametrize(
    ("after_ms", "stream"),
    [(999.999, [b"onetwo"]), (1000, [b"one", "abort"])],
    ids=["within a second", "after a second"],
)
def test_the_sender_of_a_reset_may_go_on_for_a_second(after_ms: float, stream: list[bytes | int | str]) -> None:
    play = Play().handshake()
    play.server("PA", b"one", seq=300, ack=100)
    play.server("R", seq=303)
    play.server("PA", b"two", seq=303, ack=100, after_ms=after_ms)
    assert play.run().stream(1) == stream


def bytes_from_outside(p: Play) -> None:
    p.handshake()
    p.server("PA", b"stray", seq=1_000_300, ack=100)
    p.server("FA", seq=2_000_300, ack=100)
    p.client("A", seq=100, ack=300)
    p.server("PA", b"real", seq=300, ack=100)
    p.server("FA", seq=304, ack=100)


def bytes_beyond_a_window_that_had_opened(p: Play) -> None:
    p.handshake()
    p.server("PA", b"far", seq=5300, ack=100)
    p.client("A", seq=100, ack=5303)
    p.server("FA", seq=5303, ack=100)


def reset_from_outside(p: Play) -> None:
    p.handshake()
    p.server("R", seq=299)
    p.server("R", seq=320)
    p.server("PA", b"real", seq=300, ack=100)


def reset_of_somebody_else(p: Play) -> None:
    p.handshake()
    p.server("PA", b"one", seq=300, ack=100)
    p.server("R", seq=303)
    p.server("PA", b"two", seq=303, ack=100, after_ms=900)
    p.server("FA", seq=306, ack=100, after_ms=5000)


def reset_that_is_meant(p: Play) -> None:
    p.handshake()
    p.server("PA", b"one", seq=300, ack=100)
    p.server("R", seq=303)
    p.client("PA", b"crosses it", seq=100, ack=303)


def refused_and_asked_again(p: Play) -> None:
    p.client("S", seq=99)
    p.server("RA", seq=0, ack=100)
    p.client("S", seq=99, after_ms=2000)
    p.server("SA", seq=299, ack=100)
    p.server("PA", b"now", seq=300, ack=100)


def fast_open_refused(p: Play) -> None:
    p.client("S", b"GET", seq=99)
    p.server("SA", seq=299, ack=100)
    p.client("PA", b"GET", seq=100, ack=300)
    p.server("PA", b"200", seq=300, ack=103)


@pytest.mark.parametrize(
    ("act", "expected"),
    [
        (bytes_from_outside, [b"real", "end"]),
        (bytes_beyond_a_window_that_had_opened, [5000, b"far", "end"]),
        (reset_from_outside, [b"real"]),
        (reset_of_somebody_else, [b"onetwo", "end"]),
        (reset_that_is_meant, [b"one", "abort"]),
        (refused_and_asked_again, [b"now"]),
        (fast_open_refused, [b"200"]),
    ],
    ids=[
        "bytes and a FIN from outside the window",
        "bytes from outside it that the receiver acknowledges",
        "resets that the receiver must drop",
        "a reset whose sender goes on",
        "a reset whose sender does not",
        "a port that refused before it listened",
        "bytes of a SYN that are sent again",
    ],
)
def test_what_the_receiver_does_not_take_is_not_in_the_stream(act: Act, expected: list[bytes | int | str]) -> None:
    play = Play()
    act(play)
    play.run([1] * len(play.packets))
    assert play.stream(1) == expected
    assert "tcp-overlap-differs" not in play.anomaly_codes()


def test_a_fin_before_what_was_delivered_ends_its_direction() -> None:
    """A forged SYN set the beginning; what the real client sends lies on the other side of the sequence space."""
    p = Play()
    p.client("S", seq=1 << 29)
    p.server("A", seq=301, ack=3_448_338_635)
    p.client("PA", b"hello", seq=3_448_338_635, ack=301)
    p.client("FA", seq=3_448_338_640, ack=301)
    p.server("A", seq=301, ack=3_448_338_641)
    p.run()
    assert p.stream(0) == ["end"]
