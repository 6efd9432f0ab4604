"""Keeps the contents of small messages in the arena, in which space is reserved one slab at a time.

Hot module: compiled by Cython where there is a compiler, plain Python otherwise (docs/architecture.md).
"""

from __future__ import annotations

import cython
from cython import Py_ssize_t, bint, cclass, cfunc, longlong, uchar, uint

from inspector.tables.arena import ARENA as _ARENA
from inspector.tables.arena import Arena
from inspector.tables.chunk_cursor import ChunkCursor
from inspector.websocket.masking import apply_mask

ARENA = cython.declare(longlong, _ARENA)

SLAB = 64 * 1024
"""Bytes of the arena that are reserved at a time."""


@cclass
class ContentStore:
    """Writes contents into the arena. The returned address is -1 if the arena is full."""

    _arena: Arena
    _cursor: ChunkCursor
    _memory: memoryview
    _view: uchar[::1]
    _at: longlong  # _at to _stop is the free part of the slab, as offsets in the arena
    _stop: longlong

    def __init__(self, arena: Arena, cursor: ChunkCursor) -> None:
        self._arena = arena
        self._cursor = cursor
        self._at = self._stop = 0
        self.refresh()

    @cfunc
    def refresh(self) -> bint:
        """Fetch the arena's buffer again, since appending may have moved it."""
        self._memory = self._arena.data
        self._view = self._memory
        return True

    @cfunc
    def _reserve(self, length: longlong) -> longlong:
        """Reserve `length` bytes; return their offset in the arena."""
        to: longlong
        if self._stop - self._at < length:
            to = self._arena.append(bytes(max(SLAB, length)))
            if to < 0:
                return -1
            self.refresh()
            self._at = to - ARENA
            self._stop = self._at + max(SLAB, length)
        to = self._at
        self._at += length
        return to

    def append(self, content: bytes | bytearray) -> int:
        """Keep content that may be longer than a slab; return its address."""
        address = self._arena.append(content)
        self.refresh()
        return address

    @cfunc
    def keep(self, content: bytes) -> longlong:
        """Keep content; return its address."""
        to: longlong = self._reserve(len(content))
        if to < 0:
            return -1
        self._memory[to : to + len(content)] = content
        return to + ARENA

    @cfunc
    def copy(self, source: uchar[::1], length: Py_ssize_t) -> longlong:
        """Keep the first `length` bytes of a buffer; return their address."""
        to: longlong = self._reserve(length)
        if to < 0:
            return -1
        copy_unmasked(source, 0, length, 0, self._view, to)
        return to + ARENA

    @cfunc
    def unmask(self, mask: uint, at: longlong, length: longlong) -> longlong:
        """Keep the payload at an address, unmasked (RFC 6455 §5.3); return its new address."""
        to: longlong = self._reserve(length)
        if to < 0:
            return -1
        if cython.compiled and at < ARENA:
            copy_unmasked(self._cursor.data, at, length, mask, self._view, to)
        else:
            self._memory[to : to + length] = apply_mask(self._cursor.bytes_at(at, length), mask)
        return to + ARENA

    @cfunc
    def is_ascii(self, at: longlong, length: longlong) -> bint:
        """Whether the bytes are ASCII and therefore valid UTF-8. Also True for bytes that could not be kept (address
        -1), which cannot be checked.
        """
        if at < 0:
            return True
        if not cython.compiled:
            return self.bytes_at(at, length).isascii()
        if at >= ARENA:
            return has_no_high_bit(self._view, at - ARENA, length)
        return has_no_high_bit(self._cursor.data, at, length)

    @cfunc
    def bytes_at(self, at: longlong, length: longlong) -> bytes:
        """Return a copy of bytes, which are in a stream chunk or kept here."""
        if at >= ARENA:
            return bytes(self._memory[at - ARENA : at - ARENA + length])
        return self._cursor.bytes_at(at, length)


@cfunc
@cython.boundscheck(False)
def has_no_high_bit(view: cython.const[uchar][::1], at: Py_ssize_t, length: Py_ssize_t) -> bint:
    """Whether all of the `length` bytes from index `at` are below 128. A single bounds check replaces one per byte."""
    i: Py_ssize_t
    bits: uchar = 0
    if at < 0 or at + length > view.shape[0]:
        raise IndexError(at)
    for i in range(at, at + length):
        bits |= view[i]
    return bits < 128


@cfunc
@cython.boundscheck(False)
def copy_unmasked(
    source: cython.const[uchar][::1], at: Py_ssize_t, length: Py_ssize_t, mask: uint, target: uchar[::1], to: Py_ssize_t
) -> bint:
    """Copy payload, unmasked (RFC 6455 §5.3); mask 0 leaves it unchanged. A single bounds check replaces one
    per byte.
    """
    i: Py_ssize_t
    turned: uint = mask >> 24 | (mask >> 8 & 0xFF00) | (mask << 8 & 0xFF0000) | (mask & 0xFF) << 24
    if at < 0 or to < 0 or at + length > source.shape[0] or to + length > target.shape[0]:
        raise IndexError(at)
    for i in range(length):
        target[to + i] = source[at + i] ^ (turned >> ((i & 3) << 3) & 255)
    return True
