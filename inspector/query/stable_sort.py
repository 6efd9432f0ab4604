"""A stable sort of rows by one or more numeric keys, fast for millions of rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from inspector.tables.arrays import Rows, Values

_Words = npt.NDArray[np.uint64]


def stable_order(keys: Sequence[Values], *, descending: bool = False) -> Rows:
    """The positions of the rows, sorted by the keys; rows with equal keys keep their order, also when descending.

    Args:
        keys: integer arrays of the same length, the most significant one first.
    """
    order: Rows = np.arange(len(keys[0]), dtype=np.intp)
    bits = np.uint64(len(order).bit_length())
    for key in reversed(keys):
        for digit in _digits(key, 64 - int(bits), descending):
            order = order[_order_of(digit[order], bits)]
    return order


def _order_of(digit: _Words, bits: np.uint64) -> Rows:
    """The stable order of one digit. The position is in the low `bits` of the word that is sorted, so that no two words
    are equal and numpy's fastest sort, which is not stable, gives a stable order.
    """
    words = digit << bits | np.arange(len(digit), dtype=np.uint64)
    words.sort()
    return (words & ((np.uint64(1) << bits) - np.uint64(1))).astype(np.intp)


def _digits(key: Values, room: int, descending: bool) -> Iterator[_Words]:
    """The distance of each value from the first in order, in digits of `room` bits, the least significant one first;
    none if all values are equal.
    """
    if not len(key):
        return
    first = key.max() if descending else key.min()
    left = key.astype(np.uint64) - np.array(first).astype(np.uint64)  # modulo 2**64
    if descending:
        left = np.uint64(0) - left
    while left.any():
        yield left & np.uint64((1 << room) - 1)
        left = left >> np.uint64(room)
