"""The sample capture, as the engine reads it and as a visitor of the dashboard sees it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import inspector
from inspector.engine.capture import Capture

from .traffic import sample
from .visitor import Visitor, opened


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample: two exchanges and a chat."""
    return sample(tmp_path_factory.mktemp("sample") / "sample.pcapng")


@pytest.fixture(scope="module")
def ours(path: Path) -> Iterator[Visitor]:
    """A visitor of the dashboard on it."""
    with opened(path) as visitor:
        yield visitor


@pytest.fixture(scope="module")
def capture(path: Path) -> Iterator[Capture]:
    """It, analysed."""
    with inspector.open(path) as capture:
        yield capture
