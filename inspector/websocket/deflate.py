"""Inflates the messages of one direction (permessage-deflate, RFC 7692 §7.2), bounded, and honest about what it lost.

Where messages share a context, one that is missing takes the bytes that later ones refer to with it. DEFLATE says so: a
reference to bytes that are not there is an error, never a wrong byte. So after a loss every message is tried with an
empty context, and what can be inflated is right.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from enum import IntEnum

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


class Inflater:
    """One direction: `begin` a message, `feed` its payload piece by piece, `end` it.

    Args:
        keeps_context: whether a message may refer to the ones before it (no "no_context_takeover" was agreed on).
        is_lost: whether messages before the first one are not in the capture.
        is_refused: inflate nothing; every message counts as lost.
    """

    def __init__(self, keeps_context: bool, is_lost: bool = False, is_refused: bool = False) -> None:
        self.keeps_context = keeps_context
        self.is_lost = is_lost
        self.is_refused = is_refused
        self.outcome = Outcome.GOOD
        self.inflated = 0
        self._allowance = ALLOWANCE
        self._stream = _fresh()

    def begin(self) -> None:
        """A new message."""
        self.outcome = Outcome.CONTEXT_LOST if self.is_refused else Outcome.GOOD
        self.inflated = 0
        if not self.keeps_context:
            self._stream = _fresh()

    def feed(self, piece: bytes) -> Iterator[bytes]:
        """Inflate a piece of payload; yields what it becomes in steps. Nothing once the message has gone wrong."""
        self._allowance += RATIO * len(piece)
        is_full = False
        while self.outcome == Outcome.GOOD and (piece or is_full):
            try:
                out = self._stream.decompress(piece, STEP)
            except zlib.error:
                self._fail(Outcome.CONTEXT_LOST if self.is_lost else Outcome.BAD_DATA)
                return
            self.inflated += len(out)
            self._allowance -= len(out)
            if self._allowance < 0 or self.inflated > MESSAGE_LIMIT:
                self._fail(Outcome.TOO_FAR)
                return
            yield out
            is_full = len(out) == STEP
            if self._stream.eof:
                # A block with BFINAL set ends the DEFLATE stream; another may follow (RFC 7692 §7.2.3.4).
                piece, is_full = self._stream.unused_data, False
                self._stream = _fresh()
            else:
                piece = self._stream.unconsumed_tail

    def end(self) -> Iterator[bytes]:
        """The last piece was fed; yields what was still to come."""
        yield from self.feed(TAIL)

    def whole(self, payload: bytes) -> bytes:
        """A message that is there in one piece: what it becomes, as far as `outcome` says that it could be inflated."""
        self.begin()
        return b"".join(self.feed(payload + TAIL))

    def lose(self) -> None:
        """Bytes of the message in hand, or whole messages, are not in the capture."""
        if self.outcome == Outcome.GOOD:
            self._fail(Outcome.CONTEXT_LOST)

    def _fail(self, outcome: Outcome) -> None:
        self.outcome = outcome
        self.is_lost = self.keeps_context
        self._stream = _fresh()


def _fresh() -> zlib._Decompress:
    # The largest window reads what was written with a smaller one too.
    return zlib.decompressobj(-15)
