"""Reports on the terminal, as soon as it happens, that one of our processes has ended unexpectedly."""

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
    """A context manager that checks for ended processes in its own thread and reports them."""

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
        """Report newly ended processes; return the exit status: 1 if any process has ended unexpectedly, else 0."""
        for trouble in self._troubles()[self._said :]:
            click.echo(f"wireglass: {printable(trouble.sentence)}", err=True)
            self._said += 1
        return int(self._said > 0)

    def _run(self) -> None:
        while not self._is_over.is_set():
            self.look()
            self._is_over.wait(LOOK_SECONDS)
