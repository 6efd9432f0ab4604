"""Packages and files of other distributions in the place of ours: others use the names `inspector` and `web` too.

pip writes the files of two distributions into the same folder without a word, and removes them with the first of the
two that goes.
"""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Iterator
from pathlib import Path

PACKAGES = ("inspector", "web")

HOME = Path(__file__).parent.parent.parent
"""The folder that our packages are in."""

OUR_NAME = "Wireglass"
"""The first line of each package's `__init__.py` contains it."""

ADVICE = "Install Wireglass in an environment of its own, for example with pipx or uv tool."


def replaced_packages() -> Iterator[str]:
    """A sentence for each of our packages that Python would not import from our files. Quick enough for every start."""
    for name in PACKAGES:
        found = importlib.util.find_spec(name)
        if found is None or found.origin is None:
            yield f"The package {name} of Wireglass is missing or incomplete."
        elif not _is_ours(found.origin, name):
            yield f"Python imports the package {name} from {found.origin}, which is not part of Wireglass."


def _is_ours(path: str, name: str) -> bool:
    try:
        with open(path, encoding="utf-8", errors="replace") as source:
            is_written_by_us = OUR_NAME in source.readline()
        return is_written_by_us and os.path.samefile(path, HOME / name / "__init__.py")
    except OSError:
        return False


def foreign_files() -> Iterator[str]:
    """A sentence for each other distribution that has files in a package of one of our names."""
    from importlib.metadata import distributions

    for distribution in distributions():
        if distribution.name == "wireglass":
            continue
        files = [str(path) for path in distribution.files or () if _has_our_names(path.as_posix())]
        if files:
            more = f" and {len(files) - 1:,} more" if len(files) > 1 else ""
            yield f"The distribution {distribution.name} {distribution.version} contains {files[0]}{more}."


def changed_files() -> Iterator[str]:
    """A sentence if files of our packages are missing, or differ from those that were installed."""
    import csv
    from importlib.metadata import PackageNotFoundError, distribution

    try:
        ours = distribution("wireglass")
    except PackageNotFoundError:
        return
    record = csv.reader((ours.read_text("RECORD") or "").splitlines())
    changed = [
        path
        for path, wanted, _size in record
        if _has_our_names(path) and wanted and _hash(Path(str(ours.locate_file(path)))) != wanted
    ]
    if changed:
        more = f" and {len(changed) - 1:,} more" if len(changed) > 1 else ""
        yield f"Missing, or not as Wireglass installed it: {changed[0]}{more}."


def _has_our_names(path: str) -> bool:
    return path.partition("/")[0].removesuffix(".py") in PACKAGES and not path.endswith(".pyc")


def _hash(path: Path) -> str:
    """The hash of a file as RECORD spells it; empty if the file cannot be read."""
    import base64
    import hashlib

    try:
        digest = hashlib.sha256(path.read_bytes()).digest()
    except OSError:
        return ""
    return f"sha256={base64.urlsafe_b64encode(digest).rstrip(b'=').decode()}"
