"""Sequence arithmetic, and constants of .pxd files that equal those of their modules."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspector.tcp import flags_and_seq

SEQUENCE_NUMBERS = st.integers(0, (1 << 32) - 1)


@given(SEQUENCE_NUMBERS, st.integers(-(1 << 31) + 1, (1 << 31) - 1))
def test_the_distance_is_what_was_gone_whether_or_not_the_numbers_wrapped(start: int, gone: int) -> None:
    end = (start + gone) & 0xFFFF_FFFF
    assert flags_and_seq.seq_offset(start, end) == gone
    assert flags_and_seq.seq_offset(end, start) == -gone


@pytest.mark.parametrize("start", [0, 1, 1 << 31, (1 << 32) - 1])
def test_numbers_half_the_space_apart_are_each_before_the_other(start: int) -> None:
    end = (start + (1 << 31)) & 0xFFFF_FFFF
    assert flags_and_seq.seq_offset(start, end) == flags_and_seq.seq_offset(end, start) == -(1 << 31)


def test_the_control_bits_are_the_same_compiled() -> None:
    compiled = Path(flags_and_seq.__file__).with_suffix(".pxd").read_text("utf-8")
    bits = {name: int(value) for name, value in re.findall(r"^    ([A-Z]+) = (\d+)$", compiled, re.MULTILINE)}
    assert bits == {name: value for name, value in vars(flags_and_seq).items() if name.isupper()}
