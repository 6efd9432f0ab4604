"""Decompresses DEFLATE data (RFC 1951), a complete message at a time, without creating objects.

For a message of seven bytes, zlib needs a microsecond of calls and objects; this takes a tenth of that. It does not
judge malformed data: unless a message is clearly well-formed and short enough, it is left to zlib
(permessage_deflate.py).

Hot module: compiled by Cython where there is a compiler. In plain Python only its tests run it, because zlib is faster
there.
"""

from __future__ import annotations

import cython
from cython import Py_ssize_t, bint, cclass, cfunc, inline, uchar, uint, ulonglong, ushort

from inspector.websocket.deflate.huffman import Codes, shorts
from inspector.websocket.deflate.window import History

INBOX = 64 * 1024
"""Maximum bytes of payload that are read here."""

FIRST_ROOM = cython.declare(Py_ssize_t, 64 * 1024)

OUTBOX_LIMIT = cython.declare(Py_ssize_t, 1024 * 1024)
"""Maximum bytes of content that are produced here; all connections share one such buffer."""

UNSURE = cython.declare(Py_ssize_t, -1)
"""Returned instead of a length if zlib has to decide."""

# Kinds of block (RFC 1951 §3.2.3).
STORED = cython.declare(uint, 0)
FIXED = cython.declare(uint, 1)
DYNAMIC = cython.declare(uint, 2)

END_OF_BLOCK = cython.declare(uint, 256)
LAST_LENGTH = cython.declare(uint, 285)
LAST_DISTANCE = cython.declare(uint, 29)

# As in huffman.py.
LONGEST = cython.declare(cython.int, 15)
PLACES = cython.declare(Py_ssize_t, 1 << 10)
SYMBOLS = cython.declare(Py_ssize_t, 288)

# The numbers of the codes.
FIXED_LENGTHS = cython.declare(Py_ssize_t, 0)
FIXED_DISTANCES = cython.declare(Py_ssize_t, 1)
LENGTHS = cython.declare(Py_ssize_t, 2)
DISTANCES = cython.declare(Py_ssize_t, 3)
CODE_LENGTHS = cython.declare(Py_ssize_t, 4)

_LENGTH_BASE = (3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195)
_LENGTH_BITS = (0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0)
_DISTANCE_BITS = (0, 0, *(bits for bits in range(14) for _ in range(2)))
_ORDER = bytes((16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15))
"""The order in which a block lists the lengths of the code length code (RFC 1951 §3.2.7)."""


def _table(values: tuple[int, ...]) -> memoryview:
    """Return an array of 16-bit integers."""
    table = shorts(len(values))
    for i, value in enumerate(values):
        table[i] = value
    return table


def _distance_bases() -> tuple[int, ...]:
    base, bases = 1, [1]
    for bits in _DISTANCE_BITS[: len(_DISTANCE_BITS) - 1]:
        base += 1 << bits
        bases.append(base)
    return tuple(bases)


@cclass
class FastInflater:
    """Decompresses the payload that the caller has put into `inbox`; the result is in `outbox`."""

    inbox: uchar[::1]
    outbox: uchar[::1]

    _codes: Codes
    _history: History
    _at: Py_ssize_t  # next byte of the inbox
    _stop: Py_ssize_t
    _bits: ulonglong  # bits read from the inbox but not used yet; the next one is the lowest
    _held: cython.int  # the number of those bits
    _done: Py_ssize_t  # bytes in the outbox
    _room: Py_ssize_t  # maximum bytes of output

    _length_base: ushort[::1]
    _length_bits: ushort[::1]
    _distance_base: ushort[::1]
    _distance_bits: ushort[::1]
    _order: cython.const[uchar][::1]

    def __init__(self) -> None:
        self.inbox = memoryview(bytearray(INBOX))
        self.outbox = memoryview(bytearray(FIRST_ROOM))
        self._history = History()
        self._codes = Codes()
        self._length_base = _table((*_LENGTH_BASE, 227, 258))
        self._length_bits = _table(_LENGTH_BITS)
        self._distance_base = _table(_distance_bases())
        self._distance_bits = _table(_DISTANCE_BITS)
        self._order = memoryview(_ORDER)
        self._make_fixed()

    @cfunc
    def read(self, length: Py_ssize_t, history: History, room: Py_ssize_t) -> Py_ssize_t:
        """Inflate a message, without the tail that its sender removed (RFC 7692 §7.2.1).

        Args:
            length: the number of bytes of payload in `inbox`.
            history: the bytes that it may refer to; `remember` adds the message to it.
            room: the maximum number of bytes of output.

        Returns:
            The number of bytes of output; UNSURE if zlib has to decide, and the history is unchanged.
        """
        kind: uint
        self._history = history
        self._at = self._held = self._done = 0
        self._bits = 0
        self._stop = length
        self._room = min(room, OUTBOX_LIMIT)
        while True:
            self._refill()
            if self._held < 3 or self._bits & 1:
                return UNSURE  # a block with BFINAL set ends the stream, which is left to zlib
            kind = self._bits >> 1 & 3
            self._drop(3)
            if kind == STORED:
                if self._is_end():
                    return self._done
                if not self._stored():
                    return UNSURE
            elif kind == FIXED:
                if not self._block(FIXED_LENGTHS, FIXED_DISTANCES):
                    return UNSURE
            elif kind != DYNAMIC or not self._make_dynamic() or not self._block(LENGTHS, DISTANCES):
                return UNSURE

    def inflate(self, payload: bytes, history: History, room: int) -> bytes | None:
        """Inflate a given payload with `read`; return None if unsure."""
        if len(payload) > INBOX:
            return None
        memoryview(self.inbox)[: len(payload)] = payload
        done = self.read(len(payload), history, room)
        return bytes(self.outbox[:done]) if done >= 0 else None

    def remember(self, history: History, length: Py_ssize_t) -> None:
        """Add the first `length` bytes of the outbox to the bytes that later messages may refer to."""
        history.add(self.outbox, length)

    # -- bits ----------------------------------------------------------------------------------------------------

    @cfunc
    @cython.exceptval(check=False)
    @cython.boundscheck(False)
    def _refill(self) -> cython.void:
        """Fill the bit buffer to more than 56 bits, or with all bits that are left. `_stop` is within the inbox."""
        while self._held <= 56 and self._at < self._stop:
            self._bits |= cython.cast(ulonglong, self.inbox[self._at]) << self._held
            self._at += 1
            self._held += 8

    @cfunc
    @inline
    @cython.exceptval(check=False)
    def _drop(self, count: cython.int) -> cython.void:
        """Discard the next `count` bits, which must be in the bit buffer."""
        self._bits >>= count
        self._held -= count

    @cfunc
    @inline
    @cython.exceptval(check=False)
    def _take(self, count: cython.int) -> uint:
        """Return the next `count` bits, lowest first, which must be in the bit buffer."""
        value: uint = self._bits & ((1 << count) - 1)
        self._bits >>= count
        self._held -= count
        return value

    @cfunc
    def _symbol(self, code: Py_ssize_t) -> cython.int:
        """Decode the next symbol with one of the codes; return -1 if there is none."""
        entry: uint = self._codes.fast[code * PLACES + cython.cast(Py_ssize_t, self._bits & (PLACES - 1))]
        if entry:
            if cython.cast(cython.int, entry & 15) > self._held:
                return -1
            self._drop(entry & 15)
            return entry >> 4
        return self._long_symbol(code)

    @cfunc
    def _long_symbol(self, code: Py_ssize_t) -> cython.int:
        """Decode as `_symbol`, but bit by bit: codes of the same length are consecutive (RFC 1951 §3.2.2)."""
        value: cython.int = 0
        first: cython.int = 0  # the first code of this length
        index: cython.int = 0  # the index of its symbol
        count: cython.int
        length: cython.int
        for length in range(1, LONGEST + 1):
            if length > self._held:
                return -1
            value |= cython.cast(cython.int, self._bits >> (length - 1) & 1)
            count = self._codes.counts[code * 16 + length]
            if value - count < first:
                self._drop(length)
                return self._codes.symbols[code * SYMBOLS + index + value - first]
            index += count
            first = (first + count) << 1
            value <<= 1
        return -1

    # -- blocks --------------------------------------------------------------------------------------------------

    @cfunc
    def _is_end(self) -> bint:
        """Whether nothing follows the 3-bit header of a stored block: the rest of the block is the tail that was
        removed.
        """
        return self._at == self._stop and self._held < 8

    @cfunc
    def _stored(self) -> bint:
        """Read a stored block (RFC 1951 §3.2.4); return whether it is valid and complete."""
        length: uint
        i: Py_ssize_t
        self._drop(self._held & 7)
        self._refill()
        if self._held < 32:
            return False
        length = self._take(16)
        if self._take(16) != (length ^ 0xFFFF):
            return False
        self._at -= self._held >> 3  # return the bytes that were read ahead
        self._bits = 0
        self._held = 0
        if cython.cast(Py_ssize_t, length) > self._stop - self._at or not self._has_room(length):
            return False
        for i in range(length):
            self.outbox[self._done + i] = self.inbox[self._at + i]
        self._at += length
        self._done += length
        return True

    @cfunc
    @cython.boundscheck(False)
    def _block(self, lengths: Py_ssize_t, distances: Py_ssize_t) -> bint:
        """Read literals and references up to the end of the block (RFC 1951 §3.2.3); return whether all of them are
        valid.

        It has no bounds checks: each index is either masked (that of `fast`), or a symbol that was compared, or was
        checked by `_has_room`.
        """
        entry: uint
        symbol: cython.int
        used: cython.int
        while True:
            if self._held < 48:  # the longest length code and distance code, each with its extra bits
                self._refill()
            entry = self._codes.fast[lengths * PLACES + cython.cast(Py_ssize_t, self._bits & (PLACES - 1))]
            used = entry & 15
            if used and used <= self._held:
                self._bits >>= used
                self._held -= used
                symbol = entry >> 4
            else:
                symbol = self._symbol(lengths)
                if symbol < 0:
                    return False
            if symbol < END_OF_BLOCK:
                if not self._has_room(1):
                    return False
                self.outbox[self._done] = symbol
                self._done += 1
            elif symbol == END_OF_BLOCK:
                return True
            elif symbol > LAST_LENGTH or not self._reference(symbol - END_OF_BLOCK - 1, distances):
                return False

    @cfunc
    def _reference(self, symbol: cython.int, distances: Py_ssize_t) -> bint:
        """Read a reference, whose length symbol was read already, and copy the bytes (RFC 1951 §3.2.5); return whether
        it is valid.
        """
        extra: cython.int = self._length_bits[symbol]
        length: Py_ssize_t = self._length_base[symbol]
        distance: Py_ssize_t
        if extra > self._held:
            return False
        length += self._take(extra)
        symbol = self._symbol(distances)
        if symbol < 0 or symbol > LAST_DISTANCE:
            return False
        extra = self._distance_bits[symbol]
        if extra > self._held:
            return False
        distance = self._distance_base[symbol]
        distance += self._take(extra)
        if distance > self._done + self._history.size or not self._has_room(length):
            return False
        self._copy(length, distance)
        return True

    @cfunc
    @cython.boundscheck(False)
    def _copy(self, length: Py_ssize_t, distance: Py_ssize_t) -> bint:
        """Copy earlier bytes, from the history or from the message itself; they may overlap the bytes being written.

        `_reference` has checked that they exist and that there is room for them; the index in the ring is masked.
        """
        i: Py_ssize_t = self._done
        stop: Py_ssize_t = i + length
        mask: Py_ssize_t = self._history.ring.shape[0] - 1
        at: Py_ssize_t = self._history.next + i - distance
        while i < distance and i < stop:
            self.outbox[i] = self._history.ring[at & mask]
            at += 1
            i += 1
        while i < stop:
            self.outbox[i] = self.outbox[i - distance]
            i += 1
        self._done = stop
        return True

    @cfunc
    @inline
    def _has_room(self, more: Py_ssize_t) -> bint:
        """Whether the message may grow by `more` bytes; if so, the outbox has room for them."""
        if self._done + more > self._room:
            return False
        if self._done + more > self.outbox.shape[0]:
            self._grow()
        return True

    @cfunc
    def _grow(self) -> bint:
        grown = bytearray(2 * self.outbox.shape[0])
        grown[: self._done] = bytes(self.outbox[: self._done])
        self.outbox = memoryview(grown)
        return True

    # -- codes ---------------------------------------------------------------------------------------------------

    @cfunc
    def _make_fixed(self) -> None:
        """Make the fixed codes (RFC 1951 §3.2.6)."""
        i: Py_ssize_t
        for i in range(288):
            self._codes.lengths[i] = 8 if i < 144 else 9 if i < 256 else 7 if i < 280 else 8
        for i in range(32):
            self._codes.lengths[288 + i] = 5
        self._codes.make(FIXED_LENGTHS, 0, 288)
        self._codes.make(FIXED_DISTANCES, 288, 32)

    @cfunc
    def _make_dynamic(self) -> bint:
        """Make the codes that the block describes (RFC 1951 §3.2.7); return whether they are valid."""
        lengths: Py_ssize_t
        distances: Py_ssize_t
        count: Py_ssize_t
        i: Py_ssize_t
        self._refill()
        if self._held < 14:
            return False
        lengths = self._take(5) + 257
        distances = self._take(5) + 1
        count = self._take(4) + 4
        if lengths > 286 or distances > 30:
            return False
        for i in range(19):
            self._codes.lengths[i] = 0
        for i in range(count):
            self._refill()
            if self._held < 3:
                return False
            self._codes.lengths[self._order[i]] = self._take(3)
        if not self._codes.make(CODE_LENGTHS, 0, 19) or not self._read_lengths(lengths + distances):
            return False
        if not self._codes.lengths[END_OF_BLOCK]:
            return False
        return self._codes.make(LENGTHS, 0, lengths) and self._codes.make(DISTANCES, lengths, distances)

    @cfunc
    def _read_lengths(self, count: Py_ssize_t) -> bint:
        """Read the code lengths of both codes, a single list with run-length encoding; return whether it is valid."""
        done: Py_ssize_t = 0
        stop: Py_ssize_t
        symbol: cython.int
        extra: cython.int
        value: uchar
        while done < count:
            self._refill()
            symbol = self._symbol(CODE_LENGTHS)
            extra = 0 if symbol < 16 else 2 if symbol == 16 else 3 if symbol == 17 else 7
            if symbol < 0 or extra > self._held or (symbol == 16 and done == 0):
                return False
            value = symbol if symbol < 16 else self._codes.lengths[done - 1] if symbol == 16 else 0
            stop = done + (1 if symbol < 16 else 11 if symbol == 18 else 3) + self._take(extra)
            if stop > count:
                return False
            while done < stop:
                self._codes.lengths[done] = value
                done += 1
        return True
