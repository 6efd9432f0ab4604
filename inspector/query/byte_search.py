"""Stretches of a capture's bytes, as two columns of a table name them, and which of them hold a word."""

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
"""A copy of bytes, by where they begin and how many they are."""

REMEMBERED = 8
"""Words whose stretches are remembered: a bit a stretch, and four bytes where stretches may become longer."""

PIECE = 4 << 20
"""Bytes that are searched at a time: what a search needs beside the capture."""

DIGITS = tuple(b"0123456789")


class Stretches:
    """Searches stretches, which may become more: what was searched for a word once is not searched for it again.

    Args:
        columns: gives address and length of every stretch, row by row; what has no bytes has the length 0. No two
            of them share a byte.
        may_grow: a stretch may become longer, and is then searched again.
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
            word: in small letters, not empty.
            is_whole: the word is a number, and one more digit before or behind it makes another number.
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
        """The rows in order of their addresses: those in the file, and those in the arena."""
        rows = rows[np.argsort(addresses[rows], kind="stable")]
        kept = int(np.searchsorted(addresses[rows], ARENA))
        arena = self._capture.arena.data
        return [
            (rows[:kept], self._capture.source.read_bytes, 0),
            (rows[kept:], lambda at, length: bytes(arena[at : at + length]), ARENA),
        ]


def _holding(read: Read, starts: Integers, lengths: Integers, word: bytes, is_whole: bool) -> Mask:
    """Which stretches, in ascending order, hold the word."""
    ends = starts + lengths
    mask = np.zeros(len(starts), bool)
    at = int(starts[0]) if len(starts) else 0
    while len(starts) and at < int(ends[-1]):
        stretch = int(np.searchsorted(ends, at, side="right"))  # the first that is not over yet: skip what nobody names
        at = max(at, int(starts[stretch]))
        begin = max(at - 1, 0)  # a byte before and a byte behind tell whether a number goes on
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
    """Positions of the word in a piece, found column by column, since there may be a million."""
    if word not in piece:
        return np.empty(0, np.intp)
    column = np.frombuffer(piece, np.uint8)
    found = np.flatnonzero(column[: len(piece) - len(word) + 1] == word[0])
    for i, byte in enumerate(word[1:], 1):
        found = found[column[found + i] == byte]
    return found


def _stand_alone(piece: bytes, places: Rows, length: int, starts: Integers, ends: Integers) -> Mask:
    """Whether each position has no digit before or after it within its range."""
    column = np.frombuffer(piece, np.uint8)
    before, behind = np.maximum(places - 1, 0), np.minimum(places + length, len(column) - 1)
    digit_before = (places > starts) & np.isin(column[before], DIGITS)
    digit_behind = (places + length < ends) & np.isin(column[behind], DIGITS)
    alone: Mask = ~(digit_before | digit_behind)
    return alone
