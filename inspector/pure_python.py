"""The switch that runs the hot modules uncompiled although a compiled build lies beside them.

With `WIREGLASS_PLAIN=1` in the environment, every module of this package is taken from its `.py`: for the tests, which
run the engine both ways, and for whoever wants to step through it with a debugger.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib.machinery import SOURCE_SUFFIXES, FileFinder, ModuleSpec, SourceFileLoader
from types import ModuleType

VARIABLE = "WIREGLASS_PLAIN"


class SourceOnly:
    """A finder for `sys.meta_path` that knows the source files of this package and nothing else."""

    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        """The spec of the `.py` of a module below `inspector`; None leaves the name to the usual finders."""
        if path is None or not name.startswith("inspector."):
            return None
        specs = (FileFinder(folder, (SourceFileLoader, SOURCE_SUFFIXES)).find_spec(name) for folder in path)
        return next((spec for spec in specs if spec), None)


def is_wanted() -> bool:
    """Whether the environment asks for plain Python."""
    return os.environ.get(VARIABLE, "") not in ("", "0")


def install() -> None:
    """Obey the switch; called before any other module of the package is imported."""
    if is_wanted() and not any(isinstance(finder, SourceOnly) for finder in sys.meta_path):
        sys.meta_path.insert(0, SourceOnly())
