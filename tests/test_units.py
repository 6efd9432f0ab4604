"""Numbers as people read them, the same in the terminal as on the page."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from inspector.units import count, duration, seconds, size
from inspector.websocket.opcodes import close_meaning

FORMATS: dict[str, list[tuple[int, str]]] = json.loads(Path(__file__).with_name("formats.json").read_text("utf-8"))
"""What the page's functions give as well: tests/page/text/format.test.mjs reads the same file."""

FUNCTIONS: dict[str, Callable[[int], str]] = {"size": size, "duration": duration, "closeCode": close_meaning}


@pytest.mark.parametrize(
    ("name", "value", "text"), [(name, value, text) for name, cases in FORMATS.items() for value, text in cases]
)
def test_the_terminal_has_the_formats_of_the_page(name: str, value: int, text: str) -> None:
    assert FUNCTIONS[name](value) == text


def test_a_duration_that_is_not_known_is_a_dash() -> None:
    assert duration(None) == "–"


def test_a_mean_of_bytes_has_no_decimals() -> None:
    assert (size(1084.3), size(0.5)) == ("1084 B", "1 B")


@pytest.mark.parametrize(
    ("nanoseconds", "text"), [(0, "0.000000"), (1_234_567_890, "1.234567"), (-1_500_000_000, "-1.500000")]
)
def test_a_moment_is_seconds_with_microseconds(nanoseconds: int, text: str) -> None:
    assert seconds(nanoseconds) == text


def test_a_count_agrees_with_its_noun() -> None:
    assert (count(1, "packet"), count(1204, "packet"), count(2, "entry", "entries")) == (
        "1 packet",
        "1,204 packets",
        "2 entries",
    )
