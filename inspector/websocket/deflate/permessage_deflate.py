"""Decompresses the messages of one direction (permessage-deflate, RFC 7692 §7.2), within limits, and reports losses.

If messages share a context, a lost message takes with it the bytes that later messages refer to. DEFLATE detects this:
a reference to bytes that do not exist is an error and never yields a wrong byte. So after a loss, every message is
tried with an empty context, and whatever can be inflated is correct.

A complete message is first passed to `FastInflater` (inflate.py), which is fast for well-formed data. zlib handles
everything else: longer messages, any that `FastInflater` does not accept, and in plain Python all messages. From then
on the direction stays with zlib until its context is empty, because only zlib may know the position within a block.

Hot module: compiled by Cython where there is a compiler, plain Python otherwise (docs/architecture.md).
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from enum import IntEnum
from typing import Any

import cython

from inspector.websocket.deflate.inflate import INBOX, FastInflater
from inspector.websocket.deflate.window import History

TAIL = b"\x00\x00\xff\xff"
"""The bytes that the sender removes from the end of each message (RFC 7692 §7.2.1)."""

STEP = 64 * 1024
"""Maximum bytes of output of one decompression step."""

ALLOWANCE = 256 * 1024
RATIO = 100
"""The messages of a direction may decompress to ALLOWANCE bytes plus RATIO times the bytes sent. Real text is
compressed 3- to 20-fold, and DEFLATE can reach 1030-fold; anything beyond RATIO is a decompression bomb. 16 MiB of one
conversation produce at most 1.6 GiB of output."""

MESSAGE_LIMIT = 16 * 1024 * 1024
"""Maximum bytes of one decompressed message."""


class Outcome(IntEnum):
    """The result of decompressing one message."""

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
class MessageInflater:
    """Decompresses one direction. For each message call `begin`, `feed` for each part of its payload, and `end`; or
    `whole` for a complete payload.

    Args:
        keeps_context: whether a message may refer to earlier ones ("no_context_takeover" was not negotiated).
        is_lost: whether messages before the first one are missing from the capture.
        is_refused: inflate nothing; every message counts as lost.
        inflate: the decompressor of complete messages; any number of directions may share it.

    Attributes:
        outcome: the `Outcome` of the current message.
        inflated: the number of bytes of its output so far.
    """

    outcome: cython.int
    inflated: cython.longlong
    keeps_context: cython.bint
    is_lost: cython.bint
    is_refused: cython.bint
    allowance: cython.longlong
    inflate: FastInflater
    history: History
    """The bytes that messages may refer to, as long as `stream` is None."""
    stream: Any
    """The zlib decompressor, once zlib handles the direction."""
    gathered: bytearray | None
    """The payload of the current message, as long as it may be a small one."""
    left: bytes
    """Input that the last step did not consume."""
    is_full: cython.bint
    """The last step produced the maximum output: more may follow without further input."""
    is_final: cython.bint
    """A block with BFINAL set ended the DEFLATE stream in the current message, and the bytes after it produced no
    output."""

    def __init__(
        self, keeps_context: bool, is_lost: bool = False, is_refused: bool = False, inflate: FastInflater | None = None
    ) -> None:
        self.keeps_context = keeps_context
        self.is_lost = is_lost
        self.is_refused = is_refused
        self.outcome = GOOD
        self.inflated = 0
        self.is_final = False
        self.allowance = ALLOWANCE
        self.inflate = inflate or FastInflater()
        self.history = History()
        self._forget()

    def begin(self) -> None:
        """Begin a new message whose payload arrives in several parts."""
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
        """Add a part of the payload; yields the decompressed content in steps. Yields nothing as long as the message
        may be a small one, or once it has failed.
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
        """End the message after its last part; yields the rest of the content."""
        gathered, self.gathered = self.gathered, None
        if gathered is None:
            yield from self._feed(TAIL)
            self._end()
        elif self.outcome == GOOD:
            yield self.whole(bytes(gathered))

    def so_far(self) -> Iterator[bytes]:
        """End a message that will not be completed; yields the content of the payload collected so far."""
        gathered, self.gathered = self.gathered, None
        if gathered:
            yield from self._feed(bytes(gathered))

    @cython.cfunc
    def _end(self) -> cython.bint:
        """End the message. After a block with BFINAL set, the next message begins a new DEFLATE stream, however zlib
        reads the tail: it does not end a block of that stream (RFC 7692 §7.2.3.4).
        """
        return self._forget() if self.is_final and self.outcome == GOOD else True

    def _feed(self, piece: bytes) -> Iterator[bytes]:
        """Inflate a part of the payload with zlib, in steps."""
        self.allowance += _RATIO * len(piece)
        self.left = piece
        while self.outcome == GOOD and (self.left or self.is_full):
            out = self._step(self.left)
            if self.outcome != GOOD:
                return
            yield out

    def whole(self, payload: bytes) -> bytes:
        """Decompress a complete payload; the result is valid only if `outcome` is GOOD."""
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
        """Decompress the `length` bytes of payload in the inbox of `inflate`; return the number of bytes in its outbox.
        Returns -1, without consuming anything, if the message has to be passed to `whole`.
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
        """Handle bytes of the current message, or whole messages, that are not in the capture."""
        self.gathered = None
        if self.outcome == GOOD:
            self._fail(CONTEXT_LOST)

    @cython.cfunc
    def _step(self, piece: bytes) -> bytes:
        """Decompress a part of the payload to at most STEP bytes. Sets `left` and `is_full`, or `outcome` if
        it fails.
        """
        if self.stream is None:
            # The largest window can also read data that was compressed with a smaller one.
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
        """Continue with an empty context."""
        self.stream = None
        if self.history.size:
            self.history = History()
        self.left = b""
        self.gathered = None
        self.is_full = False
        return True
