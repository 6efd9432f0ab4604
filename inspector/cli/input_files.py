"""What the user named as FILE: a capture, standard input or a pipe, several captures, a folder of them."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from inspector.errors import NotACapture

if TYPE_CHECKING:
    from inspector.pcap.piped_input import Inflow


@dataclass
class Given:
    """A capture file to read: `path`. `notes` are of the files that were merged into it, `inflow` still fills it."""

    path: str
    notes: list[str] = field(default_factory=list)
    inflow: Inflow | None = None

    def is_over(self) -> bool:
        """Whether nothing more flows in; of a file that somebody else writes nobody knows."""
        return self.inflow is not None and self.inflow.is_over


@contextmanager
def given(files: Sequence[str], *, is_awaited: bool = True) -> Iterator[Given]:
    """One regular file that holds what `files` name; where it had to be made, it is gone when the context ends.

    Args:
        is_awaited: wait for the end of a stream; else only for its beginning.
    Raises:
        NotACapture, NotMerged, NoInflow
    """
    paths = [path for file in files for path in _expanded(file)]
    if len(paths) == 1 and not _is_stream(paths[0]):
        yield Given(paths[0])
        return
    import tempfile  # takes as long to import as a small capture to read

    with tempfile.TemporaryDirectory(prefix="wireglass-") as folder:
        yield _made(paths, Path(folder), is_awaited)


def _made(paths: list[str], folder: Path, is_awaited: bool) -> Given:
    from inspector.pcap.merge import merge
    from inspector.pcap.piped_input import Inflow

    plain = []
    for number, path in enumerate(paths):
        if not _is_stream(path):
            plain.append(path)
            continue
        inflow = Inflow(path, folder / (f"standard input {number}" if number else "standard input"))
        if len(paths) == 1 and not is_awaited:
            inflow.wait_until_readable()
            return Given(str(inflow.place), inflow=inflow)
        inflow.wait()
        plain.append(str(inflow.place))
    if len(plain) == 1:
        return Given(plain[0])
    merged = folder / f"{len(plain)} captures"
    return Given(str(merged), merge(plain, merged))


def _is_stream(path: str) -> bool:
    from inspector.pcap.piped_input import is_stream

    return is_stream(path)


def _expanded(path: str) -> list[str]:
    """The captures in a folder, in order of their names; anything else is itself.

    Raises:
        NotACapture: there is none in the folder.
    """
    if not os.path.isdir(path):
        return [path]
    found = [str(child) for child in sorted(Path(path).iterdir()) if child.is_file() and _begins_as_capture(child)]
    if not found:
        raise NotACapture(f"{path} is a directory without a capture in it; name a capture file.")
    return found


def _begins_as_capture(path: Path) -> bool:
    from inspector.pcap.reader import is_known

    with contextlib.suppress(OSError), path.open("rb") as file:
        return is_known(file.read(16))
    return False
