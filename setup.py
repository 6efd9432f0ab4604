"""Compiles the hot modules and packs the sample captures; everything else about the package is in pyproject.toml.

A module that says `import cython` is hot: its types are annotated so that Cython can compile it. Each one is optional:
where there is no C compiler, or no Python headers, the installation continues and the same file runs as plain Python.
With WIREGLASS_COMPILE=0 in the environment nothing is compiled: the Makefile does that in a step of its own. With
WIREGLASS_COMPILE=background, progress is shown in a few whole lines, since something else writes to the terminal too.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
from pathlib import Path

from Cython.Build import cythonize
from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext
from setuptools.command.build_py import build_py

DIRECTIVES = {
    "language_level": "3",
    "boundscheck": True,  # the input is hostile: an index that runs off is an exception, never a read of other memory
    "wraparound": False,
    "cdivision": True,
    "initializedcheck": False,
    "auto_pickle": False,
    "show_performance_hints": False,
}

SHARED = "inspector.cython_shared"
"""The module that holds, once, what Cython would otherwise write into every compiled module: its memoryviews."""

IN_BACKGROUND = os.environ.get("WIREGLASS_COMPILE") == "background"


def hot_modules() -> list[str]:
    """Paths of the modules that ask to be compiled, relative to the checkout."""
    if os.environ.get("WIREGLASS_COMPILE") == "0":
        return []
    asks = re.compile(r"^import cython$", re.MULTILINE)
    return sorted(str(path) for path in Path("inspector").rglob("*.py") if asks.search(path.read_text("utf-8")))


def extensions() -> list[Extension]:
    # No debug symbols, and no warnings about C that nobody wrote.
    flags = ["-g0", "-w"] if os.name == "posix" else []
    sources = {path.removesuffix(".py").replace(os.sep, "."): path for path in hot_modules()}
    if sources:
        sources[SHARED] = SHARED.replace(".", os.sep) + ".c"
    built: list[Extension] = []
    for number, (name, path) in enumerate(sources.items(), 1):
        say(f"  to C: {number} of {len(sources)}, {name}")
        built += cythonize(
            [Extension(name, [path], extra_compile_args=flags)],
            compiler_directives=DIRECTIVES,
            build_dir="build/cython",
            shared_utility_qualified_name=SHARED,
            quiet=True,
        )
    for extension in built:
        extension.optional = True
    return built


def say(progress: str) -> None:
    """Show how far this has come, in one line of a terminal; "" takes the line away."""
    if sys.stderr.isatty() and not IN_BACKGROUND:
        print(f"\r\033[K{progress}", end="", file=sys.stderr, flush=True)


class BuildWithProgress(build_ext):
    """Compiles the modules one after another, and says which."""

    def build_extensions(self) -> None:
        self._begun = self._done = 0
        super().build_extensions()
        say("")

    def build_extension(self, ext: Extension) -> None:
        self._begun += 1
        total = len(self.extensions)
        say(f"  compiled: {self._begun} of {total}, {ext.name}")
        super().build_extension(ext)
        self._done += 1
        if IN_BACKGROUND and self._done * 4 // total > (self._done - 1) * 4 // total:
            print(f"Compiling in the background: {self._done} of {total} modules", file=sys.stderr)


class BuildWithCaptures(build_py):
    """Puts the recordings of captures/ inside the package, where an installed `wireglass` finds them."""

    def run(self) -> None:
        super().run()
        if not self.editable_mode:
            destination = Path(self.build_lib, "inspector", "captures")
            destination.mkdir(parents=True, exist_ok=True)
            for recording in sorted(Path("captures").glob("*.pcapng")):
                shutil.copy2(recording, destination)


os.chdir(Path(__file__).resolve().parent)
setup(
    ext_modules=extensions(),
    cmdclass={"build_ext": BuildWithProgress, "build_py": BuildWithCaptures},
    options={"build_ext": {"parallel": os.cpu_count() or 1}},
)
