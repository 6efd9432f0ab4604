"""Byte streams put together from segments in any order."""

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


def test_a_capture_that_begins_in_mid_connection_with_an_ack_that_had_overtaken_loses_nothing() -> None:
    play = Play()
    play.client("A", seq=5006, ack=300)
    play.client("PA", b"onetwo", seq=5000, ack=300)
    play.client("PA", b"three", seq=5006, ack=300)
    assert play.run().stream(0) == [b"onetwothree"]


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
