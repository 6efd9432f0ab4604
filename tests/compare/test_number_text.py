"""Numbers in sentences."""

from __future__ import annotations

import pytest

from inspector.compare.number_text import among, decimal


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0"), (0.0421, "0.042"), (0.999, "1"), (2.0, "2"), (2.5, "2.5"), (12.34, "12.3"), (1204.4, "1,204")],
)
def test_a_ratio_has_the_digits_that_matter(value: float, text: str) -> None:
    assert decimal(value) == text


@pytest.mark.parametrize(("some", "text"), [(0, "none"), (2, "2 of 3"), (3, "all 3")])
def test_some_of_them(some: int, text: str) -> None:
    assert among(some, 3) == text
