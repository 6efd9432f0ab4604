"""Reports on the terminal, at once, a process of ours that ended unexpectedly."""

from __future__ import annotations

import threading
from types import TracebackType
from typing import Self

import click

from inspector.cli.terminal import printable
from inspector.live.ended_processes import Troubles

LOOK_SECONDS = 0.25
"""Interval between two checks."""


class Alarm:
    """Context manager: checks for ended processes in a thread of its own, and reports them."""

    def __init__(self, troubles: Troubles) -> None:
        self._troubles = troubles
        self._said = 0
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="alarm", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._is_over.set()
        self._thread.join()

    def look(self) -> int:
        """Report what is new; returns the exit status: 1 if a process has ended unexpectedly, else 0."""
        for trouble in self._troubles()[self._said :]:
            click.echo(f"wireglass: {printable(trouble.sentence)}", err=True)
            self._said += 1
        return int(self._said > 0)

    def _run(self) -> None:
        while not self._is_over.is_set():
            self.look()
            self._is_over.wait(LOOK_SECONDS)
