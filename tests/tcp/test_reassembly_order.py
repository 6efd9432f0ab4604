"""The two directions are read in the order that their acknowledgments prove, whatever the order of the capture."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inspector.tables.table import ChunkKind

from .play import Play

Act = Callable[[Play], object]


def told(play: Play) -> list[tuple[int, bytes | int | str]]:
    """The bytes of both sides in the order in which they became readable; consecutive pieces of one side are joined."""
    out: list[tuple[int, bytes | int | str]] = []
    c = play.chunks
    for side, kind, address, length in zip(
        *(c[name].tolist() for name in ("direction", "kind", "address", "length")), strict=True
    ):
        said: bytes | int | str = length if kind == ChunkKind.GAP else ChunkKind(kind).name.lower()
        if kind == ChunkKind.DATA:
            said = bytes(play.bytes[address : address + length])
            if out and out[-1][0] == side and isinstance(before := out[-1][1], bytes):
                out[-1] = (side, before + said)
                continue
        out.append((side, said))
    return out


def response_first(p: Play) -> None:
    p.handshake()
    p.server("PA", b"yes", seq=300, ack=105)
    p.client("PA", b"hello", seq=100, ack=300)
    p.client("A", seq=105, ack=303)


def second_response_before_both(p: Play) -> None:
    p.handshake()
    p.client("PA", b"second", seq=105, ack=303)
    p.server("PA", b"yes2", seq=303, ack=111)
    p.server("PA", b"yes", seq=300, ack=105)
    p.client("PA", b"hello", seq=100, ack=300)


def server_direction_first(p: Play) -> None:
    p.server("SA", seq=299, ack=100)
    p.server("PA", b"yes", seq=300, ack=105)
    p.server("PA", b"yes2", seq=303, ack=111)
    p.server("FA", seq=307, ack=111)
    p.client("S", seq=99)
    p.client("A", seq=100, ack=300)
    p.client("PA", b"hello", seq=100, ack=300)
    p.client("PA", b"second", seq=105, ack=303)
    p.client("FA", seq=111, ack=308)


def fin_before_what_it_answers(p: Play) -> None:
    p.handshake()
    p.server("FA", seq=303, ack=106)
    p.server("PA", b"yes", seq=300, ack=105)
    p.client("FA", seq=105, ack=303)
    p.client("PA", b"hello", seq=100, ack=300)


def request_late_by_more_than_two_turns(p: Play) -> None:
    p.handshake()
    p.server("PA", b"yes", seq=300, ack=105)
    p.client("PA", b"second", seq=105, ack=303)
    p.server("PA", b"yes2", seq=303, ack=111)
    p.client("PA", b"hello", seq=100, ack=300)


def response_in_mid_connection(p: Play) -> None:
    p.server("PA", b"yes", seq=300, ack=105)
    p.client("PA", b"hello", seq=100, ack=300)
    p.server("PA", b"yes2", seq=303, ack=111)
    p.client("PA", b"second", seq=105, ack=303)


def request_never_captured(p: Play) -> None:
    p.handshake()
    p.server("PA", b"yes", seq=300, ack=105)
    p.client("PA", b"second", seq=105, ack=303)
    p.server("PA", b"yes2", seq=303, ack=111)
    p.client("A", seq=111, ack=307, after_ms=150)


def only_the_repeat_captured(p: Play) -> None:
    p.handshake()
    p.server("PA", b"yes", seq=300, ack=105)
    p.client("PA", b"hello", seq=100, ack=303)


def reset_before_what_it_answers(p: Play) -> None:
    p.handshake()
    p.server("PA", b"yes", seq=300, ack=105)
    p.server("RA", seq=303, ack=105)


@pytest.mark.parametrize(
    ("act", "expected"),
    [
        (response_first, [(0, b"hello"), (1, b"yes")]),
        (second_response_before_both, [(0, b"hello"), (1, b"yes"), (0, b"second"), (1, b"yes2")]),
        (request_late_by_more_than_two_turns, [(0, b"hello"), (1, b"yes"), (0, b"second"), (1, b"yes2")]),
        (
            server_direction_first,
            [(0, b"hello"), (1, b"yes"), (0, b"second"), (1, b"yes2"), (1, "end"), (0, "end")],
        ),
        (fin_before_what_it_answers, [(0, b"hello"), (1, b"yes"), (0, "end"), (1, "end")]),
        (response_in_mid_connection, [(0, b"hello"), (1, b"yes"), (0, b"second"), (1, b"yes2")]),
        (request_never_captured, [(0, 5), (1, b"yes"), (0, b"second"), (1, b"yes2")]),
        (only_the_repeat_captured, [(0, b"hello"), (1, b"yes")]),
        (reset_before_what_it_answers, [(1, b"yes"), (1, "abort")]),
    ],
    ids=[
        "a response captured before its request comes after it",
        "four segments in reverse",
        "a request that two turns have overtaken",
        "one direction captured before the other",
        "a FIN comes after the bytes that its sender had received",
        "in mid-connection",
        "what the capture lost comes before its answer",
        "of two that acknowledge each other the later is a repeat, and its bytes came first",
        "what waits comes before a reset",
    ],
)
def test_what_a_segment_acknowledges_comes_before_it(act: Act, expected: list[tuple[int, bytes | int | str]]) -> None:
    play = Play()
    act(play)
    assert told(play.run()) == expected


def test_a_segment_waits_a_tenth_of_a_second_at_most_for_what_it_acknowledges() -> None:
    play = Play().handshake()
    early = play.server("PA", b"yes", seq=300, ack=105)
    play.client("A", seq=105, ack=303)
    late = play.client("A", seq=105, ack=303, after_ms=150)
    play.client("PA", b"hello", seq=100, ack=300)
    assert told(play.run()) == [(1, b"yes"), (0, b"hello")]
    assert (play.chunks["packet"][0], play.chunks["at"][0]) == (early, late)


def test_a_wait_that_is_over_is_over_for_the_segments_behind_it() -> None:
    play = Play().handshake()
    play.server("PA", b"one", seq=300, ack=105)
    play.server("PA", b"two", seq=303, ack=105, after_ms=90)
    over = play.server("PA", b"three", seq=306, ack=105, after_ms=20)
    last = play.server("PA", b"four", seq=311, ack=105)
    play.client("A", seq=105, ack=315)
    assert told(play.run()) == [(1, b"onetwothreefour")]
    assert play.chunks["at"].tolist() == [over, over, over, last]


def test_where_one_direction_was_not_captured_the_other_waits_once() -> None:
    play = Play()
    play.server("PA", b"one", seq=300, ack=105)
    over = play.server("PA", b"two", seq=303, ack=110, after_ms=150)
    then = play.server("PA", b"three", seq=306, ack=115)
    play.run()
    assert told(play) == [(1, b"onetwothree")]
    assert play.chunks["at"].tolist() == [over, over, then]


Segment = tuple[int, int, int, int]
"""Who sends it, its first byte, how many there are, what it acknowledges; the last two sides' bytes count from 0."""


@st.composite
def dialogues(draw: st.DrawFn) -> list[Segment]:
    """Segments in the order in which they were sent; each acknowledges some or all that its sender has received."""
    sent = [0, 0]
    acked = [0, 0]
    out: list[Segment] = []
    for side, length, lag in draw(
        st.lists(st.tuples(st.integers(0, 1), st.integers(0, 9), st.sampled_from([0, 0, 0, 5])), max_size=14)
    ):
        acked[side] = max(acked[side], sent[1 - side] - lag)
        out.append((side, sent[side], length, acked[side]))
        sent[side] += length
    return out


@st.composite
def interleavings(draw: st.DrawFn) -> list[Segment]:
    """A dialogue captured in another order, which keeps the order of each direction."""
    segments = draw(dialogues())
    queues = [[segment for segment in segments if segment[0] == side] for side in range(2)]
    out: list[Segment] = []
    while queues[0] or queues[1]:
        out.append(queues[draw(st.sampled_from([side for side in range(2) if queues[side]]))].pop(0))
    return out


def captured(segments: list[Segment], batches: list[int]) -> Play:
    play = Play().handshake()
    for side, start, length, ack in segments:
        act, isn, peer = (play.server, 300, 100) if side else (play.client, 100, 300)
        act("A", bytes(range(65 + start % 26, 65 + start % 26 + length)), seq=isn + start, ack=peer + ack)
    return play.run(batches)


@settings(max_examples=300, deadline=None)
@given(segments=interleavings(), batches=st.lists(st.integers(1, 7), max_size=30))
def test_any_interleaving_is_read_in_the_order_that_the_acknowledgments_prove(
    segments: list[Segment], batches: list[int]
) -> None:
    chunks = captured(segments, batches).chunks
    read = [0, 0]
    for side, packet, length in zip(
        *(chunks[name].tolist() for name in ("direction", "packet", "length")), strict=True
    ):
        assert read[1 - side] >= segments[packet - 3][3]
        read[side] += length
    assert read == [sum(length for who, _, length, _ in segments if who == side) for side in range(2)]


@settings(max_examples=300, deadline=None)
@given(
    segments=dialogues().flatmap(st.permutations),
    lost=st.sets(st.integers(0, 14)),
    batches=st.lists(st.integers(1, 7), max_size=30),
)
def test_any_order_and_any_loss_in_both_directions_keeps_every_byte_that_was_captured(
    segments: list[Segment], lost: set[int], batches: list[int]
) -> None:
    kept = [segment for i, segment in enumerate(segments) if i not in lost]
    chunks = captured(kept, batches).chunks
    data = chunks["kind"] == ChunkKind.DATA
    for side in range(2):
        expected = sum(length for who, _, length, _ in kept if who == side)
        assert chunks["length"][data & (chunks["direction"] == side)].sum() == expected
