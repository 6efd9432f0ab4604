"""Reads the head of an HTTP/1.x message in place: the start line, and the fields that frame it (RFC 9112 §2 to §6).

One module, although long: a call from one compiled module into another costs as much as reading three fields.

Hot module: compiled by Cython where there is a compiler, plain Python otherwise (docs/architecture.md).
"""

from __future__ import annotations

import cython

from inspector.arena import ARENA as _ARENA
from inspector.http.notes import Note

ARENA = cython.declare(cython.longlong, _ARENA)

START_LINE_LIMIT = cython.declare(cython.Py_ssize_t, 16 * 1024)
"""Bytes of the longest start line; RFC 9112 §3 asks for at least 8000, and no server in use takes more than this."""

METHOD_LIMIT = cython.declare(cython.Py_ssize_t, 32)
"""Bytes of the longest method; the longest registered one is UPDATEREDIRECTREF with 17 (RFC 9110 §16.1.1)."""

LENGTH_LIMIT = cython.declare(cython.ulonglong, 0x7FFFFFFFFFFFFFFF)
"""The largest Content-Length that is believed: stream offsets have 63 bits."""

LENGTH_STEP = cython.declare(cython.ulonglong, 0x7FFFFFFFFFFFFFFF // 10 - 1)

# What `HeadReader.facts` holds, by index. Framing has the same numbers.
KIND = cython.declare(cython.int, 0)
VERSION = cython.declare(cython.int, 1)
STATUS = cython.declare(cython.int, 2)
METHOD = cython.declare(cython.int, 3)
LENGTH = cython.declare(cython.int, 4)
OTHER_LENGTH = cython.declare(cython.int, 5)
CODING = cython.declare(cython.int, 6)
NOTES = cython.declare(cython.int, 7)
START_LINE = cython.declare(cython.int, 8)

OTHER = cython.declare(cython.int, 0)
HEAD = cython.declare(cython.int, 1)
CONNECT = cython.declare(cython.int, 2)
PRI = cython.declare(cython.int, 3)

NO_CODING = cython.declare(cython.int, 0)
CHUNKED = cython.declare(cython.int, 1)
UNKNOWN_CODING = cython.declare(cython.int, 2)

BARE_LF = cython.declare(cython.uint, int(Note.BARE_LF))
FOLDED_FIELD = cython.declare(cython.uint, int(Note.FOLDED_FIELD))
TWO_LENGTHS = cython.declare(cython.uint, int(Note.TWO_LENGTHS))
REPEATED_LENGTH = cython.declare(cython.uint, int(Note.REPEATED_LENGTH))
BAD_LENGTH = cython.declare(cython.uint, int(Note.BAD_LENGTH))
LEADING_ZEROS = cython.declare(cython.uint, int(Note.LEADING_ZEROS))
LENGTH_AND_CHUNKED = cython.declare(cython.uint, int(Note.LENGTH_AND_CHUNKED))
CHUNKED_NOT_LAST = cython.declare(cython.uint, int(Note.CHUNKED_NOT_LAST))
NOTE_UNKNOWN_CODING = cython.declare(cython.uint, int(Note.UNKNOWN_CODING))
SPACE_BEFORE_COLON = cython.declare(cython.uint, int(Note.SPACE_BEFORE_COLON))
BAD_FIELD = cython.declare(cython.uint, int(Note.BAD_FIELD))
LOWER_CASE_VERSION = cython.declare(cython.uint, int(Note.LOWER_CASE_VERSION))
HTTP_0_9 = cython.declare(cython.uint, int(Note.HTTP_0_9))
CHUNKED_IN_1_0 = cython.declare(cython.uint, int(Note.CHUNKED_IN_1_0))
BAD_START_LINE = cython.declare(cython.uint, int(Note.BAD_START_LINE))
CONTROL_BYTE = cython.declare(cython.uint, int(Note.CONTROL_BYTE))
EVENT_STREAM = cython.declare(cython.uint, int(Note.EVENT_STREAM))
UPGRADE = cython.declare(cython.uint, int(Note.UPGRADE))
EXPECTS_CONTINUE = cython.declare(cython.uint, int(Note.EXPECTS_CONTINUE))

LF = cython.declare(cython.uchar, 10)
CR = cython.declare(cython.uchar, 13)
SPACE = cython.declare(cython.uchar, 32)
TAB = cython.declare(cython.uchar, 9)
COLON = cython.declare(cython.uchar, 58)
COMMA = cython.declare(cython.uchar, 44)
SEMICOLON = cython.declare(cython.uchar, 59)

TOKEN_BYTES = bytes(
    1 if chr(c) in "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ" else 0
    for c in range(256)
)
"""1 for each byte that may stand in a token (RFC 9110 §5.6.2)."""


@cython.cfunc
@cython.inline
@cython.exceptval(check=False)
def lower(c: cython.uchar) -> cython.uchar:
    """ASCII lower case; other bytes as they are."""
    return c | 0x20 if 65 <= c <= 90 else c


@cython.cfunc
@cython.inline
@cython.exceptval(check=False)
def is_digit(c: cython.uchar) -> cython.bint:
    """Whether an ASCII digit."""
    return 48 <= c <= 57


@cython.cclass
class HeadReader:
    """Reads heads out of the file, the arena, or a buffer in which a straddling head was gathered.

    What the last head said stands in `memory()`, by the indexes above: framing reads it there, so nothing is boxed.
    """

    _facts: cython.longlong[::1]
    _memory: memoryview
    _b: cython.const[cython.uchar][::1]  # what is being read: one of the next two, or a held head
    _data: cython.const[cython.uchar][::1]
    _arena: cython.const[cython.uchar][::1]
    _token: cython.const[cython.uchar][::1]
    _notes: cython.uint
    _chunked: cython.int
    _last_coding: cython.int
    _has_other_coding: cython.bint

    def __init__(self) -> None:
        self._memory = memoryview(bytearray(8 * 9)).cast("q")
        self._facts = self._memory
        self._token = memoryview(TOKEN_BYTES)
        self._data = memoryview(b"")
        self._arena = memoryview(b"")

    def attach(self, data: memoryview, arena: memoryview) -> None:
        """Read from these buffers from now on."""
        self._data = data
        self._arena = arena

    def memory(self) -> memoryview:
        """The facts, shape (9,), int64."""
        return self._memory

    def read(self, address: cython.longlong, length: cython.Py_ssize_t, side: cython.int) -> cython.Py_ssize_t:
        """Read the head at `address`, of which `length` bytes are there; `side` is its sender's Direction.

        Returns:
            The bytes of the head with its empty line; 0 when it may go on behind `length`; -1 when no HTTP/1.x message
            begins here. With 0, facts[START_LINE] tells whether the start line was there and could be read.
        """
        start: cython.Py_ssize_t = self._go_to(address)
        return self._read(start, start + length, side)

    def read_held(self, held: bytearray, side: cython.int) -> cython.Py_ssize_t:
        """`read`, of a head that was gathered in a buffer."""
        self._b = held if cython.compiled else memoryview(held)
        length = self._read(0, len(held), side)
        self._b = self._data  # so that the buffer can grow again
        return length

    def find(self, address: cython.longlong, length: cython.Py_ssize_t, side: cython.int) -> cython.Py_ssize_t:
        """Where in these bytes the next start line begins: bytes from `address`, or -1.

        A start line that the end of the bytes cuts off is found at their beginning only.
        """
        start: cython.Py_ssize_t = self._go_to(address)
        stop: cython.Py_ssize_t = start + length
        at: cython.Py_ssize_t
        line: cython.Py_ssize_t
        if self._start_line(start, stop, side) >= 0 and (side or self._facts[START_LINE] or self._shouts(start, stop)):
            return 0
        at = self._next_version(start, stop)
        while at < stop:
            # A response begins with HTTP/, a request line ends in it.
            line = at
            while side == 0 and line > start and self._b[line - 1] != LF and at - line < START_LINE_LIMIT:
                line -= 1
            if line > start and self._start_line(line, stop, side) > 0:
                return line - start
            at = self._next_version(at + 5, stop)
        return -1

    @cython.cfunc
    def _shouts(self, start: cython.Py_ssize_t, stop: cython.Py_ssize_t) -> cython.bint:
        """Whether capital letters stand there, three if so many bytes do: as every registered method begins."""
        at: cython.Py_ssize_t
        for at in range(start, min(stop, start + 3)):  # noqa: SIM110
            if not 65 <= self._b[at] <= 90:
                return False
        return True

    @cython.cfunc
    def _go_to(self, address: cython.longlong) -> cython.Py_ssize_t:
        """Choose the buffer that holds this address; the index in it."""
        if address >= ARENA:
            self._b = self._arena
            return address - ARENA
        self._b = self._data
        return address

    @cython.cfunc
    def _next_version(self, at: cython.Py_ssize_t, stop: cython.Py_ssize_t) -> cython.Py_ssize_t:
        """Where the next `HTTP/` is, written so; `stop` when there is none."""
        if not cython.compiled:
            found = bytes(self._b[at:stop]).find(b"HTTP/")
            return stop if found < 0 else at + found
        while at + 5 <= stop:
            if self._b[at] == 72 and self._is_exactly(at, b"HTTP/"):
                return at
            at += 1
        return stop

    # -- the start line ------------------------------------------------------------------------------------------

    @cython.cfunc
    def _is_version(self, at: cython.Py_ssize_t, stop: cython.Py_ssize_t) -> cython.bint:
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

    @cython.cfunc
    def _take_version(self, at: cython.Py_ssize_t) -> cython.void:
        self._facts[VERSION] = (self._b[at + 5] - 48) * 10 + self._b[at + 7] - 48
        if self._b[at] != 72 or self._b[at + 1] != 84 or self._b[at + 2] != 84 or self._b[at + 3] != 80:
            self._notes |= LOWER_CASE_VERSION

    @cython.cfunc
    def _start_line(self, start: cython.Py_ssize_t, stop: cython.Py_ssize_t, side: cython.int) -> cython.Py_ssize_t:
        """Where the line behind the start line begins; 0 when the line may go on behind `stop`, -1 when it is none."""
        self._notes = 0
        self._facts[KIND] = side
        self._facts[START_LINE] = 0
        return self._status_line(start, stop) if side else self._request_line(start, stop)

    @cython.cfunc
    def _status_line(self, start: cython.Py_ssize_t, stop: cython.Py_ssize_t) -> cython.Py_ssize_t:
        """`HTTP/1.1 200 OK` (RFC 9112 §4)."""
        at: cython.Py_ssize_t
        end: cython.Py_ssize_t
        if stop - start < 13:
            return self._short_status_line(start, stop)
        if not self._is_version(start, stop) or self._b[start + 8] != SPACE:
            return -1
        self._take_version(start)
        at = start + 9
        while at < stop and self._b[at] == SPACE and at - start < 64:
            self._notes |= BAD_START_LINE
            at += 1
        if stop - at < 4:
            return 0
        if (
            not (is_digit(self._b[at]) and is_digit(self._b[at + 1]) and is_digit(self._b[at + 2]))
            or self._b[at + 3] > SPACE
        ):
            return -1
        self._facts[STATUS] = (self._b[at] - 48) * 100 + (self._b[at + 1] - 48) * 10 + self._b[at + 2] - 48
        self._facts[METHOD] = OTHER
        at += 3
        end = self._line_end(at, stop)
        if end - start > START_LINE_LIMIT:
            return -1
        if end == stop:
            return 0
        if self._b[end - 1] != CR:
            self._notes |= BARE_LF
        self._facts[START_LINE] = 1
        return end + 1

    @cython.cfunc
    def _short_status_line(self, start: cython.Py_ssize_t, stop: cython.Py_ssize_t) -> cython.Py_ssize_t:
        """0 when these few bytes may grow into a status line, -1 when not."""
        pattern: bytes = b"http/0.0 000"
        i: cython.Py_ssize_t
        c: cython.uchar
        for i in range(min(stop - start, 12)):
            c = lower(self._b[start + i])
            if (c != pattern[i]) if pattern[i] != 48 else not (is_digit(c) or (i > 8 and c == SPACE)):
                return -1
        return 0

    @cython.cfunc
    def _request_line(self, start: cython.Py_ssize_t, stop: cython.Py_ssize_t) -> cython.Py_ssize_t:
        """`GET / HTTP/1.1` (RFC 9112 §3), or `GET /` as HTTP/0.9 had it."""
        at: cython.Py_ssize_t = self._token_end(start, stop)
        end: cython.Py_ssize_t
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
        self._facts[STATUS] = 0
        self._facts[METHOD] = self._method(start, at - start)
        self._facts[START_LINE] = 1
        if self._b[end - 1] != CR:
            self._notes |= BARE_LF
        return end + 1

    @cython.cfunc
    def _target_and_version(
        self, space: cython.Py_ssize_t, end: cython.Py_ssize_t, method: cython.Py_ssize_t
    ) -> cython.bint:
        """Whether a target and a version stand between the space behind the method and the line's end."""
        last: cython.Py_ssize_t = end - 1 if self._b[end - 1] == CR else end
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
        self._facts[VERSION] = 9
        self._notes |= HTTP_0_9
        return not self._has_space(space + 1, last)

    @cython.cfunc
    def _has_space(self, at: cython.Py_ssize_t, stop: cython.Py_ssize_t) -> cython.bint:
        if not cython.compiled:
            return b" " in bytes(self._b[at:stop])
        while at < stop:
            if self._b[at] == SPACE:
                return True
            at += 1
        return False

    @cython.cfunc
    def _is_text(self, at: cython.Py_ssize_t, stop: cython.Py_ssize_t) -> cython.bint:
        """Whether no control character stands there but the CR and TAB that a careless target may have."""
        while at < stop:
            if self._b[at] < SPACE and self._b[at] != CR and self._b[at] != TAB:
                return False
            at += 1
        return True

    @cython.cfunc
    def _method(self, at: cython.Py_ssize_t, length: cython.Py_ssize_t) -> cython.int:
        """The methods whose messages are framed in their own way (RFC 9112 §6.3)."""
        if length == 4 and self._is_exactly(at, b"HEAD"):
            return HEAD
        if length == 7 and self._is_exactly(at, b"CONNECT"):
            return CONNECT
        if length == 3 and self._is_exactly(at, b"PRI"):
            return PRI
        return OTHER

    # -- fields --------------------------------------------------------------------------------------------------

    @cython.cfunc
    def _read(self, start: cython.Py_ssize_t, stop: cython.Py_ssize_t, side: cython.int) -> cython.Py_ssize_t:
        at: cython.Py_ssize_t = self._start_line(start, stop, side)
        self._facts[LENGTH] = -1
        self._facts[OTHER_LENGTH] = -1
        self._chunked = 0
        self._last_coding = NO_CODING
        self._has_other_coding = False
        if at > 0 and not (side == 0 and self._facts[VERSION] == 9):
            at = self._fields(at, stop)
        self._settle()
        return at - start if at > 0 else at

    @cython.cfunc
    def _fields(self, at: cython.Py_ssize_t, stop: cython.Py_ssize_t) -> cython.Py_ssize_t:
        """Read field lines up to the empty line (RFC 9112 §5); where the body begins, 0 when that was not reached."""
        name: cython.Py_ssize_t
        colon: cython.Py_ssize_t
        while at < stop:
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

    @cython.cfunc
    def _skip_to_colon(
        self, name: cython.Py_ssize_t, at: cython.Py_ssize_t, stop: cython.Py_ssize_t
    ) -> cython.Py_ssize_t:
        """Behind a name without its colon: the colon after white space, or where the line is no field."""
        while at < stop and at > name and (self._b[at] == SPACE or self._b[at] == TAB):
            at += 1
        self._notes |= SPACE_BEFORE_COLON if at < stop and at > name and self._b[at] == COLON else BAD_FIELD
        return at

    @cython.cfunc
    @cython.boundscheck(False)
    def _token_end(self, at: cython.Py_ssize_t, stop: cython.Py_ssize_t) -> cython.Py_ssize_t:
        """Where the token ends that begins at `at`. One check of the bounds stands for one a byte."""
        if at < 0 or stop > self._b.shape[0]:
            raise IndexError(at)
        while at < stop and self._token[self._b[at]]:
            at += 1
        return at

    @cython.cfunc
    @cython.boundscheck(False)
    def _line_end(self, at: cython.Py_ssize_t, stop: cython.Py_ssize_t) -> cython.Py_ssize_t:
        """Where the next LF is; `stop` when there is none. NULs and bare CRs on the way are noted."""
        if not cython.compiled:
            line = bytes(self._b[at:stop]).partition(b"\n")[0]
            if b"\0" in line or b"\r" in line[:-1]:
                self._notes |= CONTROL_BYTE
            return at + len(line)
        if at < 0 or stop > self._b.shape[0]:
            raise IndexError(at)
        while at < stop:
            if self._b[at] <= CR:
                if self._b[at] == LF:
                    return at
                if self._b[at] == 0 or (self._b[at] == CR and at + 1 < stop and self._b[at + 1] != LF):
                    self._notes |= CONTROL_BYTE
            at += 1
        return at

    @cython.cfunc
    def _is(self, at: cython.Py_ssize_t, word: bytes) -> cython.bint:
        """Whether `word`, given in lower case, stands there in any case (RFC 9110 §5.1); the caller knows it fits."""
        i: cython.Py_ssize_t
        for i in range(len(word)):  # noqa: SIM110 (a generator would not compile to a loop)
            if lower(self._b[at + i]) != word[i]:
                return False
        return True

    @cython.cfunc
    def _is_exactly(self, at: cython.Py_ssize_t, word: bytes) -> cython.bint:
        """Whether `word` stands there; the caller knows it fits."""
        i: cython.Py_ssize_t
        for i in range(len(word)):  # noqa: SIM110
            if self._b[at + i] != word[i]:
                return False
        return True

    @cython.cfunc
    def _field(self, name: cython.Py_ssize_t, colon: cython.Py_ssize_t, end: cython.Py_ssize_t) -> cython.void:
        """Take note of the fields that matter here; the value stands before `end`, behind the colon."""
        length: cython.Py_ssize_t = colon - name
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

    @cython.cfunc
    def _value(self, at: cython.Py_ssize_t, end: cython.Py_ssize_t) -> cython.Py_ssize_t:
        """Where the value begins, whose colon comes at or behind `at`."""
        while at < end and self._b[at] != COLON:
            at += 1
        return self._skip_space(at + 1, end)

    @cython.cfunc
    def _skip_space(self, at: cython.Py_ssize_t, end: cython.Py_ssize_t) -> cython.Py_ssize_t:
        """Skip white space; the line end of a folded value is white space too (RFC 9112 §5.2)."""
        while at < end and (self._b[at] == SPACE or self._b[at] == TAB or self._b[at] == CR or self._b[at] == LF):
            at += 1
        return at

    @cython.cfunc
    def _content_length(self, at: cython.Py_ssize_t, end: cython.Py_ssize_t) -> cython.void:
        """A decimal number, or a list of them when somebody joined several fields (RFC 9110 §8.6)."""
        begin: cython.Py_ssize_t
        value: cython.ulonglong
        fits: cython.bint
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

    @cython.cfunc
    def _take_length(self, value: cython.longlong) -> cython.void:
        """The first Content-Length is the one we read by."""
        if self._facts[LENGTH] < 0:
            self._facts[LENGTH] = value
        elif self._facts[LENGTH] == value:
            self._notes |= REPEATED_LENGTH
        else:
            self._notes |= TWO_LENGTHS
            self._facts[OTHER_LENGTH] = value

    @cython.cfunc
    def _transfer_encoding(self, at: cython.Py_ssize_t, end: cython.Py_ssize_t) -> cython.void:
        """A list of codings, applied in that order (RFC 9112 §6.1)."""
        begin: cython.Py_ssize_t
        while at < end:
            begin = at
            at = self._token_end(at, end)
            if at - begin == 7 and self._is(begin, b"chunked"):
                self._chunked += 1
                self._last_coding = CHUNKED
            elif at > begin:
                # `identity` was a coding once and says nothing (RFC 9112 §7).
                self._has_other_coding |= not (at - begin == 8 and self._is(begin, b"identity"))
                self._last_coding = UNKNOWN_CODING
            while at < end and self._b[at] != COMMA:
                at += 1
            at = self._skip_space(at + 1, end)

    @cython.cfunc
    def _settle(self) -> cython.void:
        """What the fields say together (RFC 9112 §6.3)."""
        self._facts[CODING] = CHUNKED if self._chunked else UNKNOWN_CODING if self._has_other_coding else NO_CODING
        if self._chunked > 1 or (self._chunked and self._last_coding != CHUNKED):
            self._notes |= CHUNKED_NOT_LAST
        elif self._facts[CODING] == UNKNOWN_CODING:
            self._notes |= NOTE_UNKNOWN_CODING
        if self._facts[CODING]:
            if self._facts[LENGTH] >= 0:
                self._notes |= LENGTH_AND_CHUNKED
            if self._facts[VERSION] == 10:
                self._notes |= CHUNKED_IN_1_0
        self._facts[NOTES] = self._notes
