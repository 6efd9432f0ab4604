"""The byte stream of one direction, reassembled from segments in any order."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inspector.tables.table import ChunkKind

from .play import Play

Act = Callable[[Play], object]


def sends(*segments: tuple[int, bytes], fin: int | None = None) -> Act:
    """The client sends segments at offsets of its stream, perhaps a FIN, and nothing is acknowledged."""

    def act(p: Play) -> None:
        for at, payload in segments:
            p.client("PA", payload, seq=100 + at, ack=300)
        if fin is not None:
            p.client("FA", seq=100 + fin, ack=300)

    return act


def lost_for_good(p: Play) -> None:
    p.client("PA", b"one", seq=100, ack=300)
    p.server("A", seq=300, ack=106)
    p.client("PA", b"three", seq=106, ack=300)


def acknowledged_before_it_was_captured(p: Play) -> None:
    p.client("PA", b"three", seq=106, ack=300)
    p.server("A", seq=300, ack=111)
    p.client("PA", b"onetwo", seq=100, ack=300)


def acknowledged_before_its_two_segments_changed_places(p: Play) -> None:
    p.server("A", seq=300, ack=111)
    p.client("PA", b"three", seq=106, ack=300)
    p.client("PA", b"onetwo", seq=100, ack=300)


def came_when_nobody_waited_any_more(p: Play) -> None:
    p.server("A", seq=300, ack=111)
    p.client("PA", b"three", seq=106, ack=300)
    p.client("PA", b"four", seq=111, ack=300, after_ms=150)
    p.client("PA", b"onetwo", seq=100, ack=300)


def reset_before_the_wait_was_over(p: Play) -> None:
    lost_for_good(p)
    p.server("A", seq=300, ack=111)
    p.client("PA", b"unheard", seq=120, ack=300)
    p.client("R", seq=111)


@pytest.mark.parametrize(
    ("act", "expected"),
    [
        (sends((0, b"abc"), (3, b"def")), [b"abcdef"]),
        (sends((0, b"abc"), (0, b"abc"), (3, b"def")), [b"abcdef"]),
        (sends((3, b"def"), (0, b"abc")), [b"abcdef"]),
        (sends((6, b"ghi"), (3, b"def"), (0, b"abc")), [b"abcdefghi"]),
        (sends((0, b"abcd"), (2, b"XXef")), [b"abcdef"]),
        (sends((4, b"efgh"), (2, b"cdXX"), (0, b"ab")), [b"abcdXXgh"]),
        (sends((2, b"cdef"), (4, b"XX"), (0, b"ab")), [b"abcdef"]),
        (sends((3, b"d"), (2, b"XXXX"), (0, b"ab")), [b"abXXXX"]),
        (sends((0, b"abc"), fin=3), [b"abc", "end"]),
        (sends((3, b"def"), (0, b"abc"), fin=6), [b"abcdef", "end"]),
        (sends((0, b"abc"), (5, b"fgh")), [b"abc", 2, b"fgh"]),
        (sends((0, b"abc"), fin=5), [b"abc", 2, "end"]),
        (lost_for_good, [b"one", 3, b"three"]),
        (acknowledged_before_it_was_captured, [b"onetwothree"]),
        (acknowledged_before_its_two_segments_changed_places, [b"onetwothree"]),
        (came_when_nobody_waited_any_more, [6, b"threefour"]),
        (lambda p: p.client("R", b"go away", seq=100), ["abort"]),
        (reset_before_the_wait_was_over, [b"one", 3, b"three", "abort"]),
        (lambda p: p.client("PA", b"abcdef", seq=100, ack=300, captured=4), [b"abcd", 2]),
    ],
    ids=[
        "in order",
        "a repeat adds nothing",
        "the later segment waits",
        "three in reverse",
        "delivered bytes stay as they were",
        "of waiting bytes the segment that begins earlier wins",
        "a segment inside a waiting one is dropped",
        "a segment around a waiting one replaces it",
        "FIN ends the stream",
        "FIN comes after the bytes before it",
        "what never came is a gap at the end of the capture",
        "a FIN behind missing bytes",
        "what the peer acknowledged and nobody saw is a gap",
        "an ACK captured before its segment does no harm",
        "nor one captured before two segments in the wrong order",
        "what comes after a tenth of a second comes too late",
        "bytes in a RST are not part of the stream",
        "a RST does not take back what was acknowledged",
        "what the capture cut off is a gap",
    ],
)
def test_stream(act: Act, expected: list[bytes | int | str]) -> None:
    play = Play().handshake()
    act(play)
    assert play.run().stream(0) == expected


def test_gap_is_counted_as_missed() -> None:
    play = Play().handshake()
    lost_for_good(play)
    play.run()
    assert play.connections["missed_bytes"].tolist() == [[3, 0]]


def test_a_gap_comes_before_what_the_peer_says_to_what_stands_behind_it() -> None:
    play = Play().handshake()
    lost_for_good(play)
    play.server("PA", b"go on", seq=300, ack=106)
    play.server("PA", b"yes", seq=305, ack=111)
    play.run()
    told = list(zip(play.chunks["direction"].tolist(), play.chunks["kind"].tolist(), strict=True))
    assert told == [
        (0, ChunkKind.DATA),
        (1, ChunkKind.DATA),
        (0, ChunkKind.GAP),
        (0, ChunkKind.DATA),
        (1, ChunkKind.DATA),
    ]


def test_what_the_peer_acknowledged_comes_before_its_reset() -> None:
    play = Play().handshake()
    lost_for_good(play)
    reset = play.server("RA", seq=300, ack=111)
    play.run()
    told = list(zip(play.chunks["direction"].tolist(), play.chunks["kind"].tolist(), strict=True))
    assert told == [(0, ChunkKind.DATA), (0, ChunkKind.GAP), (0, ChunkKind.DATA), (1, ChunkKind.ABORT)]
    assert play.chunks["at"].tolist()[1:] == [reset] * 3


def test_of_several_gaps_each_does_not_wait_for_the_one_before() -> None:
    play = Play().handshake()
    play.client("PA", b"2", seq=101, ack=300)
    play.client("PA", b"4", seq=103, ack=300)
    play.server("A", seq=300, ack=104)
    last = play.client("PA", b"5", seq=104, ack=300, after_ms=150)
    play.run()
    assert play.stream(0) == [1, b"2", 1, b"45"]
    assert set(play.chunks["at"].tolist()) == {last}


def test_a_capture_that_begins_in_mid_connection_with_an_ack_that_had_overtaken_loses_nothing() -> None:
    play = Play()
    play.client("A", seq=5006, ack=300)
    play.client("PA", b"onetwo", seq=5000, ack=300)
    play.client("PA", b"three", seq=5006, ack=300)
    assert play.run().stream(0) == [b"onetwothree"]


def test_chunk_knows_the_packet_that_carried_it_and_the_one_that_completed_it() -> None:
    play = Play().handshake()
    play.client("PA", b"def", seq=103, ack=300)
    play.client("PA", b"abc", seq=100, ack=300)
    play.run()
    assert play.chunks["packet"].tolist() == [4, 3]
    assert play.chunks["at"].tolist() == [4, 4]
    assert play.chunks["stream_offset"].tolist() == [0, 3]


HELD_SEGMENTS = 4096
"""As many segments of one direction may wait."""


@pytest.mark.parametrize(
    ("waiting", "stream"),
    [
        (HELD_SEGMENTS, [b"head" + b"x" * HELD_SEGMENTS]),
        (HELD_SEGMENTS + 1, [4, b"x" * (HELD_SEGMENTS + 1)]),
    ],
    ids=["as many as may wait", "one more"],
)
def test_a_hole_that_so_many_segments_did_not_fill_is_lost(waiting: int, stream: list[bytes | int | str]) -> None:
    play = Play().handshake()
    for i in range(waiting):
        play.client("A", b"x", seq=104 + i, ack=300, after_ms=0)
    play.client("A", b"head", seq=100, ack=300)
    assert play.run().stream(0) == stream


@pytest.mark.parametrize(
    ("waiting", "first"),
    [(HELD_SEGMENTS, 0), (HELD_SEGMENTS + 1, 1)],
    ids=["as many as may wait", "one more"],
)
def test_so_many_segments_wait_for_what_they_acknowledge(waiting: int, first: int) -> None:
    play = Play().handshake()
    for i in range(waiting):
        play.server("A", b"x", seq=300 + i, ack=104, after_ms=0)
    play.client("A", b"head", seq=100, ack=300)
    assert play.run().chunks["direction"][0] == first


@pytest.mark.parametrize(
    ("after_ms", "stream"),
    [(99.999, [b"latenext"]), (100, [4, b"next"])],
    ids=["just in time", "a tenth of a second later"],
)
def test_bytes_that_the_peer_acknowledged_may_arrive_for_a_tenth_of_a_second(
    after_ms: float, stream: list[bytes | int | str]
) -> None:
    play = Play().handshake()
    play.client("A", b"next", seq=104, ack=300)
    play.server("A", seq=300, ack=108)
    play.server("A", seq=300, ack=108, after_ms=after_ms)
    play.client("A", b"late", seq=100, ack=300, after_ms=0)
    assert play.run().stream(0) == stream


MESSAGE = bytes(range(65, 91)) * 4


@st.composite
def segmentations(draw: st.DrawFn) -> list[tuple[int, int]]:
    """Ranges that cover MESSAGE at least once, in any order, some of them repeated or overlapping."""
    cuts = sorted(draw(st.sets(st.integers(1, len(MESSAGE) - 1), max_size=12)))
    covering = list(zip([0, *cuts], [*cuts, len(MESSAGE)], strict=True))
    extra = draw(st.lists(st.tuples(st.integers(0, len(MESSAGE) - 1), st.integers(1, 40)), max_size=8))
    ranges = covering + [(start, min(start + size, len(MESSAGE))) for start, size in extra]
    return draw(st.permutations(ranges))


@settings(max_examples=300, deadline=None)
@given(ranges=segmentations(), isn=st.integers(0, 2**32 - 1), batches=st.lists(st.integers(1, 7), max_size=30))
def test_any_order_and_any_batches_give_the_same_stream(
    ranges: list[tuple[int, int]], isn: int, batches: list[int]
) -> None:
    play = Play().handshake(client_isn=isn)
    for start, stop in ranges:
        play.client("A", MESSAGE[start:stop], seq=isn + 1 + start, ack=300)
    play.client("FA", seq=isn + 1 + len(MESSAGE), ack=300)
    assert play.run(batches).stream(0) == [MESSAGE, "end"]


@settings(max_examples=300, deadline=None)
@given(
    ranges=segmentations(),
    lost=st.sets(st.integers(0, 20)),
    acks=st.lists(st.integers(0, len(MESSAGE)), max_size=20),
)
def test_loss_leaves_gaps_and_never_wrong_bytes(ranges: list[tuple[int, int]], lost: set[int], acks: list[int]) -> None:
    play = Play().handshake()
    acknowledged = iter(acks)
    for i, (start, stop) in enumerate(ranges):
        if i not in lost:
            play.client("A", MESSAGE[start:stop], seq=100 + start, ack=300)
        play.server("A", seq=300, ack=100 + next(acknowledged, 0))
    at = 0
    for piece in play.run().stream(0):
        if isinstance(piece, int):
            at += piece
        elif isinstance(piece, bytes):
            assert piece == MESSAGE[at : at + len(piece)]
            at += len(piece)
    assert at <= len(MESSAGE)


@settings(max_examples=200, deadline=None)
@given(ranges=segmentations(), acks=st.lists(st.integers(0, len(MESSAGE)), max_size=20), first=st.booleans())
def test_acks_captured_before_their_segments_lose_nothing(
    ranges: list[tuple[int, int]], acks: list[int], first: bool
) -> None:
    play = Play().handshake()
    acknowledged = iter([len(MESSAGE)] * first + acks)
    for start, stop in ranges:
        play.server("A", seq=300, ack=100 + next(acknowledged, 0))
        play.client("A", MESSAGE[start:stop], seq=100 + start, ack=300)
    assert play.run().stream(0) == [MESSAGE]
