"""A process beside this one that works for it: it reports in JSON lines, and ends when its standard input does."""

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
"""Where the process finds this package, installed or not."""

STOP_SECONDS = 10.0
"""How long it may take to end when asked."""

Event = dict[str, Any]


class Helper:
    """One such process, from its start to `end`. Its attributes may be read from any thread.

    `error` is why it ended, None while all is well: the error that it reported, how it died (`has_died`), or that
    we had to kill it (`was_killed`).
    """

    def __init__(self, name: str, command: Sequence[str], heard: Callable[[Event], None] = lambda event: None) -> None:
        """Start it.

        Args:
            name: what messages call it.
            heard: is given every event that it reports, and {"event": "end"} when it has ended; in a thread of its own.
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
            process_group=0,  # Ctrl-C is for us; we then end it in good order
        )
        self._listener = threading.Thread(target=self._listen, name=name, daemon=True)
        self._listener.start()

    @property
    def is_running(self) -> bool:
        """Whether the process is there."""
        return self._process.poll() is None

    @property
    def pid(self) -> int:
        """The process's id."""
        return self._process.pid

    def end(self) -> None:
        """End it by closing its standard input, and by force if that does not do. May be called again."""
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
        """Ask it to end, without waiting for that; where it has ended already, that was by itself."""
        if self.is_running:
            self._is_wanted = False
        if self._process.stdin:
            self._process.stdin.close()

    def _listen(self) -> None:
        """Read its events until it ends."""
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
        """The end of its standard error."""
        self._complaints.seek(0)
        lines = self._complaints.read().decode(errors="replace").strip().splitlines()
        return f" ({lines[-1]})" if lines else ""


def _environment() -> dict[str, str]:
    """Our environment, in which Python finds this package first and nothing in the current directory."""
    paths = [str(PACKAGE_ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}
