"""The framing of a chunked body (RFC 9112 §7.1): size lines, line ends after chunks, trailers.

Hot module: compiled by Cython where there is a compiler, plain Python otherwise (docs/architecture.md).
"""

from __future__ import annotations

import cython
from cython import Py_ssize_t, bint, ccall, cclass, cfunc, longlong, uchar, uint

from inspector.http import char_classes as chars
from inspector.http.message_notes import Note

LINE_LIMIT = cython.declare(Py_ssize_t, 16 * 1024)
"""Maximum bytes of a chunk's size line including its extensions."""

CHUNK_EXTENSION = cython.declare(uint, int(Note.CHUNK_EXTENSION))
CHUNK_LINE = cython.declare(uint, int(Note.CHUNK_LINE))
TRAILERS = cython.declare(uint, int(Note.TRAILERS))

# The stages: what is expected next.
SIZE = cython.declare(cython.int, 0)
EXTENSION = cython.declare(cython.int, 1)
DATA = cython.declare(cython.int, 2)
DATA_END = cython.declare(cython.int, 3)
TRAILER = cython.declare(cython.int, 4)
OVER = cython.declare(cython.int, 5)
BAD = cython.declare(cython.int, 6)


@cclass
class ChunkedBody:
    """The state of the framing of one chunked body. Content is not passed to it: its owner skips the bytes of
    `content_due`.

    Attributes:
        bare_lines: the number of lines that ended in LF without CR.
        spaces: the number of bytes of white space after chunk sizes.
    """

    bare_lines: longlong
    spaces: longlong
    _stage: cython.int
    _last: uchar  # the previous byte
    _size: longlong
    _count: Py_ssize_t  # bytes of the current line so far
    _line: cython.int  # position in a trailer line: 0 inside it, 1 at its beginning, 2 after a CR at its beginning
    _notes: uint

    def __init__(self) -> None:
        self._stage = SIZE
        self._size = self._count = self._line = self._notes = self._last = 0
        self.bare_lines = self.spaces = 0

    @ccall
    def read(self, data: cython.const[uchar][::1], at: Py_ssize_t, stop: Py_ssize_t) -> Py_ssize_t:
        """Read framing from index `at`, after any content that was due; return the index at which it stops: at content,
        at the end of the body, or at `stop`.
        """
        if self._stage == DATA:
            self._stage = DATA_END
        while at < stop and self._stage not in (DATA, OVER, BAD):
            self._byte(data[at])
            at += 1
        return at

    @ccall
    def content_due(self) -> longlong:
        """Return the number of bytes of content that come next; 0 if framing comes next."""
        return self._size if self._stage == DATA else 0

    @ccall
    def is_over(self) -> bint:
        """Whether the last byte of the body was read."""
        return self._stage == OVER

    @ccall
    def is_bad(self) -> bint:
        """Whether the last byte read is invalid, so that the end of this body cannot be determined."""
        return self._stage == BAD

    @ccall
    def notes(self) -> uint:
        """Return the bits of Note.CHUNK_EXTENSION, Note.CHUNK_LINE and Note.TRAILERS seen so far."""
        return self._notes

    @cfunc
    def _byte(self, byte: uchar) -> None:
        self._count += 1
        if byte == chars.LF and self._last != chars.CR:
            self._notes |= CHUNK_LINE
            self.bare_lines += 1
        if self._stage == SIZE:
            self._size_byte(byte)
        elif self._stage == TRAILER:
            self._trailer_byte(byte)
        elif self._stage == EXTENSION:
            self._extension_byte(byte)
        elif byte == chars.LF:
            self._stage = SIZE
            self._size = self._count = 0
        elif byte != chars.CR or self._count > 1:
            self._stage = BAD
        self._last = byte

    @cfunc
    def _size_byte(self, byte: uchar) -> None:
        """Read the next byte of a chunk size (hexadecimal)."""
        value: cython.int = chars.hex_value(byte)
        if value >= 0:
            self._digit(value)
        elif self._count < 2:
            self._stage = BAD
        elif byte == chars.LF:
            self._end_size()
        elif byte in (chars.CR, chars.SEMICOLON, chars.SPACE, chars.TAB):
            self._stage = EXTENSION
            self._last = 0
            self._extension_byte(byte)
        else:
            self._stage = BAD

    @cfunc
    def _extension_byte(self, byte: uchar) -> None:
        """Read the next byte after a chunk size, up to the end of the line."""
        if byte == chars.LF:
            self._end_size()
        elif self._last == chars.CR or self._count > LINE_LIMIT:
            self._stage = BAD
        elif byte == chars.SEMICOLON:
            self._notes |= CHUNK_EXTENSION
        elif (byte == chars.SPACE or byte == chars.TAB) and not self._notes & CHUNK_EXTENSION:
            self._notes |= CHUNK_LINE
            self.spaces += 1

    @cfunc
    def _digit(self, value: cython.int) -> None:
        """Append a digit to the chunk size. A size of 63 bits or more is invalid: it is larger than any stream."""
        if self._size >> 58 or self._count > LINE_LIMIT:
            self._stage = BAD
        else:
            self._size = self._size * 16 + value

    @cfunc
    def _end_size(self) -> None:
        self._stage = DATA if self._size else TRAILER
        self._count = 0
        self._line = 1

    @cfunc
    def _trailer_byte(self, byte: uchar) -> None:
        """Read the next byte of the trailers, which an empty line ends (RFC 9112 §7.1.2)."""
        if byte == chars.LF:
            if self._line:
                self._stage = OVER
            self._line = 1
        elif byte == chars.CR and self._line == 1:
            self._line = 2
        else:
            self._line = 0
            self._notes |= TRAILERS
