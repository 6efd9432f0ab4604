"""Decompresses the messages of one direction (permessage-deflate, RFC 7692 §7.2), within limits, and reports losses.

Where messages share a context, one that is missing takes the bytes that later ones refer to with it. DEFLATE says so: a
reference to bytes that are not there is an error, never a wrong byte. So after a loss every message is tried with an
empty context, and what can be inflated is right.

A message that is all there is first given to `Inflate` (inflate.py), which is quick about what is well-formed. All else
is zlib's: messages longer than that takes, whatever it is unsure of, and every message of a plain run. The direction
stays with zlib from then on, for zlib alone may know where in a block it is, until its context is empty.

Hot module: compiled by Cython where there is a compiler, plain Python otherwise (docs/architecture.md).
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from enum import IntEnum
from typing import Any

import cython

from inspector.websocket.deflate.inflate import INBOX, Inflate
from inspector.websocket.deflate.window import History

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
    """Result of decompressing one message."""

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
        inflate: what reads whole messages; it may serve any number of directions.

    Attributes:
        outcome: an `Outcome`, of the message in hand.
        inflated: bytes it has become so far.
    """

    outcome: cython.int
    inflated: cython.longlong
    keeps_context: cython.bint
    is_lost: cython.bint
    is_refused: cython.bint
    allowance: cython.longlong
    inflate: Inflate
    history: History
    """What messages may refer to, as long as `stream` is None."""
    stream: Any
    """zlib's, once it has taken the direction over."""
    gathered: bytearray | None
    """The payload of the message in hand, as long as it may be a small one."""
    left: bytes
    """What the last step did not consume."""
    is_full: cython.bint
    """The last step gave all that it may: there may be more to come without further input."""
    is_final: cython.bint
    """A block with BFINAL set ended the stream in the current message, and what follows it gave nothing."""

    def __init__(
        self, keeps_context: bool, is_lost: bool = False, is_refused: bool = False, inflate: Inflate | None = None
    ) -> None:
        self.keeps_context = keeps_context
        self.is_lost = is_lost
        self.is_refused = is_refused
        self.outcome = GOOD
        self.inflated = 0
        self.is_final = False
        self.allowance = ALLOWANCE
        self.inflate = inflate or Inflate()
        self.history = History()
        self._forget()

    def begin(self) -> None:
        """A new message, which comes in pieces."""
        self._begin()
        self.gathered = bytearray()

    @cython.cfunc
    def _begin(self) -> cython.bint:
        self.outcome = CONTEXT_LOST if self.is_refused else GOOD
        self.inflated = 0
        if not self.keeps_context:
            self._forget()
        self.is_full = self.is_final = False
        return True

    def feed(self, piece: bytes) -> Iterator[bytes]:
        """Take a piece of payload; yields what it becomes, in steps, or nothing while it may be a small message's.
        Nothing once the message has gone wrong.
        """
        gathered = self.gathered
        if gathered is not None:
            gathered += piece
            if len(gathered) <= INBOX:
                return
            self.gathered = None
            piece = bytes(gathered)
        yield from self._feed(piece)

    def end(self) -> Iterator[bytes]:
        """The last piece was fed; yields what was still to come."""
        gathered, self.gathered = self.gathered, None
        if gathered is None:
            yield from self._feed(TAIL)
            self._end()
        elif self.outcome == GOOD:
            yield self.whole(bytes(gathered))

    def so_far(self) -> Iterator[bytes]:
        """No more of the message will come: yields what the payload that was gathered becomes."""
        gathered, self.gathered = self.gathered, None
        if gathered:
            yield from self._feed(bytes(gathered))

    @cython.cfunc
    def _end(self) -> cython.bint:
        """The message is over. Behind a block with BFINAL set the next one begins a new DEFLATE stream, whatever the
        tail looks like there: it ends no block of that stream (RFC 7692 §7.2.3.4).
        """
        return self._forget() if self.is_final and self.outcome == GOOD else True

    def _feed(self, piece: bytes) -> Iterator[bytes]:
        """Inflate a piece of payload with zlib, in steps."""
        self.allowance += _RATIO * len(piece)
        self.left = piece
        while self.outcome == GOOD and (self.left or self.is_full):
            out = self._step(self.left)
            if self.outcome != GOOD:
                return
            yield out

    def whole(self, payload: bytes) -> bytes:
        """Decompress a message that is in one piece; the result is valid as far as `outcome` says."""
        length: cython.Py_ssize_t = len(payload)
        if cython.compiled and length <= INBOX:
            memoryview(self.inflate.inbox)[:length] = payload
            length = self.read(length)
            if length >= 0:
                return bytes(self.inflate.outbox[:length])
        self._begin()
        if self.outcome != GOOD:
            return b""
        self.allowance += _RATIO * (len(payload) + len(TAIL))
        content: bytes = self._step(payload + TAIL)
        if self.outcome == GOOD and (self.left or self.is_full):
            rest, self.left = self.left, b""
            self.allowance -= _RATIO * len(rest)  # `_feed` will add it again
            content += b"".join(self._feed(rest))
        self._end()
        return content

    @cython.cfunc
    def read(self, length: cython.Py_ssize_t) -> cython.Py_ssize_t:
        """A message whose payload, of `length` bytes, lies in the inbox of `inflate`: how many bytes it has become in
        the outbox there; -1 when it is one for `whole`, and nothing has changed.
        """
        room: cython.longlong = self.allowance + _RATIO * (length + 4)
        if self.stream is not None and not self.keeps_context:
            self._forget()
        if self.stream is not None or self.is_refused or room <= 0:
            return -1
        if room > _MESSAGE_LIMIT:
            room = _MESSAGE_LIMIT
        done: cython.Py_ssize_t = self.inflate.read(length, self.history, room)
        if done < 0:
            return -1
        self.outcome = GOOD
        self.inflated = done
        self.allowance += _RATIO * (length + 4) - done
        if self.keeps_context:
            self.history.add(self.inflate.outbox, done)
        return done

    def lose(self) -> None:
        """Bytes of the message in hand, or whole messages, are not in the capture."""
        self.gathered = None
        if self.outcome == GOOD:
            self._fail(CONTEXT_LOST)

    @cython.cfunc
    def _step(self, piece: bytes) -> bytes:
        """Decompress at most STEP bytes of a piece. Sets `left` and `is_full`, or the outcome if it fails."""
        if self.stream is None:
            # The largest window reads what was written with a smaller one too.
            self.stream = zlib.decompressobj(-15, zdict=self.history.to_bytes())
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
        self.is_final = self.stream.eof or (self.is_final and not out)
        if self.stream.eof:
            # A block with BFINAL set ends the DEFLATE stream; another may follow (RFC 7692 §7.2.3.4).
            rest = self.stream.unused_data
            self._forget()
            self.left = rest
        else:
            self.left = self.stream.unconsumed_tail
        return out

    @cython.cfunc
    def _fail(self, outcome: cython.int) -> cython.bint:
        self.outcome = outcome
        self.is_lost = self.keeps_context
        return self._forget()

    @cython.cfunc
    def _forget(self) -> cython.bint:
        """Go on with an empty context."""
        self.stream = None
        if self.history.size:
            self.history = History()
        self.left = b""
        self.gathered = None
        self.is_full = False
        return True
