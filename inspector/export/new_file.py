"""A file or folder that appears under its name only when it is whole."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from inspector.errors import InspectorError


class NotExported(InspectorError):
    """The file could not be written; nothing is left of it."""


@contextmanager
def new_file(place: Path, is_folder: bool = False) -> Iterator[Path]:
    """A path beside `place` to write to; what is there becomes `place` when the context ends without an error.

    Raises:
        NotExported: `place` exists already, or cannot be written.
    """
    if place.exists():
        raise NotExported(f"{place} exists already: choose another name, or remove it first.")
    if not place.parent.is_dir():
        raise NotExported(f"There is no folder {place.parent}: make it first, or choose another place.")
    try:
        with tempfile.TemporaryDirectory(prefix=f".{place.name}.", dir=place.parent) as folder:
            part = Path(folder, place.name)
            if is_folder:
                part.mkdir()
            yield part
            if is_folder:
                os.rename(part, place)
            else:
                _publish(part, place)
    except OSError as error:
        raise NotExported(f"{place} cannot be written: {error.strerror or error}. Nothing was kept of it.") from error


def _publish(part: Path, place: Path) -> None:
    """Give the file its name, unless another file has got it in the meantime."""
    try:
        os.link(part, place)
    except FileExistsError:
        raise
    except OSError:  # a file system without hard links
        shutil.move(part, place)
