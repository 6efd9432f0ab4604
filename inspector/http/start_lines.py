"""Reads the start line of an HTTP/1.x message, and finds the next one where it is not known (RFC 9112 §2 to §4).

Hot module: compiled by Cython where there is a compiler, plain Python otherwise (docs/architecture.md).
"""

from __future__ import annotations

import cython
from cython import Py_ssize_t, bint, ccall, cclass, cfunc, longlong, uint

from inspector.http.notes import Note

if cython.compiled:
    from cython.cimports.inspector.http.characters import CR, LF, SPACE, is_digit, lower
    from cython.cimports.inspector.http.facts import (
        F_KIND,
        F_METHOD,
        F_START_LINE,
        F_STATUS,
        F_VERSION,
        M_CONNECT,
        M_HEAD,
        M_OTHER,
        M_PRI,
    )
    from cython.cimports.inspector.http.text import Text
else:
    from inspector.http.characters import CR, LF, SPACE, is_digit, lower
    from inspector.http.facts import (
        F_KIND,
        F_METHOD,
        F_START_LINE,
        F_STATUS,
        F_VERSION,
        M_CONNECT,
        M_HEAD,
        M_OTHER,
        M_PRI,
    )
    from inspector.http.text import Text

START_LINE_LIMIT = cython.declare(Py_ssize_t, 16 * 1024)
"""Bytes of the longest start line; RFC 9112 §3 asks for at least 8000, and no server in use takes more than this."""

METHOD_LIMIT = cython.declare(Py_ssize_t, 32)
"""Bytes of the longest method; the longest registered one is UPDATEREDIRECTREF with 17 (RFC 9110 §16.1.1)."""

VERSION_LIMIT = cython.declare(Py_ssize_t, 13)
"""Bytes of the longest version that is taken for one, whatever it says; it has eight (RFC 9112 §2.3)."""

NO_VERSION = cython.declare(longlong, -1)
"""Instead of a version that cannot be read."""

BARE_LF = cython.declare(uint, int(Note.BARE_LF))
LOWER_CASE_VERSION = cython.declare(uint, int(Note.LOWER_CASE_VERSION))
HTTP_0_9 = cython.declare(uint, int(Note.HTTP_0_9))
BAD_START_LINE = cython.declare(uint, int(Note.BAD_START_LINE))


@cclass
class StartLines(Text):
    """Reads one start line at a time; what it says stands in `facts`, by the indexes of facts.py."""

    facts: longlong[::1]
    _memory: memoryview

    def __init__(self) -> None:
        super().__init__()
        self._memory = memoryview(bytearray(8 * 9)).cast("q")
        self.facts = self._memory

    def memory(self) -> memoryview:
        """The facts, shape (9,), int64."""
        return self._memory

    @ccall
    def find(self, address: longlong, length: Py_ssize_t, side: cython.int) -> Py_ssize_t:
        """Where in these bytes the next start line begins: bytes from `address`, or -1.

        A start line that the end of the bytes cuts off is found at their beginning only.
        """
        start: Py_ssize_t = self._go_to(address)
        stop: Py_ssize_t = start + length
        at: Py_ssize_t
        line: Py_ssize_t
        if self._start_line(start, stop, side) >= 0 and (side or self.facts[F_START_LINE] or self._shouts(start, stop)):
            return 0
        at = self._next_version(start, stop)
        while at < stop:
            # A response begins with HTTP/, a request line ends in it.
            line = at
            while side == 0 and line > start and self._b[line - 1] != LF and at - line < START_LINE_LIMIT:
                line -= 1
            if line > start and self._start_line(line, stop, side) > 0 and self.facts[F_VERSION] != NO_VERSION:
                return line - start
            at = self._next_version(at + 5, stop)
        return -1

    @cfunc
    def _next_version(self, at: Py_ssize_t, stop: Py_ssize_t) -> Py_ssize_t:
        """Where the next `HTTP/` is, written so; `stop` when there is none."""
        if not cython.compiled:
            found = bytes(self._b[at:stop]).find(b"HTTP/")
            return stop if found < 0 else at + found
        while at + 5 <= stop:
            if self._b[at] == 72 and self._is_exactly(at, b"HTTP/"):
                return at
            at += 1
        return stop

    @cfunc
    def _shouts(self, start: Py_ssize_t, stop: Py_ssize_t) -> bint:
        """Whether capital letters stand there, three if so many bytes do: as every registered method begins."""
        at: Py_ssize_t
        for at in range(start, min(stop, start + 3)):  # noqa: SIM110
            if not 65 <= self._b[at] <= 90:
                return False
        return True

    @cfunc
    def _start_line(self, start: Py_ssize_t, stop: Py_ssize_t, side: cython.int) -> Py_ssize_t:
        """Where the line behind the start line begins; 0 when the line may go on behind `stop`, -1 when it is none."""
        self._notes = 0
        self.facts[F_KIND] = side
        self.facts[F_START_LINE] = 0
        return self._status_line(start, stop) if side else self._request_line(start, stop)

    @cfunc
    def _status_line(self, start: Py_ssize_t, stop: Py_ssize_t) -> Py_ssize_t:
        """`HTTP/1.1 200 OK` (RFC 9112 §4)."""
        at: Py_ssize_t = self._status_version(start, stop)
        i: Py_ssize_t
        end: Py_ssize_t
        if at <= 0:
            return at
        at += 1
        while at < stop and self._b[at] == SPACE and at - start < 64:
            self._notes |= BAD_START_LINE
            at += 1
        for i in range(at, min(at + 3, stop)):
            if not is_digit(self._b[i]):
                return -1
        if stop - at < 4:
            return 0
        if self._b[at + 3] > SPACE:
            return -1
        self.facts[F_STATUS] = (self._b[at] - 48) * 100 + (self._b[at + 1] - 48) * 10 + self._b[at + 2] - 48
        self.facts[F_METHOD] = M_OTHER
        at += 3
        end = self._line_end(at, stop)
        if end - start > START_LINE_LIMIT:
            return -1
        if end == stop:
            return 0
        if self._b[end - 1] != CR:
            self._notes |= BARE_LF
        self.facts[F_START_LINE] = 1
        return end + 1

    @cfunc
    def _status_version(self, start: Py_ssize_t, stop: Py_ssize_t) -> Py_ssize_t:
        """Read the version that begins a status line: where the space behind it is; 0 when it may go on behind `stop`,
        -1 when it is none. One that is not DIGIT "." DIGIT is a server's mistake: taken, and said.
        """
        at: Py_ssize_t = start
        word: bytes = b"http/"
        for at in range(start, min(start + 5, stop)):
            if lower(self._b[at]) != word[at - start]:
                return -1
        at = start + 5
        while at < stop and self._b[at] != SPACE:
            if self._b[at] < SPACE or self._b[at] > 126 or at - start >= VERSION_LIMIT:
                return -1
            at += 1
        if at >= stop:
            return 0
        if at == start + 8 and self._is_version(start, stop):
            self._take_version(start)
        elif at > start + 5 and self._is_exactly(start, b"HTTP"):
            self.facts[F_VERSION] = NO_VERSION
            self._notes |= BAD_START_LINE
        else:
            return -1
        return at

    @cfunc
    def _request_line(self, start: Py_ssize_t, stop: Py_ssize_t) -> Py_ssize_t:
        """`GET / HTTP/1.1` (RFC 9112 §3), or `GET /` as HTTP/0.9 had it."""
        at: Py_ssize_t = self._token_end(start, stop)
        end: Py_ssize_t
        if at - start > METHOD_LIMIT:
            return -1
        if at == stop:
            return 0
        if self._b[at] != SPACE or at == start:
            return -1
        end = self._line_end(at, stop)
        if end - start > START_LINE_LIMIT:
            return -1
        if end == stop:
            return 0 if self._is_text(at, min(stop, at + 64)) else -1
        if not self._target_and_version(at, end, at - start):
            return -1
        self.facts[F_STATUS] = 0
        self.facts[F_METHOD] = self._method(start, at - start)
        self.facts[F_START_LINE] = 1
        if self._b[end - 1] != CR:
            self._notes |= BARE_LF
        return end + 1

    @cfunc
    def _target_and_version(self, space: Py_ssize_t, end: Py_ssize_t, method: Py_ssize_t) -> bint:
        """Whether a target and a version stand between the space behind the method and the line's end."""
        last: Py_ssize_t = end - 1 if self._b[end - 1] == CR else end
        while last > space and self._b[last - 1] == SPACE:
            self._notes |= BAD_START_LINE
            last -= 1
        if last - space >= 9 and self._b[last - 9] == SPACE and self._is_version(last - 8, last):
            self._take_version(last - 8)
            if last - 9 <= space + 1 or self._has_space(space + 1, last - 9):
                self._notes |= BAD_START_LINE
            return True
        # HTTP/0.9 has only GET, and nothing behind the target.
        if method != 3 or not self._is_exactly(space - 3, b"GET") or last - space < 2 or self._b[space + 1] != 47:
            return False
        self.facts[F_VERSION] = 9
        self._notes |= HTTP_0_9
        return not self._has_space(space + 1, last)

    @cfunc
    def _is_version(self, at: Py_ssize_t, stop: Py_ssize_t) -> bint:
        """Whether `HTTP/d.d` stands there, in whatever case (RFC 9112 §2.3)."""
        if stop - at < 8:
            return False
        return (
            self._b[at + 4] == 47
            and self._b[at + 6] == 46
            and is_digit(self._b[at + 5])
            and is_digit(self._b[at + 7])
            and lower(self._b[at]) == 104
            and lower(self._b[at + 1]) == 116
            and lower(self._b[at + 2]) == 116
            and lower(self._b[at + 3]) == 112
        )

    @cfunc
    def _take_version(self, at: Py_ssize_t) -> None:
        self.facts[F_VERSION] = (self._b[at + 5] - 48) * 10 + self._b[at + 7] - 48
        if self._b[at] != 72 or self._b[at + 1] != 84 or self._b[at + 2] != 84 or self._b[at + 3] != 80:
            self._notes |= LOWER_CASE_VERSION

    @cfunc
    def _method(self, at: Py_ssize_t, length: Py_ssize_t) -> cython.int:
        """The methods whose messages are framed in their own way (RFC 9112 §6.3)."""
        if length == 4 and self._is_exactly(at, b"HEAD"):
            return M_HEAD
        if length == 7 and self._is_exactly(at, b"CONNECT"):
            return M_CONNECT
        if length == 3 and self._is_exactly(at, b"PRI"):
            return M_PRI
        return M_OTHER
