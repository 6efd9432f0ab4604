"""Reads the header of an HTTP/1.x message in place: the start line and the fields that frame the message (RFC 9112 §5
and §6).

Hot module: compiled by Cython where there is a compiler, plain Python otherwise (docs/architecture.md).
"""

from __future__ import annotations

import re

import cython
from cython import Py_ssize_t, bint, ccall, cclass, cfunc, longlong, uint, ulonglong

from inspector.http import char_classes as chars
from inspector.http import framing
from inspector.http.byte_scanner import TOKEN
from inspector.http.message_notes import Note
from inspector.http.start_line import StartLines

# Skipped at once in plain Python: well-formed field lines whose fields `_field` does not record.
_NOTED = b"content-length|transfer-encoding|content-type|upgrade|expect"
_DULL = re.compile(rb"(?:(?!(?:%s):)%s+:[^\0\r\n]*\r\n(?![ \t]))*" % (_NOTED, TOKEN), re.IGNORECASE)

LENGTH_STEP = cython.declare(ulonglong, 0x7FFFFFFFFFFFFFFF // 10 - 1)
"""The largest value of a Content-Length to which another digit may be appended: stream offsets have 63 bits."""

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

    Attributes:
        content_length: the first Content-Length, -1 if none.
        other_length: another Content-Length that differs, -1 if none.
        coding: a CODING_… constant of framing.py.
    """

    content_length: longlong
    other_length: longlong
    coding: cython.int
    _chunked: cython.int
    _last_coding: cython.int
    _has_other_coding: bint
    _has_bad_coding: bint

    @ccall
    def read(self, address: longlong, length: Py_ssize_t, side: cython.int) -> Py_ssize_t:
        """Parse the header at `address`; `length` bytes are available. `side` is the Direction of its sender.

        Returns:
            The number of bytes of the header including its empty line; 0 if it may continue beyond `length`; -1 if no
            HTTP/1.x message begins here. If 0, `has_start_line` tells whether the start line was complete and could be
            parsed.
        """
        start: Py_ssize_t = self._go_to(address)
        return self._read(start, start + length, side)

    @ccall
    def read_held(self, held: bytearray, side: cython.int) -> Py_ssize_t:
        """Parse a header that was collected in a buffer. The result is that of `read`."""
        self._b = held if cython.compiled else memoryview(held)
        length = self._read(0, len(held), side)
        self._b = self._data  # so that the buffer can grow again
        return length

    @cfunc
    def _read(self, start: Py_ssize_t, stop: Py_ssize_t, side: cython.int) -> Py_ssize_t:
        at: Py_ssize_t = self._start_line(start, stop, side)
        self.content_length = -1
        self.other_length = -1
        self._chunked = 0
        self._last_coding = framing.CODING_NONE
        self._has_other_coding = self._has_bad_coding = False
        if at > 0 and not (side == 0 and self.version == 9):
            at = self._fields(at, stop)
        self._settle()
        return at - start if at > 0 else at

    # -- fields --------------------------------------------------------------------------------------------------

    @cfunc
    def _fields(self, at: Py_ssize_t, stop: Py_ssize_t) -> Py_ssize_t:
        """Parse field lines up to the empty line (RFC 9112 §5); return the index of the body, or 0 if the empty line
        was not reached.
        """
        name: Py_ssize_t
        colon: Py_ssize_t
        while at < stop:
            if not cython.compiled:
                dull = _DULL.match(self._b, at, stop)
                at = dull.end() if dull else at
                if at == stop:
                    return 0
            if self._b[at] == chars.LF:
                self.notes |= BARE_LF
                return at + 1
            if self._b[at] == chars.CR:
                if at + 1 == stop:
                    return 0
                if self._b[at + 1] == chars.LF:
                    return at + 2
            name = at
            colon = at = self._token_end(at, stop)
            if at < stop and self._b[at] != chars.COLON:
                at = self._skip_to_colon(name, at, stop)
            at = self._line_end(at, stop)
            if at + 1 >= stop:
                return 0
            if self._b[at - 1] != chars.CR:
                self.notes |= BARE_LF
            while self._b[at + 1] == chars.SPACE or self._b[at + 1] == chars.TAB:
                self.notes |= FOLDED_FIELD
                at = self._line_end(at + 1, stop)
                if at + 1 >= stop:
                    return 0
            if colon - name <= 17:
                self._field(name, colon, at)
            at += 1
        return 0

    @cfunc
    def _skip_to_colon(self, name: Py_ssize_t, at: Py_ssize_t, stop: Py_ssize_t) -> Py_ssize_t:
        """Return the index of the colon if only white space precedes it, else the index at which the line turns out not
        to be a field.
        """
        while at < stop and at > name and (self._b[at] == chars.SPACE or self._b[at] == chars.TAB):
            at += 1
        self.notes |= SPACE_BEFORE_COLON if at < stop and at > name and self._b[at] == chars.COLON else BAD_FIELD
        return at

    @cfunc
    def _field(self, name: Py_ssize_t, colon: Py_ssize_t, end: Py_ssize_t) -> None:
        """Record the field if it is relevant to the framing or the notes; its value is between `colon` and `end`."""
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
                    self.notes |= EVENT_STREAM
        elif length == 7:
            if self._is(name, b"upgrade"):
                self.notes |= UPGRADE
        elif length == 6 and self._is(name, b"expect"):
            colon = self._value(colon, end)
            if end - colon >= 12 and self._is(colon, b"100-continue"):
                self.notes |= EXPECTS_CONTINUE

    @cfunc
    def _value(self, at: Py_ssize_t, end: Py_ssize_t) -> Py_ssize_t:
        """Return the index at which the value begins; the colon is at or after `at`."""
        while at < end and self._b[at] != chars.COLON:
            at += 1
        return self._skip_space(at + 1, end)

    @cfunc
    def _content_length(self, at: Py_ssize_t, end: Py_ssize_t) -> None:
        """Parse a Content-Length: a decimal number, or a list of them if fields were combined (RFC 9110 §8.6)."""
        begin: Py_ssize_t
        value: ulonglong
        fits: bint
        while True:
            begin = at
            value = 0
            fits = True
            while at < end and chars.is_digit(self._b[at]):
                fits = fits and value <= LENGTH_STEP
                value = value * 10 + self._b[at] - 48 if fits else 0
                at += 1
            if at - begin > 1 and self._b[begin] == chars.ZERO:
                self.notes |= LEADING_ZEROS
            fits = fits and at > begin
            at = self._skip_space(at, end)
            if not fits or (at < end and self._b[at] != chars.COMMA):
                self.notes |= BAD_LENGTH
                return
            self._take_length(value)
            if at >= end:
                return
            at = self._skip_space(at + 1, end)

    @cfunc
    def _take_length(self, value: longlong) -> None:
        """Record a Content-Length; the first one determines the body."""
        if self.content_length < 0:
            self.content_length = value
        elif self.content_length == value:
            self.notes |= REPEATED_LENGTH
        else:
            self.notes |= TWO_LENGTHS
            self.other_length = value

    @cfunc
    def _transfer_encoding(self, at: Py_ssize_t, end: Py_ssize_t) -> None:
        """Parse a list of codings, in the order in which they were applied (RFC 9112 §6.1); elements may be empty (RFC
        9110 §5.6.1).
        """
        begin: Py_ssize_t
        is_empty: bint = True
        while at < end:
            begin = at
            at = self._token_end(at, end)
            if at - begin == 7 and self._is(begin, b"chunked") and self._ends_coding(at, end):
                self._chunked += 1
                self._last_coding = framing.CODING_CHUNKED
            elif at > begin and self._ends_coding(at, end):
                # `identity` is an obsolete coding that changes nothing (RFC 9112 §7).
                self._has_other_coding |= not (at - begin == 8 and self._is(begin, b"identity"))
                self._last_coding = framing.CODING_UNKNOWN
            elif self._b[at] != chars.COMMA:
                self._has_bad_coding = True
            is_empty = is_empty and at == begin
            while at < end and self._b[at] != chars.COMMA:
                at += 1
            at = self._skip_space(at + 1, end)
        self._has_bad_coding |= is_empty

    @cfunc
    def _ends_coding(self, at: Py_ssize_t, end: Py_ssize_t) -> bint:
        """Whether the name of a coding ends here as the grammar requires: before a comma, parameters, or the end of the
        value.
        """
        at = self._skip_space(at, end)
        return at >= end or self._b[at] == chars.COMMA or self._b[at] == chars.SEMICOLON

    @cfunc
    def _settle(self) -> None:
        """Determine the transfer coding and the notes on framing from the fields (RFC 9112 §6.3)."""
        self.coding = (
            framing.CODING_CHUNKED
            if self._chunked
            else framing.CODING_UNKNOWN
            if self._has_other_coding
            else framing.CODING_NONE
        )
        if self._has_bad_coding and not self._chunked:
            self.coding = framing.CODING_BAD
        if self._chunked > 1 or (self._chunked and self._last_coding != framing.CODING_CHUNKED):
            self.notes |= CHUNKED_NOT_LAST
        elif self.coding == framing.CODING_UNKNOWN or (self.coding == framing.CODING_BAD and self.content_length < 0):
            self.notes |= UNKNOWN_CODING
        if self.coding:
            if self.content_length >= 0:
                self.notes |= LENGTH_AND_CHUNKED
            if self.version == 10:
                self.notes |= CHUNKED_IN_1_0
