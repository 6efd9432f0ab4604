"""WebSocket told by its looks."""

from __future__ import annotations

import random

import pytest

from inspector.websocket.detect import Guess, frames_in
from tests.websocket.wires import close, frame, masked

PIECES = {
    "a masked text": (masked(b"Hi"), True, 1),
    "three in a row": (masked(b"Hi") + masked(bytes(300), 2) + close(1000), True, 3),
    "a server's text": (frame(b"Hi"), False, 1),
    "a long one": (frame(bytes(70_000), 2), False, 1),
    "compressed": (masked(b"xyz", rsv=4), True, 1),
    "a fragment that cuts a character": (frame(b"\xc3", fin=0), False, 1),
    "masked by the server": (masked(b"Hi"), False, 0),
    "unmasked by the client": (frame(b"Hi"), True, 0),
    "one byte more": (masked(b"Hi") + b"x", True, 0),
    "one byte less": (masked(b"Hi")[:-1], True, 0),
    "a reserved opcode": (masked(b"Hi", 3), True, 0),
    "a reserved bit": (masked(b"Hi", rsv=1), True, 0),
    "a ping in fragments": (masked(b"Hi", 9, fin=0), True, 0),
    "a length that is too long": (frame(b"Hi", size=2), False, 0),
    "text that is none": (frame(b"\xff\xfe"), False, 0),
    "nothing": (b"", True, 0),
}


@pytest.mark.parametrize(("piece", "is_client", "count"), PIECES.values(), ids=PIECES)
def test_pieces(piece: bytes, is_client: bool, count: int) -> None:
    assert frames_in(piece, is_client) == count


def test_enough_evidence_is_three_frames_in_two_pieces_one_of_them_masked() -> None:
    guess = Guess()
    assert not guess.consider(1, frame(b"a") + frame(b"b"), False)
    assert not guess.consider(2, frame(b"c"), False)
    assert guess.consider(3, masked(b"d"), True)
    assert (guess.rows, guess.frames) == ([1, 2, 3], 4)


def test_a_piece_that_does_not_fit_takes_all_evidence_away() -> None:
    guess = Guess()
    guess.consider(1, masked(b"a") + masked(b"b"), True)
    assert not guess.consider(2, b"nonsense", True)
    assert guess.rows == []
    assert not guess.consider(3, masked(b"c"), True)


def test_random_pieces_hardly_ever_look_like_frames() -> None:
    dice = random.Random(7)
    hits = sum(frames_in(dice.randbytes(dice.randint(6, 60)), True) > 0 for _ in range(20_000))
    assert hits < 20


def test_a_server_alone_is_watched_for_so_many_pieces() -> None:
    guess = Guess()
    for row in range(4095):
        assert not guess.consider(row, frame(b"a"), False)
    assert guess.may_go_on
    guess.consider(4095, frame(b"a"), False)
    assert not guess.may_go_on
