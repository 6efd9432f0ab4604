"""The Huffman codes of DEFLATE (RFC 1951 §3.2.2), as tables for fast lookup.

Hot module: compiled by Cython where there is a compiler. In plain Python, only tests run it (inflate.py).
"""

from __future__ import annotations

import cython
from cython import Py_ssize_t, bint, cclass, cfunc, uchar, uint, ushort

LONGEST = cython.declare(cython.int, 15)
"""The length of the longest code, in bits."""

BITS = cython.declare(cython.int, 10)
"""Codes up to this many bits are decoded with a single lookup; longer ones, which are rare, bit by bit."""

PLACES = cython.declare(Py_ssize_t, 1 << 10)

SYMBOLS = cython.declare(Py_ssize_t, 288)
"""The maximum number of symbols of a code."""

CODE_LENGTHS = cython.declare(Py_ssize_t, 4)
"""The number of the code in which code lengths are written (inflate.py)."""


def shorts(count: int) -> memoryview:
    """Return a zeroed array of `count` 16-bit integers."""
    return memoryview(bytearray(2 * count)).cast("H")


@cclass
class Codes:
    """Five codes, by number: two fixed ones, two of the current block, and the one in which those two are described."""

    fast: ushort[::1]  # by code and the next BITS bits: symbol * 16 + length of its code; 0 if that is longer
    counts: ushort[::1]  # by code and length: the number of codes of that length
    symbols: ushort[::1]  # by code: the symbols in the order of their codes
    lengths: uchar[::1]  # code lengths of the codes to be made
    offsets: ushort[::1]

    def __init__(self) -> None:
        self.fast = shorts(5 << 10)
        self.counts = shorts(5 << 4)
        self.symbols = shorts(5 * 288)
        self.lengths = memoryview(bytearray(288 + 32))
        self.offsets = shorts(16)

    @cfunc
    def make(self, code: Py_ssize_t, start: Py_ssize_t, count: Py_ssize_t) -> bint:
        """Assign codes to the symbols 0 to count - 1 by their lengths, from `lengths[start]`; return whether the
        lengths are valid.
        """
        symbol: Py_ssize_t
        length: cython.int
        left: cython.int = 1  # codes of the current length that are not assigned
        longest: cython.int = 0
        for length in range(LONGEST + 1):
            self.counts[code * 16 + length] = 0
        for symbol in range(count):
            self.counts[code * 16 + self.lengths[start + symbol]] += 1
        self.offsets[1] = 0
        for length in range(1, LONGEST + 1):
            left = 2 * left - self.counts[code * 16 + length]
            if left < 0:
                return False
            if self.counts[code * 16 + length]:
                longest = length
            if length < LONGEST:
                self.offsets[length + 1] = self.offsets[length] + self.counts[code * 16 + length]
        # As in zlib, a code with one symbol, or with none and never used, may be incomplete.
        if left > 0 and (code == CODE_LENGTHS or longest > 1):
            return False
        for symbol in range(count):
            length = self.lengths[start + symbol]
            if length:
                self.symbols[code * SYMBOLS + self.offsets[length]] = symbol
                self.offsets[length] += 1
        self._make_fast(code)
        return True

    @cfunc
    def _make_fast(self, code: Py_ssize_t) -> bint:
        """Fill the lookup table for codes of at most BITS bits; the first bit of a code is the lowest bit of
        the index.
        """
        place: Py_ssize_t
        step: Py_ssize_t
        value: uint = 0
        index: Py_ssize_t = code * SYMBOLS
        length: cython.int
        for place in range(code * PLACES, (code + 1) * PLACES):
            self.fast[place] = 0
        for length in range(1, BITS + 1):
            step = 1 << length
            for _ in range(self.counts[code * 16 + length]):
                place = reversed_bits(value, length)
                while place < PLACES:
                    self.fast[code * PLACES + place] = self.symbols[index] << 4 | length
                    place += step
                index += 1
                value += 1
            value <<= 1
        return True


@cfunc
@cython.exceptval(check=False)
def reversed_bits(value: uint, count: cython.int) -> Py_ssize_t:
    """Return the lowest `count` bits in reverse order."""
    turned: Py_ssize_t = 0
    i: cython.int
    for i in range(count):
        turned = turned << 1 | (value >> i & 1)
    return turned
