"""Dashboards for browser tests: the program itself, started as a user starts it."""

from __future__ import annotations

import subprocess
import sys
import urllib.parse
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

PROGRAM = Path(sys.executable).with_name("wireglass")

PATIENCE_SECONDS = 30.0
"""How long a dashboard may take to end; one that hangs fails the test."""


@dataclass(frozen=True)
class Dashboard:
    """A running dashboard: the address that its terminal printed."""

    url: str
    process: subprocess.Popen[str]

    @property
    def address(self) -> str:
        """The address without the key."""
        return urllib.parse.urldefrag(self.url).url


@contextmanager
def running(*arguments: str) -> Iterator[Dashboard]:
    """`wireglass` with these arguments, until the end of the block; Ctrl-C then ends it cleanly."""
    command = [str(PROGRAM), *arguments, "--no-browser"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            url = next((line.split()[1] for line in process.stdout if line.startswith("Dashboard: ")), None)
            assert url, f"{' '.join(command)} ended with status {process.wait()} and printed no address"
            yield Dashboard(url, process)
        finally:
            process.terminate()
            process.communicate(timeout=PATIENCE_SECONDS)
