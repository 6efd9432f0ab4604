"""The names of TCP options."""

from __future__ import annotations

import pytest

from inspector.tables.table import HEADERS
from inspector.wire.tcp_options import Option, option_names


def test_every_option_has_its_own_bit() -> None:
    assert sorted(option.value for option in Option) == [1 << n for n in range(len(Option))]


def test_all_bits_fit_into_the_column() -> None:
    dtype = next(column.dtype for column in HEADERS if column.name == "options")
    assert dtype == "u1"
    assert sum(Option) < 256


@pytest.mark.parametrize(
    ("bits", "names"),
    [(0, []), (Option.MSS | Option.SCALE, ["mss", "scale"]), (32, ["fast_open"])],
    ids=["none", "two", "a plain number"],
)
def test_names(bits: int, names: list[str]) -> None:
    assert option_names(bits) == names
