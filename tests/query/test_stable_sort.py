"""The stable sort, against Python's own."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspector.query.stable_sort import stable_order

DTYPES = ("u1", "u2", "u4", "u8", "i1", "i4", "i8")

FEW = st.integers(0, 3)
"""Values that are often equal."""


@st.composite
def tables(draw: st.DrawFn) -> list[np.ndarray]:
    size = draw(st.integers(0, 40))
    keys = []
    for name in draw(st.lists(st.sampled_from(DTYPES), min_size=1, max_size=4)):
        limits = np.iinfo(name)
        values = FEW | st.integers(int(limits.min), int(limits.max))
        keys.append(np.array(draw(st.lists(values, min_size=size, max_size=size)), name))
    return keys


@given(tables(), st.booleans())
def test_rows_are_sorted_as_python_sorts_them(keys: list[np.ndarray], descending: bool) -> None:
    rows = list(zip(*(key.tolist() for key in keys), strict=True))
    expected = sorted(range(len(rows)), key=rows.__getitem__, reverse=descending)  # keeps the order of equal rows
    assert stable_order(keys, descending=descending).tolist() == expected


@pytest.mark.parametrize("size", [0, 1, 2])
def test_short_tables(size: int) -> None:
    assert stable_order([np.arange(size)]).tolist() == list(range(size))
