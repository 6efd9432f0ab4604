"""Silences, delayed ACKs, bursts and queues, told only where the round trip time can tell them apart."""

from __future__ import annotations

from tests.tcp.play import Play
from tests.views.story.telling import kinds, opened, told


def test_a_late_ack_is_probably_delayed_and_what_follows_it_was_probably_held_back() -> None:
    play = opened()
    play.client("PA", b"SAY", seq=100, ack=300)
    play.server("A", seq=300, ack=103, after_ms=41)
    play.client("PA", b" 5", seq=103, ack=300, after_ms=0.03)
    late, held = told(play)[-2:]
    assert late.startswith(
        "The server acknowledges after 41 ms, while the handshake was answered after 20 µs: probably"
    )
    assert held.startswith("The client sends 2 bytes, 30 µs after that ACK: probably")


def test_an_ack_that_only_takes_as_long_as_the_way_is_not_delayed() -> None:
    play = opened(50)
    play.client("PA", b"SAY", seq=100, ack=300)
    play.server("A", seq=300, ack=103, after_ms=51)
    assert "DELAYED_ACK" not in kinds(play)


def flight(play: Play, first: int, segments: int, after_ms: float) -> int:
    """So many segments of 100 bytes from the client in one go; where they end."""
    for i in range(segments):
        play.client("A", bytes(100), seq=100 + first + 100 * i, ack=300, after_ms=0.01 if i else after_ms)
    return first + 100 * segments


def test_bursts_are_told_where_a_round_trip_tells_them_apart() -> None:
    play = opened(20)
    end = flight(play, 0, 10, 0.1)
    play.server("A", seq=300, ack=100 + end, after_ms=20)
    flight(play, end, 20, 0.1)
    bursts = [sentence for sentence in told(play) if "burst" in sentence]
    assert [sentence[:46] for sentence in bursts] == [
        "The client has sent 10 segments, 1,000 bytes, ",
        "The client has sent 20 segments, 2,000 bytes, ",
    ]


def test_on_one_machine_there_are_no_bursts() -> None:
    play = opened(0.02)
    end = flight(play, 0, 10, 0.1)
    play.server("A", seq=300, ack=100 + end, after_ms=20)
    flight(play, end, 20, 0.1)
    assert "BURST" not in kinds(play)


def test_a_round_trip_that_doubles_is_probably_a_queue() -> None:
    play = opened(20)
    flight(play, 0, 6, 0.1)
    play.server("A", seq=300, ack=200, after_ms=20)
    for i in range(2, 6):
        play.server("A", seq=300, ack=100 + 100 * i, after_ms=15)
    queued = [sentence for sentence in told(play) if "queue" in sentence]
    assert len(queued) == 1
    assert "probably" in queued[0]


def test_an_ack_that_came_with_a_fin_may_have_waited_for_its_program() -> None:
    play = opened(20)
    flight(play, 0, 2, 0.1)
    play.server("A", seq=300, ack=200, after_ms=20)
    play.server("FA", seq=300, ack=300, after_ms=60)
    assert "QUEUED" not in kinds(play)


def test_a_fin_that_is_answered_late_tells_of_no_queue() -> None:
    play = opened(20)
    flight(play, 0, 6, 0.1)
    play.server("A", seq=300, ack=200, after_ms=20)
    play.server("A", seq=300, ack=700, after_ms=5)
    play.client("FA", seq=700, ack=300)
    play.server("A", seq=300, ack=701, after_ms=200)
    assert "QUEUED" not in kinds(play)


def test_a_slow_program_on_one_machine_is_no_queue() -> None:
    play = opened()
    flight(play, 0, 6, 0.1)
    play.server("A", seq=300, ack=200, after_ms=0.4)
    play.server("A", seq=300, ack=700, after_ms=20)
    assert "QUEUED" not in kinds(play)


def test_silence_is_told_but_not_beside_a_timer_that_ended_it() -> None:
    play = opened()
    play.client("PA", b"hello", seq=100, ack=300, after_ms=800)
    assert "No packet of this connection was captured for 800 ms." in told(play)
    play = opened()
    play.client("PA", b"hello", seq=100, ack=300)
    play.client("PA", b"hello", seq=100, ack=300, after_ms=800)
    assert "SILENCE" not in kinds(play)
