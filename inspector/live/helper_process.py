"""Runs a helper process, which reports events as JSON lines and ends when its standard input is closed."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from inspector.live.ended_processes import how_it_ended

PACKAGE_ROOT = Path(__file__).resolve().parents[2]
"""The directory in which the helper process finds this package, whether it is installed or not."""

STOP_SECONDS = 10.0
"""How long a helper process may take to end after it was asked to."""

Event = dict[str, Any]


class Helper:
    """A helper process, from its start to `end`. The attributes may be read from any thread.

    `error` says why the process ended, and is None if nothing went wrong: it is the error that the process reported,
    how the process died (`has_died`), or that it had to be killed (`was_killed`).
    """

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        heard: Callable[[Event], None] = lambda event: None,
        descriptors: Sequence[int] = (),
    ) -> None:
        """Start the process.

        Args:
            name: the name of the process in messages.
            heard: called, in a separate thread, with every event that the process reports, and with {"event": "end"}
                when it has ended.
            descriptors: open file descriptors that it inherits under the same numbers.
        """
        self.error: str | None = None
        self.has_died = False
        self.was_killed = False
        self._name = name
        self._heard = heard
        self._is_wanted = True
        self._complaints = tempfile.TemporaryFile()  # noqa: SIM115  (closed by `end`)
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._complaints,
            env=_environment(),
            pass_fds=descriptors,
            process_group=0,  # Ctrl-C must reach only this process, which then ends the helper properly
        )
        self._listener = threading.Thread(target=self._listen, name=name, daemon=True)
        self._listener.start()

    @property
    def is_running(self) -> bool:
        """Whether the process is running."""
        return self._process.poll() is None

    @property
    def pid(self) -> int:
        """The process ID."""
        return self._process.pid

    def end(self) -> None:
        """End the process by closing its standard input; kill it if it does not end in time. May be called more than
        once.
        """
        self.dismiss()
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.was_killed = True
            self.error = (
                self.error or f"{self._name} did not end when asked to, and was killed: its last report is lost."
            )
            self._process.kill()
            self._process.wait()
        self._listener.join()
        if self._process.stdout:
            self._process.stdout.close()
        self._complaints.close()

    def dismiss(self) -> None:
        """Ask the process to end, without waiting for it. If it has already ended, it counts as ended by itself."""
        if self.is_running:
            self._is_wanted = False
        if self._process.stdin:
            self._process.stdin.close()

    def _listen(self) -> None:
        """Read the events of the process until it ends."""
        assert self._process.stdout is not None
        for line in self._process.stdout:
            event = json.loads(line)
            if event["event"] == "error":
                self.error = event["message"]
            self._heard(event)
        status = self._process.wait()
        if self.error is None and (status or self._is_wanted):
            self.has_died = True
            self.error = f"{self._name} ended by itself: {how_it_ended(status)}{self._last_complaint()}."
        self._heard({"event": "end"})

    def _last_complaint(self) -> str:
        """The last line that the process wrote to standard error, in parentheses; "" if it wrote nothing."""
        self._complaints.seek(0)
        lines = self._complaints.read().decode(errors="replace").strip().splitlines()
        return f" ({lines[-1]})" if lines else ""


def _environment() -> dict[str, str]:
    """This process's environment, with a PYTHONPATH in which Python finds this package first and which does not include
    the current directory.
    """
    paths = [str(PACKAGE_ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}
