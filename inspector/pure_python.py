"""What lets the hot modules run as plain Python: a switch, and a stand-in for Cython where it is not installed.

With `WIREGLASS_PLAIN=1` in the environment, every module of this package is loaded from its `.py` file. The tests use
this to run the engine both ways; it also makes it possible to step through the engine with a debugger.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib.machinery import EXTENSION_SUFFIXES, SOURCE_SUFFIXES, FileFinder, ModuleSpec, SourceFileLoader
from importlib.util import spec_from_file_location
from pathlib import Path
from types import ModuleType

VARIABLE = "WIREGLASS_PLAIN"

FOLDER = Path(__file__).parent
"""The folder of this package."""


class SourceOnly:
    """A finder for `sys.meta_path` that finds only the source files of this package."""

    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        """The spec of the `.py` file of a module in `inspector`; None for other names, which the usual finders find."""
        if path is None or not name.startswith("inspector."):
            return None
        specs = (FileFinder(folder, (SourceFileLoader, SOURCE_SUFFIXES)).find_spec(name) for folder in path)
        return next((spec for spec in specs if spec), None)


class CythonStandIn:
    """A finder for `sys.meta_path` that finds uncompiled_cython.py as `cython` if no other finder finds Cython."""

    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        """The spec of the stand-in; None for other names."""
        if name != "cython":
            return None
        return spec_from_file_location(name, FOLDER / "uncompiled_cython.py")


def is_wanted() -> bool:
    """Whether the environment asks for plain Python."""
    return os.environ.get(VARIABLE, "") not in ("", "0")


def outdated_modules() -> list[str]:
    """Names of the compiled modules that are older than their source files, as after a `git pull`."""
    compiled = (path for suffix in EXTENSION_SUFFIXES for path in FOLDER.rglob(f"*{suffix}"))
    sources = {path: path.with_name(path.name.partition(".")[0] + ".py") for path in compiled}
    old = (source for path, source in sources.items() if is_newer(source, path))
    return sorted(".".join(source.relative_to(FOLDER.parent).with_suffix("").parts) for source in old)


def is_newer(path: Path, than: Path) -> bool:
    return path.exists() and path.stat().st_mtime > than.stat().st_mtime


def install() -> None:
    """Install the stand-in, and the switch if plain Python is wanted.

    Must be called before other modules of the package are imported.
    """
    if not any(isinstance(finder, CythonStandIn) for finder in sys.meta_path):
        sys.meta_path.append(CythonStandIn())
    if is_wanted() and not any(isinstance(finder, SourceOnly) for finder in sys.meta_path):
        sys.meta_path.insert(0, SourceOnly())
