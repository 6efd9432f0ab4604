"""Reads the head of an HTTP/1.x message in place: the start line, and the fields that frame it (RFC 9112 §5 and §6).

Hot module: compiled by Cython where there is a compiler, plain Python otherwise (docs/architecture.md).
"""

from __future__ import annotations

import re

import cython
from cython import Py_ssize_t, bint, ccall, cclass, cfunc, longlong, uint, ulonglong

from inspector.http.byte_scanner import TOKEN
from inspector.http.message_notes import Note

if cython.compiled:
    from cython.cimports.inspector.http.char_classes import COLON, COMMA, CR, LF, SEMICOLON, SPACE, TAB, is_digit
    from cython.cimports.inspector.http.head_index import (
        C_BAD,
        C_CHUNKED,
        C_NONE,
        C_UNKNOWN,
        F_CODING,
        F_LENGTH,
        F_NOTES,
        F_OTHER_LENGTH,
        F_VERSION,
    )
    from cython.cimports.inspector.http.start_line import StartLines
else:
    from inspector.http.char_classes import COLON, COMMA, CR, LF, SEMICOLON, SPACE, TAB, is_digit
    from inspector.http.head_index import (
        C_BAD,
        C_CHUNKED,
        C_NONE,
        C_UNKNOWN,
        F_CODING,
        F_LENGTH,
        F_NOTES,
        F_OTHER_LENGTH,
        F_VERSION,
    )
    from inspector.http.start_line import StartLines

# What a plain run passes over at once: lines of fields that `_field` takes no note of, with nothing odd in them.
_NOTED = b"content-length|transfer-encoding|content-type|upgrade|expect"
_DULL = re.compile(rb"(?:(?!(?:%s):)%s+:[^\0\r\n]*\r\n(?![ \t]))*" % (_NOTED, TOKEN), re.IGNORECASE)

LENGTH_STEP = cython.declare(ulonglong, 0x7FFFFFFFFFFFFFFF // 10 - 1)
"""The largest Content-Length that may be followed by one more digit: stream offsets have 63 bits."""

BARE_LF = cython.declare(uint, int(Note.BARE_LF))
FOLDED_FIELD = cython.declare(uint, int(Note.FOLDED_FIELD))
TWO_LENGTHS = cython.declare(uint, int(Note.TWO_LENGTHS))
REPEATED_LENGTH = cython.declare(uint, int(Note.REPEATED_LENGTH))
BAD_LENGTH = cython.declare(uint, int(Note.BAD_LENGTH))
LEADING_ZEROS = cython.declare(uint, int(Note.LEADING_ZEROS))
LENGTH_AND_CHUNKED = cython.declare(uint, int(Note.LENGTH_AND_CHUNKED))
CHUNKED_NOT_LAST = cython.declare(uint, int(Note.CHUNKED_NOT_LAST))
UNKNOWN_CODING = cython.declare(uint, int(Note.UNKNOWN_CODING))
SPACE_BEFORE_COLON = cython.declare(uint, int(Note.SPACE_BEFORE_COLON))
BAD_FIELD = cython.declare(uint, int(Note.BAD_FIELD))
CHUNKED_IN_1_0 = cython.declare(uint, int(Note.CHUNKED_IN_1_0))
EVENT_STREAM = cython.declare(uint, int(Note.EVENT_STREAM))
UPGRADE = cython.declare(uint, int(Note.UPGRADE))
EXPECTS_CONTINUE = cython.declare(uint, int(Note.EXPECTS_CONTINUE))


@cclass
class HeadReader(StartLines):
    """Parses headers in place.

    What the last head said stands in `facts`, by the indexes of head_index.py: framing reads it there, so nothing is
    boxed.
    """

    _chunked: cython.int
    _last_coding: cython.int
    _has_other_coding: bint
    _has_bad_coding: bint

    @ccall
    def read(self, address: longlong, length: Py_ssize_t, side: cython.int) -> Py_ssize_t:
        """Parse the header at `address`, of which `length` bytes are there; `side` is its sender's Direction.

        Returns:
            The bytes of the head with its empty line; 0 when it may go on behind `length`; -1 when no HTTP/1.x message
            begins here. With 0, facts[START_LINE] tells whether the start line was there and could be read.
        """
        start: Py_ssize_t = self._go_to(address)
        return self._read(start, start + length, side)

    @ccall
    def read_held(self, held: bytearray, side: cython.int) -> Py_ssize_t:
        """`read`, of a head that was gathered in a buffer."""
        self._b = held if cython.compiled else memoryview(held)
        length = self._read(0, len(held), side)
        self._b = self._data  # so that the buffer can grow again
        return length

    @cfunc
    def _read(self, start: Py_ssize_t, stop: Py_ssize_t, side: cython.int) -> Py_ssize_t:
        at: Py_ssize_t = self._start_line(start, stop, side)
        self.facts[F_LENGTH] = -1
        self.facts[F_OTHER_LENGTH] = -1
        self._chunked = 0
        self._last_coding = C_NONE
        self._has_other_coding = self._has_bad_coding = False
        if at > 0 and not (side == 0 and self.facts[F_VERSION] == 9):
            at = self._fields(at, stop)
        self._settle()
        return at - start if at > 0 else at

    # -- fields --------------------------------------------------------------------------------------------------

    @cfunc
    def _fields(self, at: Py_ssize_t, stop: Py_ssize_t) -> Py_ssize_t:
        """Read field lines up to the empty line (RFC 9112 §5); where the body begins, 0 when that was not reached."""
        name: Py_ssize_t
        colon: Py_ssize_t
        while at < stop:
            if not cython.compiled:
                dull = _DULL.match(self._b, at, stop)
                at = dull.end() if dull else at
                if at == stop:
                    return 0
            if self._b[at] == LF:
                self._notes |= BARE_LF
                return at + 1
            if self._b[at] == CR:
                if at + 1 == stop:
                    return 0
                if self._b[at + 1] == LF:
                    return at + 2
            name = at
            colon = at = self._token_end(at, stop)
            if at < stop and self._b[at] != COLON:
                at = self._skip_to_colon(name, at, stop)
            at = self._line_end(at, stop)
            if at + 1 >= stop:
                return 0
            if self._b[at - 1] != CR:
                self._notes |= BARE_LF
            while self._b[at + 1] == SPACE or self._b[at + 1] == TAB:
                self._notes |= FOLDED_FIELD
                at = self._line_end(at + 1, stop)
                if at + 1 >= stop:
                    return 0
            if colon - name <= 17:
                self._field(name, colon, at)
            at += 1
        return 0

    @cfunc
    def _skip_to_colon(self, name: Py_ssize_t, at: Py_ssize_t, stop: Py_ssize_t) -> Py_ssize_t:
        """Index of the colon if only white space precedes it, else of the place where the line turns out not to be a
        field.
        """
        while at < stop and at > name and (self._b[at] == SPACE or self._b[at] == TAB):
            at += 1
        self._notes |= SPACE_BEFORE_COLON if at < stop and at > name and self._b[at] == COLON else BAD_FIELD
        return at

    @cfunc
    def _field(self, name: Py_ssize_t, colon: Py_ssize_t, end: Py_ssize_t) -> None:
        """Record the fields that matter here; the value is between `colon` and `end`."""
        length: Py_ssize_t = colon - name
        if length == 14:
            if self._is(name, b"content-length"):
                self._content_length(self._value(colon, end), end)
        elif length == 17:
            if self._is(name, b"transfer-encoding"):
                self._transfer_encoding(self._value(colon, end), end)
        elif length == 12:
            if self._is(name, b"content-type"):
                colon = self._value(colon, end)
                if end - colon >= 17 and self._is(colon, b"text/event-stream"):
                    self._notes |= EVENT_STREAM
        elif length == 7:
            if self._is(name, b"upgrade"):
                self._notes |= UPGRADE
        elif length == 6 and self._is(name, b"expect"):
            colon = self._value(colon, end)
            if end - colon >= 12 and self._is(colon, b"100-continue"):
                self._notes |= EXPECTS_CONTINUE

    @cfunc
    def _value(self, at: Py_ssize_t, end: Py_ssize_t) -> Py_ssize_t:
        """Where the value begins, whose colon is at or after `at`."""
        while at < end and self._b[at] != COLON:
            at += 1
        return self._skip_space(at + 1, end)

    @cfunc
    def _content_length(self, at: Py_ssize_t, end: Py_ssize_t) -> None:
        """A decimal number, or a list of them when somebody joined several fields (RFC 9110 §8.6)."""
        begin: Py_ssize_t
        value: ulonglong
        fits: bint
        while True:
            begin = at
            value = 0
            fits = True
            while at < end and is_digit(self._b[at]):
                fits = fits and value <= LENGTH_STEP
                value = value * 10 + self._b[at] - 48 if fits else 0
                at += 1
            if at - begin > 1 and self._b[begin] == 48:
                self._notes |= LEADING_ZEROS
            fits = fits and at > begin
            at = self._skip_space(at, end)
            if not fits or (at < end and self._b[at] != COMMA):
                self._notes |= BAD_LENGTH
                return
            self._take_length(value)
            if at >= end:
                return
            at = self._skip_space(at + 1, end)

    @cfunc
    def _take_length(self, value: longlong) -> None:
        """The first Content-Length is the one we read by."""
        if self.facts[F_LENGTH] < 0:
            self.facts[F_LENGTH] = value
        elif self.facts[F_LENGTH] == value:
            self._notes |= REPEATED_LENGTH
        else:
            self._notes |= TWO_LENGTHS
            self.facts[F_OTHER_LENGTH] = value

    @cfunc
    def _transfer_encoding(self, at: Py_ssize_t, end: Py_ssize_t) -> None:
        """A list of codings, applied in that order (RFC 9112 §6.1); elements may be empty (RFC 9110 §5.6.1)."""
        begin: Py_ssize_t
        is_empty: bint = True
        while at < end:
            begin = at
            at = self._token_end(at, end)
            if at - begin == 7 and self._is(begin, b"chunked") and self._ends_coding(at, end):
                self._chunked += 1
                self._last_coding = C_CHUNKED
            elif at > begin and self._ends_coding(at, end):
                # `identity` was a coding once and says nothing (RFC 9112 §7).
                self._has_other_coding |= not (at - begin == 8 and self._is(begin, b"identity"))
                self._last_coding = C_UNKNOWN
            elif self._b[at] != COMMA:
                self._has_bad_coding = True
            is_empty = is_empty and at == begin
            while at < end and self._b[at] != COMMA:
                at += 1
            at = self._skip_space(at + 1, end)
        self._has_bad_coding |= is_empty

    @cfunc
    def _ends_coding(self, at: Py_ssize_t, end: Py_ssize_t) -> bint:
        """Whether a coding's name ends where it does by the grammar: before a comma, parameters, or the line's end."""
        at = self._skip_space(at, end)
        return at >= end or self._b[at] == COMMA or self._b[at] == SEMICOLON

    @cfunc
    def _settle(self) -> None:
        """Combine the fields into the framing of the body (RFC 9112 §6.3)."""
        self.facts[F_CODING] = C_CHUNKED if self._chunked else C_UNKNOWN if self._has_other_coding else C_NONE
        if self._has_bad_coding and not self._chunked:
            self.facts[F_CODING] = C_BAD
        if self._chunked > 1 or (self._chunked and self._last_coding != C_CHUNKED):
            self._notes |= CHUNKED_NOT_LAST
        elif self.facts[F_CODING] == C_UNKNOWN or (self.facts[F_CODING] == C_BAD and self.facts[F_LENGTH] < 0):
            self._notes |= UNKNOWN_CODING
        if self.facts[F_CODING]:
            if self.facts[F_LENGTH] >= 0:
                self._notes |= LENGTH_AND_CHUNKED
            if self.facts[F_VERSION] == 10:
                self._notes |= CHUNKED_IN_1_0
        self.facts[F_NOTES] = self._notes
