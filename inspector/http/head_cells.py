"""Start lines and fields of many regular heads at once, as bytes; head.py parses those that are not regular.

Hot module: compiled by Cython where there is a compiler, plain Python otherwise (docs/architecture.md).
"""

from __future__ import annotations

from typing import Any, NamedTuple

import cython
import numpy as np
import numpy.typing as npt
from cython import Py_ssize_t, bint, cfunc, longlong, uchar

from inspector.http.head import FIELD_LIMIT as _FIELD_LIMIT
from inspector.tables.text_cells import Cells

FIELD_LIMIT = cython.declare(Py_ssize_t, _FIELD_LIMIT)

GROWTH = 4
"""The most bytes of JSON that a byte of a head becomes: the 3 of `:\\r\\n` become the 10 of `["", ""], `."""

CR = cython.declare(uchar, 13)
LF = cython.declare(uchar, 10)
SPACE = cython.declare(uchar, 32)
TAB = cython.declare(uchar, 9)
DELETE = cython.declare(uchar, 127)
COLON = cython.declare(uchar, 58)
DOT = cython.declare(uchar, 46)
ZERO = cython.declare(uchar, 48)
NINE = cython.declare(uchar, 57)
QUOTE = cython.declare(uchar, 34)
BACKSLASH = cython.declare(uchar, 92)
OPENING = cython.declare(uchar, 91)
CLOSING = cython.declare(uchar, 93)
COMMA = cython.declare(uchar, 44)

_HTTP = np.frombuffer(b"HTTP/", np.uint8)


class HeadCells(NamedTuple):
    """The parts of heads. Where `is_regular` is false, they mean nothing.

    Attributes:
        version: of both kinds of message.
        first: the method or the status.
        second: the target or the reason.
        fields: JSON, a list of pairs.
        is_regular: shape (n,).
    """

    version: Cells
    first: Cells
    second: Cells
    fields: Cells
    is_regular: npt.NDArray[np.bool_]


def head_cells(heads: Cells, comma: bytes) -> HeadCells:
    """Split heads whose lines are as RFC 9112 writes them, in printable ASCII, into what `parse_head` gives of them.

    Args:
        comma: what separates the items of a list in JSON.
    """
    count = len(heads.starts)
    spans = np.zeros((count, 6), np.int64)
    size = GROWTH * int((heads.ends - heads.starts).sum()) + GROWTH * count
    out, stops = np.empty(size + 16, np.uint8), np.zeros(count, np.int64)
    is_regular = np.zeros(count, np.uint8)
    scanner = _Scanner(heads.data, out, spans, comma)
    at = 0
    for i, (start, end) in enumerate(zip(heads.starts.tolist(), heads.ends.tolist(), strict=True)):
        after = scanner.head(i, start, end, at)
        if after >= 0:
            at = after
            is_regular[i] = 1
        stops[i] = at
    version, first, second = (Cells(heads.data, spans[:, i].copy(), spans[:, i + 1].copy()) for i in (0, 2, 4))
    fields = Cells(out, np.concatenate([[0], stops])[:count].astype(np.int64), stops)
    return HeadCells(version, first, second, fields, is_regular.astype(bool))


@cython.cclass
class _Scanner:
    """Scans one head after the other."""

    _data: cython.const[uchar][::1]
    _out: uchar[::1]
    _spans: longlong[:, ::1]
    _http: cython.const[uchar][::1]
    _has_space: bint

    def __init__(self, data: Any, out: Any, spans: Any, comma: bytes) -> None:
        self._data, self._out, self._spans = memoryview(data), memoryview(out), memoryview(spans)
        self._http = memoryview(_HTTP)
        self._has_space = len(comma) > 1

    @cython.ccall
    def head(self, row: Py_ssize_t, start: Py_ssize_t, end: Py_ssize_t, at: Py_ssize_t) -> Py_ssize_t:
        """Split the head in data[start:end], and write its fields to out[at:]; returns where they end there, or -1 if
        the head is not regular.
        """
        stop: Py_ssize_t = self._line_end(start, end)
        fields: Py_ssize_t = 0
        if stop < 0 or not (self._is_response(row, start, stop) or self._is_request(row, start, stop)):
            return -1
        self._out[at] = OPENING
        at += 1
        while True:
            start = stop + 2
            stop = self._line_end(start, end)
            if stop < 0 or fields == FIELD_LIMIT:
                return -1
            if stop == start:
                break
            if fields:
                at = self._separate(at)
            at = self._field(start, stop, at)
            if at < 0:
                return -1
            fields += 1
        self._out[at] = CLOSING
        return at + 1

    @cfunc
    def _line_end(self, start: Py_ssize_t, end: Py_ssize_t) -> Py_ssize_t:
        """Where the CR LF of the line is that begins at `start`; -1 if it has none, or a byte that is not printable."""
        i: Py_ssize_t
        c: uchar
        for i in range(start, end):
            c = self._data[i]
            if c < SPACE or c >= DELETE:
                return i if c == CR and i + 1 < end and self._data[i + 1] == LF else -1
        return -1

    @cfunc
    def _is_version(self, start: Py_ssize_t, stop: Py_ssize_t) -> bint:
        """Whether `HTTP/1.1`, with any two digits, is all there is."""
        i: Py_ssize_t
        if stop - start != 8:
            return False
        for i in range(5):
            if self._data[start + i] != self._http[i]:
                return False
        return self._is_digit(start + 5) and self._data[start + 6] == DOT and self._is_digit(start + 7)

    @cfunc
    def _is_digit(self, at: Py_ssize_t) -> bint:
        return ZERO <= self._data[at] <= NINE

    @cfunc
    def _is_response(self, row: Py_ssize_t, start: Py_ssize_t, stop: Py_ssize_t) -> bint:
        """`HTTP/1.1 200 OK`, with or without a reason, but not with a status that begins with 0."""
        if stop - start < 12 or not self._is_version(start, start + 8) or self._data[start + 8] != SPACE:
            return False
        if not (self._is_digit(start + 9) and self._is_digit(start + 10) and self._is_digit(start + 11)):
            return False
        if self._data[start + 9] == ZERO or (stop > start + 12 and self._data[start + 12] != SPACE):
            return False
        self._span(row, 0, start, start + 8)
        self._span(row, 2, start + 9, start + 12)
        start = min(start + 13, stop)
        while stop > start and self._data[stop - 1] == SPACE:
            stop -= 1
        self._span(row, 4, start, stop)
        return True

    @cfunc
    def _is_request(self, row: Py_ssize_t, start: Py_ssize_t, stop: Py_ssize_t) -> bint:
        """`GET /path HTTP/1.1`: three words with one space between them, the first not like HTTP."""
        i: Py_ssize_t
        first: Py_ssize_t = -1
        second: Py_ssize_t = -1
        for i in range(start, stop):
            if self._data[i] == SPACE:
                if second >= 0:
                    return False
                if first < 0:
                    first = i
                else:
                    second = i
        if first <= start or second <= first + 1 or not self._is_version(second + 1, stop):
            return False
        if self._data[start] | 32 == 104 and self._data[start + 1] | 32 == 116:  # ht…: head.py decides
            return False
        self._span(row, 0, second + 1, stop)
        self._span(row, 2, start, first)
        self._span(row, 4, first + 1, second)
        return True

    @cfunc
    def _span(self, row: Py_ssize_t, column: Py_ssize_t, start: Py_ssize_t, stop: Py_ssize_t) -> Py_ssize_t:
        self._spans[row, column] = start
        self._spans[row, column + 1] = stop
        return 0

    @cfunc
    def _field(self, start: Py_ssize_t, stop: Py_ssize_t, at: Py_ssize_t) -> Py_ssize_t:
        """Write name and value of a line as a pair; returns where it ends, or -1 if head.py has to decide."""
        colon: Py_ssize_t = start
        while colon < stop and self._data[colon] != COLON:
            colon += 1
        if colon == stop or self._data[start] == SPACE or (colon > start and self._data[colon - 1] == SPACE):
            return -1
        self._out[at] = OPENING
        at = self._separate(self._string(start, colon, at + 1))
        start = colon + 1
        while start < stop and self._data[start] == SPACE:
            start += 1
        while stop > start and self._data[stop - 1] == SPACE:
            stop -= 1
        at = self._string(start, stop, at)
        self._out[at] = CLOSING
        return at + 1

    @cfunc
    def _separate(self, at: Py_ssize_t) -> Py_ssize_t:
        self._out[at] = COMMA
        self._out[at + 1] = SPACE
        return at + 1 + self._has_space

    @cfunc
    def _string(self, start: Py_ssize_t, stop: Py_ssize_t, at: Py_ssize_t) -> Py_ssize_t:
        i: Py_ssize_t
        c: uchar
        self._out[at] = QUOTE
        at += 1
        for i in range(start, stop):
            c = self._data[i]
            if c in (QUOTE, BACKSLASH):
                self._out[at] = BACKSLASH
                at += 1
            self._out[at] = c
            at += 1
        self._out[at] = QUOTE
        return at + 1
