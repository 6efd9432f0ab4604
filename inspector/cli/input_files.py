"""The FILE arguments: a capture, standard input or a pipe, several captures, or a folder of captures."""

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
    """A capture file to read: its path, notes about the files merged into it, and the stream that it is filled from."""

    path: str
    notes: list[str] = field(default_factory=list)
    inflow: Inflow | None = None

    def is_over(self) -> bool:
        """Whether the stream has ended; False for a plain file, which another program may still write."""
        return self.inflow is not None and self.inflow.is_over


@contextmanager
def given(files: Sequence[str], *, is_awaited: bool = True, is_sorted: bool = False) -> Iterator[Given]:
    """Provide one regular file with the packets of `files`; a temporary file is deleted when the context ends.

    Args:
        is_awaited: wait for the end of a stream; if false, only for its first packets.
        is_sorted: put the packets in order of time; this needs the end of a stream in any case.
    Raises:
        NotACapture, NotMerged, NoInflow
    """
    paths = [path for file in files for path in _expanded(file)]
    if len(paths) == 1 and not is_sorted and not _is_stream(paths[0]):
        yield Given(paths[0])
        return
    import tempfile  # importing it takes as long as reading a small capture

    with tempfile.TemporaryDirectory(prefix="wireglass-") as folder:
        yield _made(paths, Path(folder), is_awaited or is_sorted, is_sorted)


def _made(paths: list[str], folder: Path, is_awaited: bool, is_sorted: bool) -> Given:
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
    if len(plain) == 1 and not is_sorted:
        return Given(plain[0])
    merged = folder / (f"{len(plain)} captures" if len(plain) > 1 else f"{Path(plain[0]).name}, sorted by time")
    return Given(str(merged), merge(plain, merged, is_sorted))


def _is_stream(path: str) -> bool:
    from inspector.pcap.piped_input import is_stream

    return is_stream(path)


def _expanded(path: str) -> list[str]:
    """The capture files in a folder, sorted by name; for any other path, only that path.

    Raises:
        NotACapture: the folder contains no capture.
    """
    if not os.path.isdir(path):
        return [path]
    found = [str(child) for child in sorted(Path(path).iterdir()) if child.is_file() and _begins_as_capture(child)]
    if not found:
        raise NotACapture(f"{path} is a directory without a capture file; give the path of a capture.")
    return found


def _begins_as_capture(path: Path) -> bool:
    from inspector.pcap.reader import is_known

    with contextlib.suppress(OSError), path.open("rb") as file:
        return is_known(file.read(16))
    return False
