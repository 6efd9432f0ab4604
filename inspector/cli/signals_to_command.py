"""Passes signals on to a command that runs in the foreground."""

from __future__ import annotations

import os
import signal
import time
from types import FrameType, TracebackType
from typing import Self

from inspector.live.supervised_command import SupervisedCommand

FROM_TERMINAL = (signal.SIGINT, signal.SIGQUIT)
"""Signals that a terminal sends to the whole foreground process group, and so to the command as well."""

PASSED_ON = (*FROM_TERMINAL, signal.SIGTERM, signal.SIGHUP)

AGAIN_SECONDS = 3.0
"""A signal this soon after the previous one is not passed on, but ends everything. A later one is passed on again:
Ctrl-C does not end an interactive command, and is pressed often there."""


class Signals:
    """A context manager: while `command` runs, signals go to it; otherwise, and the second time within AGAIN_SECONDS,
    they raise KeyboardInterrupt. Signals that this process ignores stay ignored.
    """

    def __init__(self) -> None:
        self.command: SupervisedCommand | None = None
        self._last = -AGAIN_SECONDS
        self._heeded = [number for number in PASSED_ON if signal.getsignal(number) != signal.SIG_IGN]

    def __enter__(self) -> Self:
        self._before = [(number, signal.signal(number, self._take)) for number in self._heeded]
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        for number, handler in self._before:
            signal.signal(number, handler)

    def _take(self, number: int, frame: FrameType | None) -> None:
        before, self._last = self._last, time.monotonic()
        if self.command is None or not self.command.is_running or self._last - before < AGAIN_SECONDS:
            raise KeyboardInterrupt
        if not (number in FROM_TERMINAL and is_in_foreground()):
            self.command.send(number)


def is_in_foreground() -> bool:
    """Whether this process belongs to the foreground process group of a terminal, which gets the terminal's Ctrl-C."""
    try:
        terminal = os.open("/dev/tty", os.O_RDONLY | os.O_NOCTTY)
    except OSError:
        return False
    try:
        return os.tcgetpgrp(terminal) == os.getpgrp()
    except OSError:
        return False
    finally:
        os.close(terminal)
