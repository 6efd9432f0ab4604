"""The cells of a table as bytes of text, and rows made of them: what csv and JSON are written with.

Hot module: compiled by Cython where there is a compiler, plain Python otherwise (docs/architecture.md).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import cython
import numpy as np
import numpy.typing as npt
from cython import Py_ssize_t, longlong, uchar, ulonglong

if cython.compiled:
    from cython.cimports.libc.string import memcpy

WIDTH = 20
"""The most characters of a number: those of -2**63."""

NUMBER = cython.declare(longlong, -1)
"""Where a cell of Digits ends: its number is where a cell of text has its start."""

ZERO = cython.declare(uchar, 48)
MINUS = cython.declare(uchar, 45)
QUOTE = cython.declare(uchar, 34)
BACKSLASH = cython.declare(uchar, 92)
COMMA = cython.declare(uchar, 44)
LF = cython.declare(uchar, 10)
CR = cython.declare(uchar, 13)
TAB = cython.declare(uchar, 9)
APOSTROPHE = cython.declare(uchar, 39)
EQUALS = cython.declare(uchar, 61)
PLUS = cython.declare(uchar, 43)
AT = cython.declare(uchar, 64)


class Cells(NamedTuple):
    """The texts of a column: that of row i is `data[starts[i]:ends[i]]`.

    Attributes:
        data: uint8, shape (m,).
        starts, ends: int64, shape (n,), with 0 <= starts <= ends <= m.
    """

    data: npt.NDArray[np.uint8]
    starts: npt.NDArray[np.int64]
    ends: npt.NDArray[np.int64]


class Digits(NamedTuple):
    """The texts of a column of whole numbers, not written yet.

    Attributes:
        values: int64, shape (n,).
        is_known: where the text is not `null`; None if it is nowhere.
    """

    values: npt.NDArray[np.int64]
    is_known: npt.NDArray[np.bool_] | None
    null: bytes


Part = bytes | Cells | Digits
"""The texts of a column; bytes if all rows have the same text."""


def cells_of(texts: Sequence[bytes]) -> Cells:
    """The cells with these texts."""
    ends = np.cumsum(np.fromiter(map(len, texts), np.int64, len(texts)))
    return Cells(np.frombuffer(b"".join(texts), np.uint8), np.concatenate([[0], ends])[: len(texts)], ends)


def chosen_of(words: Sequence[bytes], codes: npt.NDArray[Any]) -> Cells:
    """Cells that each have one of a few texts: `words[codes[i]]`."""
    cells = cells_of(words)
    return Cells(cells.data, cells.starts[codes], cells.ends[codes])


def replaced(cells: Cells, rows: npt.NDArray[Any], texts: Sequence[bytes]) -> Cells:
    """The cells, with other texts in these rows."""
    if not len(rows):
        return cells
    others = cells_of(texts)
    starts, ends = cells.starts.copy(), cells.ends.copy()
    starts[rows], ends[rows] = others.starts + len(cells.data), others.ends + len(cells.data)
    return Cells(np.concatenate([cells.data, others.data]), starts, ends)


def masked(cells: Cells, is_known: npt.NDArray[np.bool_] | None, null: bytes) -> Cells:
    """The cells, with the text `null` where the mask is false."""
    if is_known is None or is_known.all():
        return cells
    begin, end = len(cells.data), len(cells.data) + len(null)
    data = np.concatenate([cells.data, np.frombuffer(null, np.uint8)])
    return Cells(data, np.where(is_known, cells.starts, begin), np.where(is_known, cells.ends, end))


def joined(parts: Sequence[Part], count: int) -> Cells:
    """For each of `count` rows, the texts of all parts one after the other: `[b'{"id": ', ids, b"}"]`."""
    texts: list[bytes] = []
    columns: list[Cells | Digits] = []
    text = b""
    for part in parts:
        if isinstance(part, bytes):
            text += part
        else:
            columns.append(part)
            texts.append(text)
            text = b""
    texts.append(text)
    starts = np.empty((count, len(columns)), np.int64)
    ends = np.empty((count, len(columns)), np.int64)
    pieces: list[npt.NDArray[np.uint8]] = []
    base, room = 0, count * sum(map(len, texts))
    for i, part in enumerate(columns):
        if isinstance(part, Digits):
            room += count * max(WIDTH, len(part.null))
            piece = np.frombuffer(part.null, np.uint8)
            starts[:, i], ends[:, i] = part.values, NUMBER
            if part.is_known is not None:
                starts[~part.is_known, i], ends[~part.is_known, i] = base, base + len(part.null)
        else:
            lengths = part.ends - part.starts
            if count and min(part.starts.min(), lengths.min(), len(part.data) - part.ends.max()) < 0:
                raise IndexError("a cell lies outside the data of its column")
            room += int(lengths.sum())
            piece = part.data
            np.add(part.starts, base, out=starts[:, i])
            np.add(part.ends, base, out=ends[:, i])
        pieces.append(piece)
        base += len(piece)
    between = cells_of(texts)
    data, out, rows = np.concatenate([between.data, *pieces]), np.empty(room, np.uint8), np.zeros(count, np.int64)
    size = _write_rows(
        memoryview(data[len(between.data) :]), memoryview(starts), memoryview(ends), memoryview(data),
        memoryview(between.ends), memoryview(out), memoryview(rows),
    )  # fmt: skip
    return Cells(out[:size], np.concatenate([[0], rows])[:count].astype(np.int64), rows)


@cython.cfunc
def _write_rows(
    data: cython.const[uchar][::1],
    starts: cython.const[longlong][:, ::1],
    ends: cython.const[longlong][:, ::1],
    between: cython.const[uchar][::1],
    between_ends: cython.const[longlong][::1],
    out: uchar[::1],
    rows: longlong[::1],
) -> Py_ssize_t:
    """Write `between[0]`, cell 0, `between[1]`, cell 1, …, of each row; returns the number of bytes written.

    `joined` has checked all bounds: `out` has room for every text, and for WIDTH bytes of every number.
    """
    row: Py_ssize_t
    i: Py_ssize_t
    at: Py_ssize_t = 0
    begin: Py_ssize_t
    length: Py_ssize_t
    for row in range(rows.shape[0]):
        begin = 0
        for i in range(between_ends.shape[0]):
            length = between_ends[i] - begin
            if length:
                at = _copy(between, begin, length, out, at)
                begin += length
            if i < starts.shape[1]:
                if ends[row, i] == NUMBER:
                    at = _write_number(starts[row, i], out, at)
                elif ends[row, i] > starts[row, i]:
                    at = _copy(data, starts[row, i], ends[row, i] - starts[row, i], out, at)
        rows[row] = at
    return at


@cython.cfunc
@cython.inline
def _copy(
    data: cython.const[uchar][::1], begin: Py_ssize_t, length: Py_ssize_t, out: uchar[::1], at: Py_ssize_t
) -> Py_ssize_t:
    """Copy some bytes to out[at:]; returns where they end."""
    if cython.compiled:
        memcpy(cython.address(out[at]), cython.address(data[begin]), length)
    else:
        out[at : at + length] = data[begin : begin + length]
    return at + length


@cython.cfunc
@cython.inline
def _write_number(value: longlong, out: uchar[::1], at: Py_ssize_t) -> Py_ssize_t:
    """Write a number in decimal to out[at:]; returns where it ends."""
    rest: ulonglong
    power: ulonglong = 10
    end: Py_ssize_t
    i: Py_ssize_t
    if value < 0:
        out[at] = MINUS
        at += 1
        rest = -(value + 1)  # -2**63 has no positive counterpart
        rest += 1
    else:
        rest = value
    end = at + 1
    while end - at < 19 and rest >= power:  # 10**19 is the last power that 64 bits hold
        power = power * 10
        end += 1
    i = end - 1
    while rest > 9:
        out[i] = ZERO + cython.cast(uchar, rest % 10)
        rest = rest // 10
        i -= 1
    out[i] = ZERO + cython.cast(uchar, rest)
    return end


def json_strings(cells: Cells) -> Cells:
    """JSON strings with these texts, which must be printable ASCII."""
    return _quoted(cells, is_json=True)


def csv_fields(cells: Cells, is_captured: bool = False) -> Cells:
    """Fields of a csv line with these texts, in quotes where RFC 4180 §2 needs them.

    Args:
        is_captured: put an apostrophe before a text that a spreadsheet would evaluate as a formula.
    """
    return _quoted(cells, is_captured=is_captured)


def _quoted(cells: Cells, is_json: bool = False, is_captured: bool = False) -> Cells:
    data, old_starts, old_ends = cells
    rows = len(old_starts)
    out = np.empty(2 * int((old_ends - old_starts).sum()) + 3 * rows, np.uint8)  # all doubled, quotes, apostrophe
    starts, ends = np.empty(rows, np.int64), np.empty(rows, np.int64)
    _write_quoted(
        memoryview(data), memoryview(old_starts), memoryview(old_ends), memoryview(out), memoryview(starts),
        memoryview(ends), is_json, is_captured,
    )  # fmt: skip
    return Cells(out, starts, ends)


@cython.cfunc
def _write_quoted(
    data: cython.const[uchar][::1],
    from_: cython.const[longlong][::1],
    to: cython.const[longlong][::1],
    out: uchar[::1],
    starts: longlong[::1],
    ends: longlong[::1],
    is_json: cython.bint,
    is_captured: cython.bint,
) -> Py_ssize_t:
    row: Py_ssize_t
    i: Py_ssize_t
    at: Py_ssize_t = 0
    c: uchar
    is_quoted: cython.bint
    for row in range(from_.shape[0]):
        starts[row] = at
        is_quoted = is_json
        if not is_json:
            for i in range(from_[row], to[row]):
                c = data[i]
                if c in (COMMA, QUOTE, LF, CR):
                    is_quoted = True
                    break
        if is_quoted:
            out[at] = QUOTE
            at += 1
        if is_captured and to[row] > from_[row] and _begins_formula(data[from_[row]]):
            out[at] = APOSTROPHE
            at += 1
        for i in range(from_[row], to[row]):
            c = data[i]
            if is_json:
                if c in (QUOTE, BACKSLASH):
                    out[at] = BACKSLASH
                    at += 1
            elif c == QUOTE:
                out[at] = QUOTE
                at += 1
            out[at] = c
            at += 1
        if is_quoted:
            out[at] = QUOTE
            at += 1
        ends[row] = at
    return 0


@cython.cfunc
@cython.inline
@cython.exceptval(check=False)
def _begins_formula(c: uchar) -> cython.bint:
    return c in (EQUALS, PLUS, MINUS, AT, TAB, CR)
