"""Constants in .pxd files equal those of their modules."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path

import pytest

MODULES = [
    "inspector.http.char_classes",
    "inspector.http.framing",
    "inspector.http.stages",
    "inspector.websocket.stages",
]


@pytest.mark.parametrize("name", MODULES)
def test_both_files_say_the_same(name: str) -> None:
    module = import_module(name)
    assert module.__file__
    declared = re.findall(r"^    (\w+) = (\d+)$", Path(module.__file__).with_suffix(".pxd").read_text("utf-8"), re.M)
    said = {key: value for key, value in vars(module).items() if key.isupper()}
    assert {key: int(value) for key, value in declared} == said
