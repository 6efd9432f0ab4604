"""The default folder and file names of recordings."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from inspector.errors import InspectorError


def folder() -> Path:
    """The user's folder for recordings (XDG base directories), created with access for this user only."""
    state = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    path = Path(state) / "wireglass"
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


@contextmanager
def run_folder() -> Iterator[Path]:
    """A new folder for the files of one run of a command, in the user's folder; removed at the end if it is empty."""
    path = folder() / f"run-{datetime.now():%Y%m%d-%H%M%S-%f}"
    path.mkdir(mode=0o700)
    try:
        yield path
    finally:
        with contextlib.suppress(OSError):
            path.rmdir()


def new_recording(kind: str, wanted: str | None = None) -> Path:
    """The file to record into: `wanted`, or a new file in the user's folder, named after `kind` and the present time.

    Raises:
        InspectorError: the wanted file exists already, or its folder does not exist.
    """
    if wanted is None:
        return folder() / f"{kind}-{datetime.now():%Y%m%d-%H%M%S-%f}.pcapng"
    path = Path(wanted)
    if path.exists():
        raise InspectorError(f"{path} exists already. Name another file, or remove it first.")
    if not path.parent.is_dir():
        raise InspectorError(f"There is no folder {path.parent} to record into.")
    return path
