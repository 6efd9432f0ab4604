"""Searches byte ranges of a capture for a word; two columns of a table give the addresses and lengths of the ranges."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from inspector.tables.arena import ARENA
from inspector.tables.arrays import Integers, Mask, Rows

if TYPE_CHECKING:
    from inspector.engine.capture import Capture

Read = Callable[[int, int], bytes]
"""A function that returns a copy of the bytes at an address, given the address and the length."""

REMEMBERED = 8
"""Number of words whose results are cached. A result takes one bit per range, plus four bytes if ranges may grow."""

PIECE = 4 << 20
"""Number of bytes searched at a time: the memory that a search needs in addition to the capture."""

DIGITS = tuple(b"0123456789")


class Stretches:
    """Searches byte ranges, to which more may be added. Results are cached, so that only new ranges are searched for a
    word that was searched for before.

    Args:
        columns: returns the address and the length of every range, row by row; the length is 0 for a row without
            bytes. Ranges must not overlap.
        may_grow: whether a range may become longer; it is then searched again.
    """

    def __init__(
        self, capture: Capture, columns: Callable[[], tuple[Integers, Integers]], *, may_grow: bool = False
    ) -> None:
        self._capture = capture
        self._columns = columns
        self._may_grow = may_grow
        self._known: dict[tuple[bytes, bool], tuple[int, npt.NDArray[np.uint8], Integers]] = {}

    def holding(self, word: bytes, is_whole: bool = False) -> Mask:
        """Which ranges contain the word (case-insensitive for ASCII).

        Args:
            word: in lower case, not empty.
            is_whole: whether the word is a number that must match as a whole, without another digit before or after it.
        """
        addresses, lengths = self._columns()
        nothing = np.empty(0, np.uint8)
        searched, held, were = self._known.pop((word, is_whole), (0, nothing, nothing))
        fresh = lengths > 0
        fresh[:searched] &= lengths[:searched] != were if self._may_grow else False
        mask = np.zeros(len(lengths), bool)
        mask[:searched] = np.unpackbits(held, count=searched)
        for rows, read, base in self._sides(addresses, np.flatnonzero(fresh)):
            mask[rows] = _holding(read, addresses[rows] - base, lengths[rows], word, is_whole)
        kept = np.array(lengths) if self._may_grow else nothing
        self._known[word, is_whole] = (len(mask), np.packbits(mask), kept)
        if len(self._known) > REMEMBERED:
            del self._known[next(iter(self._known))]
        return mask

    def _sides(self, addresses: Integers, rows: Rows) -> list[tuple[Rows, Read, int]]:
        """The rows sorted by address, in two groups, those in the file and those in the arena; each with the function
        that reads its bytes and the address at which its storage begins.
        """
        rows = rows[np.argsort(addresses[rows], kind="stable")]
        kept = int(np.searchsorted(addresses[rows], ARENA))
        arena = self._capture.arena.data
        return [
            (rows[:kept], self._capture.source.read_bytes, 0),
            (rows[kept:], lambda at, length: bytes(arena[at : at + length]), ARENA),
        ]


def _holding(read: Read, starts: Integers, lengths: Integers, word: bytes, is_whole: bool) -> Mask:
    """Which of the ranges contain the word; they are sorted by address."""
    ends = starts + lengths
    mask = np.zeros(len(starts), bool)
    at = int(starts[0]) if len(starts) else 0
    while len(starts) and at < int(ends[-1]):
        stretch = int(np.searchsorted(ends, at, side="right"))  # skip bytes that belong to no range
        at = max(at, int(starts[stretch]))
        begin = max(at - 1, 0)  # a byte before and a byte after show whether a number continues
        piece = read(begin, PIECE + len(word) + at - begin)
        places = begin + places_of(piece.lower(), word)
        places = places[(places >= at) & (places < at + PIECE)]
        rows = np.searchsorted(starts, places, side="right") - 1
        inside = (rows >= 0) & (places + len(word) <= ends[rows])
        rows, places = rows[inside], places[inside]
        if is_whole:
            rows = rows[_stand_alone(piece, places - begin, len(word), starts[rows] - begin, ends[rows] - begin)]
        mask[rows] = True
        at += PIECE
    return mask


def places_of(piece: bytes, word: bytes) -> Rows:
    """Positions of the word in a piece. They are found with numpy, since there may be a million of them."""
    if word not in piece:
        return np.empty(0, np.intp)
    column = np.frombuffer(piece, np.uint8)
    found = np.flatnonzero(column[: len(piece) - len(word) + 1] == word[0])
    for i, byte in enumerate(word[1:], 1):
        found = found[column[found + i] == byte]
    return found


def _stand_alone(piece: bytes, places: Rows, length: int, starts: Integers, ends: Integers) -> Mask:
    """Whether the word at each position has no digit directly before or after it within its range."""
    column = np.frombuffer(piece, np.uint8)
    before, behind = np.maximum(places - 1, 0), np.minimum(places + length, len(column) - 1)
    digit_before = (places > starts) & np.isin(column[before], DIGITS)
    digit_behind = (places + length < ends) & np.isin(column[behind], DIGITS)
    alone: Mask = ~(digit_before | digit_behind)
    return alone
