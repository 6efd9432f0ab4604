"""Bytes that come twice and differ are always reported, those that agree never."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from .play import Play

DIFFERS = "tcp-overlap-differs"


def sends(*segments: tuple[int, bytes]) -> Play:
    play = Play().handshake()
    for at, payload in segments:
        play.client("A", payload, seq=100 + at, ack=300)
    return play.run()


@pytest.mark.parametrize(
    ("play", "is_reported"),
    [
        (sends((0, b"abcd"), (0, b"abcd")), False),
        (sends((0, b"abcd"), (0, b"abXd")), True),
        (sends((0, b"abcd"), (2, b"cdef")), False),
        (sends((0, b"abcd"), (2, b"cXef")), True),
        (sends((2, b"cdef"), (3, b"dX"), (0, b"ab")), True),
        (sends((2, b"cd"), (1, b"bXd"), (0, b"a")), True),
        (sends((2, b"cdef"), (0, b"abcX")), True),
        (sends((2, b"cdef"), (0, b"abcd")), False),
        (sends((0, b"a"), (1, b"b"), (2, b"c"), (0, b"Xbc")), True),
    ],
    ids=[
        "an exact repeat",
        "a repeat with another byte",
        "an overlap that agrees",
        "an overlap that differs",
        "a segment inside one that waits",
        "a segment around one that waits",
        "a waiting segment whose beginning was delivered differently",
        "a waiting segment whose beginning was delivered alike",
        "a repeat of several segments in one",
    ],
)
def test_overlaps(play: Play, is_reported: bool) -> None:
    assert (DIFFERS in play.anomaly_codes()) == is_reported


CHUNKS_BACK = 256
"""So many pieces of a stream are searched for what is repeated."""


@pytest.mark.parametrize(
    ("pieces", "is_reported"), [(CHUNKS_BACK, True), (CHUNKS_BACK + 1, False)], ids=["the last to be searched", "older"]
)
def test_a_repeat_is_compared_with_the_latest_pieces(pieces: int, is_reported: bool) -> None:
    said = [(2 * i, b"ab") for i in range(pieces)]
    assert (DIFFERS in sends(*said, (0, b"aX")).anomaly_codes()) is is_reported


def test_keep_alive_byte_may_be_anything() -> None:
    play = Play().handshake()
    play.client("PA", b"hello", seq=100, ack=300)
    play.server("A", seq=300, ack=105)
    play.client("A", b"\0", seq=104, ack=300)
    assert play.run().anomaly_codes() == []


@settings(max_examples=500, deadline=None)
@given(
    segments=st.lists(st.tuples(st.integers(0, 30), st.integers(1, 12), st.integers(0, 40)), min_size=1, max_size=12)
)
def test_a_difference_is_reported_exactly_when_there_is_one(segments: list[tuple[int, int, int]]) -> None:
    """Segments cut from one text, some with one byte changed; the bytes that the segments before said are remembered
    naively.
    """
    said: dict[int, set[int]] = {}
    play = Play().handshake()
    for at, length, changed in segments:
        payload = bytearray(range(65 + at, 65 + at + length))
        if changed < length:
            payload[changed] ^= 0x80
        if length == 1:
            continue  # looks like a keep-alive
        play.client("A", bytes(payload), seq=100 + at, ack=300)
        for i, byte in enumerate(payload):
            said.setdefault(at + i, set()).add(byte)
    disagree = any(len(values) > 1 for values in said.values())
    assert (DIFFERS in play.run().anomaly_codes()) == disagree
