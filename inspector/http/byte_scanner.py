"""Scans the bytes of a header in place: finds the ends of tokens and lines, and compares words.

Hot module: compiled by Cython where there is a compiler, plain Python otherwise (docs/architecture.md).
"""

from __future__ import annotations

import re

import cython
from cython import Py_ssize_t, bint, cclass, cfunc, longlong, uchar, uint

from inspector.http import char_classes as chars
from inspector.http.message_notes import Note
from inspector.tables.arena import ARENA as _ARENA

ARENA = cython.declare(longlong, _ARENA)

CONTROL_BYTE = cython.declare(uint, int(Note.CONTROL_BYTE))

TOKEN_BYTES = bytes(
    1 if chr(c) in "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ" else 0
    for c in range(256)
)
"""A table with 1 for each byte that is allowed in a token (RFC 9110 §5.6.2), else 0."""

TOKEN = b"[" + re.escape(bytes(c for c in range(256) if TOKEN_BYTES[c])) + b"]"
"""A character class of these bytes, for regular expressions."""

# Used in plain Python to read most of a header at once.
_LINE = re.compile(rb"[^\0\r\n]*\r?\n")
_TOKEN = re.compile(TOKEN + b"*")


@cclass
class Text:
    """The bytes being read: of the file, of the arena, or of the buffer of a header that spans several segments.

    `notes` holds the Note bits for the irregularities of the current header.
    """

    _b: cython.const[uchar][::1]  # the buffer being read: one of the next two, or a partial header
    _data: cython.const[uchar][::1]
    _arena: cython.const[uchar][::1]
    _token: cython.const[uchar][::1]
    notes: uint

    def __init__(self) -> None:
        self.notes = 0
        self._token = memoryview(TOKEN_BYTES)
        self.attach(memoryview(b""), memoryview(b""))

    def attach(self, data: memoryview, arena: memoryview) -> None:
        """Use these buffers from now on."""
        self._data = data
        self._arena = arena
        self._b = data

    @cfunc
    def _go_to(self, address: longlong) -> Py_ssize_t:
        """Select the buffer that contains this address; return the index in it."""
        if address >= ARENA:
            self._b = self._arena
            return address - ARENA
        self._b = self._data
        return address

    @cfunc
    def _is(self, at: Py_ssize_t, word: bytes) -> bint:
        """Whether the bytes at `at` equal `word` (given in lower case), regardless of case (RFC 9110 §5.1); the caller
        ensures that it fits.
        """
        i: Py_ssize_t
        if not cython.compiled:
            return bytes(self._b[at : at + len(word)]).lower() == word
        for i in range(len(word)):  # noqa: SIM110 (a generator would not compile to a loop)
            if chars.lower(self._b[at + i]) != word[i]:
                return False
        return True

    @cfunc
    def _is_exactly(self, at: Py_ssize_t, word: bytes) -> bint:
        """Whether the bytes at `at` equal `word`; the caller ensures that it fits."""
        i: Py_ssize_t
        if not cython.compiled:
            return self._b[at : at + len(word)] == word
        for i in range(len(word)):  # noqa: SIM110
            if self._b[at + i] != word[i]:
                return False
        return True

    @cfunc
    def _has_space(self, at: Py_ssize_t, stop: Py_ssize_t) -> bint:
        if not cython.compiled:
            return b" " in bytes(self._b[at:stop])
        while at < stop:
            if self._b[at] == chars.SPACE:
                return True
            at += 1
        return False

    @cfunc
    @cython.boundscheck(False)
    def _token_end(self, at: Py_ssize_t, stop: Py_ssize_t) -> Py_ssize_t:
        """Return the end of the token that begins at `at`. A single bounds check replaces one per byte."""
        if not cython.compiled:
            token = _TOKEN.match(self._b, at, stop)
            return token.end() if token else at
        if at < 0 or stop > self._b.shape[0]:
            raise IndexError(at)
        while at < stop and self._token[self._b[at]]:
            at += 1
        return at

    @cfunc
    @cython.boundscheck(False)
    def _line_end(self, at: Py_ssize_t, stop: Py_ssize_t) -> Py_ssize_t:
        """Return the index of the next LF, or `stop` if there is none. NULs and bare CRs before it are noted."""
        if not cython.compiled:
            usual = _LINE.match(self._b, at, stop)
            if usual:
                return usual.end() - 1
            line = bytes(self._b[at:stop]).partition(b"\n")[0]
            if b"\0" in line or b"\r" in line[:-1]:
                self.notes |= CONTROL_BYTE
            return at + len(line)
        if at < 0 or stop > self._b.shape[0]:
            raise IndexError(at)
        while at < stop:
            if self._b[at] <= chars.CR:
                if self._b[at] == chars.LF:
                    return at
                if self._b[at] == 0 or (self._b[at] == chars.CR and at + 1 < stop and self._b[at + 1] != chars.LF):
                    self.notes |= CONTROL_BYTE
            at += 1
        return at

    @cfunc
    def _skip_space(self, at: Py_ssize_t, end: Py_ssize_t) -> Py_ssize_t:
        """Skip white space, which includes the line end within a folded value (RFC 9112 §5.2)."""
        while at < end and chars.is_space(self._b[at]):
            at += 1
        return at

    @cfunc
    def _is_text(self, at: Py_ssize_t, stop: Py_ssize_t) -> bint:
        """Whether the rest of the line contains no control characters except TAB, VT, FF and CR."""
        while at < stop and self._b[at] != chars.LF:
            if self._b[at] < chars.SPACE and not chars.TAB <= self._b[at] <= chars.CR:
                return False
            at += 1
        return True
