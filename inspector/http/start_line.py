"""Reads the start line of an HTTP/1.x message, and searches for the next one if its position is unknown (RFC 9112 §2 to
§4).

Hot module: compiled by Cython where there is a compiler, plain Python otherwise (docs/architecture.md).
"""

from __future__ import annotations

import cython
from cython import Py_ssize_t, bint, ccall, cclass, cfunc, longlong, uint

from inspector.http import char_classes as chars
from inspector.http import framing
from inspector.http.byte_scanner import Text
from inspector.http.message_notes import Note

START_LINE_LIMIT = cython.declare(Py_ssize_t, 16 * 1024)
"""Maximum bytes of a start line; RFC 9112 §3 recommends at least 8000, and no server in use accepts more than this."""

METHOD_LIMIT = cython.declare(Py_ssize_t, 32)
"""Maximum bytes of a method; the longest registered one is UPDATEREDIRECTREF with 17 (RFC 9110 §16.1.1)."""

VERSION_LIMIT = cython.declare(Py_ssize_t, 13)
"""Maximum bytes of a word that is accepted as a version; a valid one has eight (RFC 9112 §2.3)."""

NO_VERSION = cython.declare(cython.int, -1)
"""The value of `version` if it cannot be parsed."""

BARE_LF = cython.declare(uint, int(Note.BARE_LF))
LOWER_CASE_VERSION = cython.declare(uint, int(Note.LOWER_CASE_VERSION))
HTTP_0_9 = cython.declare(uint, int(Note.HTTP_0_9))
BAD_START_LINE = cython.declare(uint, int(Note.BAD_START_LINE))


@cclass
class StartLines(Text):
    """Parses one start line at a time.

    Attributes:
        side: its sender, a `Direction`.
        version: 10 * major + minor; -1 if it cannot be parsed.
        status: the status code; 0 for a request.
        method: a METHOD_… constant of framing.py.
        has_start_line: whether the start line was complete and could be parsed.
    """

    side: cython.int
    version: cython.int
    status: cython.int
    method: cython.int
    has_start_line: bint

    def __init__(self) -> None:
        super().__init__()
        self.side = self.version = self.status = self.method = 0
        self.has_start_line = False

    @ccall
    def find(self, address: longlong, length: Py_ssize_t, side: cython.int) -> Py_ssize_t:
        """Return the offset from `address` at which the next start line begins in these bytes, or -1.

        A start line that is truncated by the end of the bytes is found only if it begins at `address`.
        """
        start: Py_ssize_t = self._go_to(address)
        stop: Py_ssize_t = start + length
        at: Py_ssize_t
        line: Py_ssize_t
        at = self._start_line(start, stop, side)
        if at > 0 and self._is_well_formed():
            return 0
        if at == 0 and (side or self._shouts(start, stop)):
            return 0
        at = self._next_version(start, stop)
        while at < stop:
            # HTTP/ begins a status line, and is in the last word of a request line.
            line = at
            while side == 0 and line > start and self._b[line - 1] != chars.LF and at - line < START_LINE_LIMIT:
                line -= 1
            if line > start and self._start_line(line, stop, side) > 0 and self._is_well_formed():
                return line - start
            at = self._next_version(at + 5, stop)
        return -1

    @cfunc
    def _is_well_formed(self) -> bint:
        """Whether the start line just parsed has a version and, for a response, a status code."""
        return self.version != NO_VERSION and (self.side == 0 or self.status != 0)

    @cfunc
    def _next_version(self, at: Py_ssize_t, stop: Py_ssize_t) -> Py_ssize_t:
        """Return the index of the next `HTTP/`, in upper case, or `stop` if there is none."""
        if not cython.compiled:
            found = bytes(self._b[at:stop]).find(b"HTTP/")
            return stop if found < 0 else at + found
        while at + 5 <= stop:
            if self._b[at] == chars.UPPER_H and self._is_exactly(at, b"HTTP/"):
                return at
            at += 1
        return stop

    @cfunc
    def _shouts(self, start: Py_ssize_t, stop: Py_ssize_t) -> bint:
        """Whether the first word begins with three upper-case letters, or as many as are available, like all registered
        methods.
        """
        at: Py_ssize_t = self._token_end(start, stop)
        if at < stop and self._b[at] != chars.SPACE:
            return False
        for at in range(start, min(stop, start + 3)):  # noqa: SIM110
            if not chars.is_upper(self._b[at]):
                return False
        return True

    @cfunc
    def _start_line(self, start: Py_ssize_t, stop: Py_ssize_t, side: cython.int) -> Py_ssize_t:
        """Return the index of the next line; 0 if the start line may continue beyond `stop`, -1 if it is not a start
        line.
        """
        self.notes = 0
        self.side = side
        self.has_start_line = False
        return self._status_line(start, stop) if side else self._request_line(start, stop)

    @cfunc
    def _status_line(self, start: Py_ssize_t, stop: Py_ssize_t) -> Py_ssize_t:
        """Parse `HTTP/1.1 200 OK` (RFC 9112 §4), or a malformed line that was meant as a status line. The result is
        that of `_start_line`.
        """
        at: Py_ssize_t = self._status_version(start, stop)
        end: Py_ssize_t
        if at <= 0:
            return at
        end = self._line_end(at, stop)
        if end - start > START_LINE_LIMIT:
            return -1
        if end == stop:
            return 0
        self.status = 0
        self.method = framing.METHOD_OTHER
        if not self._take_status(at, end):
            if self._b[start + 4] != chars.SLASH:
                return -1
            self.notes |= BAD_START_LINE
        if self._b[end - 1] != chars.CR:
            self.notes |= BARE_LF
        self.has_start_line = True
        return end + 1

    @cfunc
    def _status_version(self, start: Py_ssize_t, stop: Py_ssize_t) -> Py_ssize_t:
        """Parse the version of a status line; return the index of its end, 0 if it may continue beyond `stop`, -1 if it
        is not a version. One that is not DIGIT "." DIGIT is accepted, with a note.
        """
        at: Py_ssize_t = start
        word: bytes = b"http"
        for at in range(start, min(start + 4, stop)):
            if chars.lower(self._b[at]) != word[at - start]:
                return -1
        at = start + 4
        if at < stop and self._b[at] != chars.SLASH and self._b[at] != chars.SPACE:
            return -1
        while at < stop and self._b[at] > chars.SPACE:
            if self._b[at] > 126 or at - start >= VERSION_LIMIT:
                return -1
            at += 1
        if at >= stop:
            return 0
        if not self._is_text(at, at + 1):
            return -1
        if at == start + 8 and self._is_version(start, stop):
            self._take_version(start)
        elif self._is_exactly(start, b"HTTP"):
            self.version = NO_VERSION
            self.notes |= BAD_START_LINE
        else:
            return -1
        return at

    @cfunc
    def _take_status(self, at: Py_ssize_t, end: Py_ssize_t) -> bint:
        """Parse the status code after the version; return whether it has exactly three digits."""
        code: Py_ssize_t = self._skip_space(at, end)
        if code != at + 1 or self._b[at] != chars.SPACE:
            self.notes |= BAD_START_LINE
        if end - code < 3 or not (chars.is_digit(self._b[code]) and chars.is_digit(self._b[code + 1])):
            return False
        if not chars.is_digit(self._b[code + 2]) or chars.is_digit(self._b[code + 3]):
            return False
        if self._b[code + 3] > chars.SPACE:
            self.notes |= BAD_START_LINE
        self.status = (
            (self._b[code] - chars.ZERO) * 100 + (self._b[code + 1] - chars.ZERO) * 10 + self._b[code + 2] - chars.ZERO
        )
        return True

    @cfunc
    def _request_line(self, start: Py_ssize_t, stop: Py_ssize_t) -> Py_ssize_t:
        """Parse `GET / HTTP/1.1` (RFC 9112 §3), `GET /` as in HTTP/0.9, or a malformed line that was meant as a request
        line. The result is that of `_start_line`.
        """
        at: Py_ssize_t = self._token_end(start, stop)
        end: Py_ssize_t
        meant: cython.int = 1
        if at - start > METHOD_LIMIT:
            return -1
        if at == stop:
            return 0
        is_usual: bint = self._b[at] == chars.SPACE and at > start
        if not is_usual and (self._b[start] > 126 or not self._is_text(start, min(stop, start + 64))):
            return -1
        end = self._line_end(at, stop)
        if end - start > START_LINE_LIMIT:
            return -1
        if end == stop:
            return 0 if self._is_text(at, min(stop, at + 64)) else -1
        if not is_usual or not self._target_and_version(at, end, stop, at - start):
            meant = self._meant_for_request(start, end, stop)
            if meant <= 0:
                return meant
        self.status = 0
        self.method = self._method(start, at - start)
        self.has_start_line = True
        if self._b[end - 1] != chars.CR:
            self.notes |= BARE_LF
        return end + 1

    @cfunc
    def _target_and_version(self, space: Py_ssize_t, end: Py_ssize_t, stop: Py_ssize_t, method: Py_ssize_t) -> bint:
        """Whether a target and a version lie between the space after the method and the end of the line."""
        last: Py_ssize_t = end - 1 if self._b[end - 1] == chars.CR else end
        while last > space and self._b[last - 1] == chars.SPACE:
            self.notes |= BAD_START_LINE
            last -= 1
        if last - space >= 9 and self._b[last - 9] == chars.SPACE and self._is_version(last - 8, last):
            self._take_version(last - 8)
            if last - 9 <= space + 1 or self._has_space(space + 1, last - 9):
                self.notes |= BAD_START_LINE
            return True
        # HTTP/0.9 has only GET, and nothing after the target.
        if (
            method != 3
            or not self._is_exactly(space - 3, b"GET")
            or last - space < 2
            or self._b[space + 1] != chars.SLASH
        ):
            return False
        if self._has_space(space + 1, last) or self._field_follows(end + 1, stop) > 0:
            return False
        self.version = 9
        self.notes |= HTTP_0_9
        return True

    @cfunc
    def _meant_for_request(self, start: Py_ssize_t, end: Py_ssize_t, stop: Py_ssize_t) -> cython.int:
        """Return 1 if a malformed line was meant as a request line, 0 if the following bytes will decide, else -1.

        Such a line ends in a version. Alternatively, it begins with a method of RFC 9110 or ends in a word that begins
        like a version, and is followed by fields or by the empty line that ends a header.
        """
        first: Py_ssize_t = self._skip_space(start, end)
        last: Py_ssize_t = end
        word: Py_ssize_t
        while last > first and self._b[last - 1] <= chars.SPACE:
            last -= 1
        word = last
        while word > first and self._b[word - 1] > chars.SPACE:
            word -= 1
        self.notes |= BAD_START_LINE
        if word > first and last - word == 8 and self._is_version(word, last):
            self._take_version(word)
            return 1
        self.version = NO_VERSION
        if self._names_another_protocol(word, last):
            return -1
        if not self._is_registered(start, end) and not (word > first and self._begins_a_version(word, last)):
            return -1
        return self._field_follows(end + 1, stop)

    @cfunc
    def _is_registered(self, start: Py_ssize_t, end: Py_ssize_t) -> bint:
        """Whether the line begins with a method of RFC 9110 §9.3, or PATCH."""
        length: Py_ssize_t = self._token_end(start, end) - start
        if length == 3:
            return self._is_exactly(start, b"GET") or self._is_exactly(start, b"PUT")
        if length == 4:
            return self._is_exactly(start, b"HEAD") or self._is_exactly(start, b"POST")
        if length == 5:
            return self._is_exactly(start, b"PATCH") or self._is_exactly(start, b"TRACE")
        if length == 6:
            return self._is_exactly(start, b"DELETE")
        return length == 7 and (self._is_exactly(start, b"OPTIONS") or self._is_exactly(start, b"CONNECT"))

    @cfunc
    def _begins_a_version(self, at: Py_ssize_t, end: Py_ssize_t) -> bint:
        """Whether a word begins like a version."""
        return end - at >= 5 and self._is_exactly(at, b"HTTP/")

    @cfunc
    def _names_another_protocol(self, at: Py_ssize_t, end: Py_ssize_t) -> bint:
        """Whether a word is the version of a protocol other than HTTP, such as `RTSP/1.0` or `SIP/2.0`."""
        slash: Py_ssize_t = self._token_end(at, end)
        return (
            slash > at
            and slash + 1 < end
            and self._b[slash] == chars.SLASH
            and chars.is_digit(self._b[slash + 1])
            and chars.lower(self._b[at]) != chars.LOWER_H
        )

    @cfunc
    def _field_follows(self, at: Py_ssize_t, stop: Py_ssize_t) -> cython.int:
        """Return 1 if a field line or an empty line begins at `at`, 0 if there are too few bytes to decide, else -1."""
        colon: Py_ssize_t
        if at >= stop:
            return 0
        if self._b[at] == chars.CR or self._b[at] == chars.LF:
            return 1
        colon = self._token_end(at, stop)
        if colon == stop:
            return 0
        return 1 if colon > at and self._b[colon] == chars.COLON else -1

    @cfunc
    def _is_version(self, at: Py_ssize_t, stop: Py_ssize_t) -> bint:
        """Whether `HTTP/d.d` begins at `at`, in any case (RFC 9112 §2.3)."""
        if stop - at < 8:
            return False
        return (
            self._b[at + 4] == chars.SLASH
            and self._b[at + 6] == chars.DOT
            and chars.is_digit(self._b[at + 5])
            and chars.is_digit(self._b[at + 7])
            and chars.lower(self._b[at]) == chars.LOWER_H
            and chars.lower(self._b[at + 1]) == chars.LOWER_T
            and chars.lower(self._b[at + 2]) == chars.LOWER_T
            and chars.lower(self._b[at + 3]) == chars.LOWER_P
        )

    @cfunc
    def _take_version(self, at: Py_ssize_t) -> None:
        self.version = (self._b[at + 5] - chars.ZERO) * 10 + self._b[at + 7] - chars.ZERO
        if (
            self._b[at] != chars.UPPER_H
            or self._b[at + 1] != chars.UPPER_T
            or self._b[at + 2] != chars.UPPER_T
            or self._b[at + 3] != chars.UPPER_P
        ):
            self.notes |= LOWER_CASE_VERSION

    @cfunc
    def _method(self, at: Py_ssize_t, length: Py_ssize_t) -> cython.int:
        """Return a METHOD_… constant: one of the methods that affect the framing (RFC 9112 §6.3), or METHOD_OTHER."""
        if length == 4 and self._is_exactly(at, b"HEAD"):
            return framing.METHOD_HEAD
        if length == 7 and self._is_exactly(at, b"CONNECT"):
            return framing.METHOD_CONNECT
        if length == 3 and self._is_exactly(at, b"PRI"):
            return framing.METHOD_PRI
        return framing.METHOD_OTHER
