"""The switch that runs the hot modules as plain Python even if compiled versions of them exist.

With `WIREGLASS_PLAIN=1` in the environment, every module of this package is loaded from its `.py` file. The tests use
this to run the engine both ways; it also makes it possible to step through the engine with a debugger.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib.machinery import SOURCE_SUFFIXES, FileFinder, ModuleSpec, SourceFileLoader
from types import ModuleType

VARIABLE = "WIREGLASS_PLAIN"


class SourceOnly:
    """A finder for `sys.meta_path` that finds only the source files of this package."""

    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        """The spec of the `.py` file of a module in `inspector`; None for other names, which the usual finders find."""
        if path is None or not name.startswith("inspector."):
            return None
        specs = (FileFinder(folder, (SourceFileLoader, SOURCE_SUFFIXES)).find_spec(name) for folder in path)
        return next((spec for spec in specs if spec), None)


def is_wanted() -> bool:
    """Whether the environment asks for plain Python."""
    return os.environ.get(VARIABLE, "") not in ("", "0")


def install() -> None:
    """Install the finder if plain Python is wanted. Must be called before other modules of the package are imported."""
    if is_wanted() and not any(isinstance(finder, SourceOnly) for finder in sys.meta_path):
        sys.meta_path.insert(0, SourceOnly())
