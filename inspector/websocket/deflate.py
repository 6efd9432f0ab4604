"""Inflates the messages of one direction (permessage-deflate, RFC 7692 §7.2), bounded, and honest about what it lost.

Where messages share a context, one that is missing takes the bytes that later ones refer to with it. DEFLATE says so: a
reference to bytes that are not there is an error, never a wrong byte. So after a loss every message is tried with an
empty context, and what can be inflated is right.

Hot module: compiled by Cython where there is a compiler, plain Python otherwise (docs/architecture.md).
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from enum import IntEnum
from typing import Any

import cython

TAIL = b"\x00\x00\xff\xff"
"""What the sender cut off each message (RFC 7692 §7.2.1)."""

STEP = 64 * 1024
"""Bytes that are inflated at a time."""

ALLOWANCE = 256 * 1024
RATIO = 100
"""A direction's messages may become ALLOWANCE bytes and RATIO times what was sent. Real text is compressed 3 to 20
fold, DEFLATE can do 1030; what is beyond RATIO is a bomb. 16 MiB of one conversation cost at most 1.6 GiB of output."""

MESSAGE_LIMIT = 16 * 1024 * 1024
"""Bytes one message may become."""


class Outcome(IntEnum):
    """What became of one compressed message."""

    GOOD = 0
    BAD_DATA = 1
    CONTEXT_LOST = 2
    TOO_FAR = 3


GOOD = cython.declare(cython.int, int(Outcome.GOOD))
BAD_DATA = cython.declare(cython.int, int(Outcome.BAD_DATA))
CONTEXT_LOST = cython.declare(cython.int, int(Outcome.CONTEXT_LOST))
TOO_FAR = cython.declare(cython.int, int(Outcome.TOO_FAR))
_STEP = cython.declare(cython.Py_ssize_t, STEP)
_RATIO = cython.declare(cython.longlong, RATIO)
_MESSAGE_LIMIT = cython.declare(cython.longlong, MESSAGE_LIMIT)


@cython.cclass
class Inflater:
    """One direction: `begin` a message, `feed` its payload piece by piece, `end` it; or have a `whole` one.

    Args:
        keeps_context: whether a message may refer to the ones before it (no "no_context_takeover" was agreed on).
        is_lost: whether messages before the first one are not in the capture.
        is_refused: inflate nothing; every message counts as lost.

    Attributes:
        outcome: an `Outcome`, of the message in hand.
        inflated: bytes it has become so far.
    """

    outcome = cython.declare(cython.int, visibility="public")
    inflated = cython.declare(cython.longlong, visibility="public")
    keeps_context: cython.bint
    is_lost: cython.bint
    is_refused: cython.bint
    allowance: cython.longlong
    stream: Any
    left: bytes
    """What the last step did not consume."""
    is_full: cython.bint
    """The last step gave all that it may: there may be more to come without further input."""

    def __init__(self, keeps_context: bool, is_lost: bool = False, is_refused: bool = False) -> None:
        self.keeps_context = keeps_context
        self.is_lost = is_lost
        self.is_refused = is_refused
        self.outcome = GOOD
        self.inflated = 0
        self.allowance = ALLOWANCE
        self.stream = _fresh()
        self.left = b""
        self.is_full = False

    def begin(self) -> None:
        """A new message."""
        self.outcome = CONTEXT_LOST if self.is_refused else GOOD
        self.inflated = 0
        self.is_full = False
        if not self.keeps_context:
            self.stream = _fresh()

    def feed(self, piece: bytes) -> Iterator[bytes]:
        """Inflate a piece of payload; yields what it becomes in steps. Nothing once the message has gone wrong."""
        self.allowance += _RATIO * len(piece)
        self.left = piece
        while self.outcome == GOOD and (self.left or self.is_full):
            out = self._step(self.left)
            if self.outcome != GOOD:
                return
            yield out

    def end(self) -> Iterator[bytes]:
        """The last piece was fed; yields what was still to come."""
        return self.feed(TAIL)

    def whole(self, payload: bytes) -> bytes:
        """A message that is there in one piece: what it becomes, as far as `outcome` says that it could be inflated."""
        self.begin()
        if self.outcome != GOOD:
            return b""
        self.allowance += _RATIO * (len(payload) + len(TAIL))
        content: bytes = self._step(payload + TAIL)
        if self.outcome == GOOD and (self.left or self.is_full):
            rest, self.left = self.left, b""
            self.allowance -= _RATIO * len(rest)  # `feed` will add it again
            content += b"".join(self.feed(rest))
        return content

    def lose(self) -> None:
        """Bytes of the message in hand, or whole messages, are not in the capture."""
        if self.outcome == GOOD:
            self._fail(CONTEXT_LOST)

    @cython.cfunc
    def _step(self, piece: bytes) -> bytes:
        """Inflate some of a piece: at most STEP bytes come of it. Sets `left` and `is_full`, or the outcome when it
        goes wrong.
        """
        try:
            out: bytes = self.stream.decompress(piece, STEP)
        except zlib.error:
            self._fail(CONTEXT_LOST if self.is_lost else BAD_DATA)
            return b""
        self.inflated += len(out)
        self.allowance -= len(out)
        if self.allowance < 0 or self.inflated > _MESSAGE_LIMIT:
            self._fail(TOO_FAR)
            return b""
        self.is_full = len(out) == _STEP
        if self.stream.eof:
            # A block with BFINAL set ends the DEFLATE stream; another may follow (RFC 7692 §7.2.3.4).
            self.left, self.is_full = self.stream.unused_data, False
            self.stream = _fresh()
        else:
            self.left = self.stream.unconsumed_tail
        return out

    @cython.cfunc
    def _fail(self, outcome: cython.int) -> cython.void:
        self.outcome = outcome
        self.is_lost = self.keeps_context
        self.is_full = False
        self.left = b""
        self.stream = _fresh()


def _fresh() -> Any:
    # The largest window reads what was written with a smaller one too.
    return zlib.decompressobj(-15)
