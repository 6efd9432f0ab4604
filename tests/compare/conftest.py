"""Fixtures: the five-way test, analysed and measured."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

import inspector
from inspector.compare import Findings, find
from tests.compare.traffic import Wire, five_ways

Write = Callable[[Wire], object]


@pytest.fixture(scope="package")
def five_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The capture file."""
    return five_ways(tmp_path_factory.mktemp("five") / "five.pcapng")


@pytest.fixture(scope="package")
def five(five_path: Path) -> Iterator[Findings]:
    """What is found in it. Nobody may change it."""
    with inspector.open(five_path) as capture:
        yield find(capture)


@pytest.fixture
def measured(tmp_path: Path) -> Iterator[Callable[[Write], Findings]]:
    """Measures what a function writes to a wire."""
    with ExitStack() as stack:

        def measure(write: Write) -> Findings:
            wire = Wire(tmp_path / "x.pcapng")
            write(wire)
            wire.close()
            return find(stack.enter_context(inspector.open(wire.path)))

        yield measure
