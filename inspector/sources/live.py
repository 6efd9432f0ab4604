"""Live capture in a process of its own, so that a busy dashboard never makes the capture late.

`LiveCapture` starts and stops that process; `python -m inspector.sources.live` is it (`recorder.py`).
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from inspector.errors import BadFilter, CaptureRefused, InspectorError
from inspector.sources.source import Counters

PACKAGE_ROOT = Path(__file__).resolve().parents[2]
"""Where the child finds this package, installed or not."""

READY_SECONDS = 20.0
"""How long the child may take to begin: it may have to import scapy on a busy machine."""

STOP_SECONDS = 10.0
"""How long the child may take to write what the kernel still holds."""


class LiveCapture:
    """A running capture process and what it has said so far. Its attributes may be read from any thread.

    `error` is what ended it, None while all is well; `link_type` is known once it is ready.
    """

    def __init__(self, command: Sequence[str], spool: Path, watch: Sequence[str] | None = None) -> None:
        """`watch` is the command of a second process, which begins when the first is ready and ends before it."""
        self.spool = spool
        self._watch_command = watch
        self._watch: subprocess.Popen[bytes] | None = None
        self.statistics = Counters()
        self.error: str | None = None
        self.link_type = -1
        self._failure: type[InspectorError] = CaptureRefused
        self._heard = threading.Event()
        self._complaints = tempfile.TemporaryFile()  # noqa: SIM115  (closed in stop)
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._complaints,
            env=_environment(),
            process_group=0,  # Ctrl-C is for us; we then stop it in good order
        )
        self._listener = threading.Thread(target=self._listen, name="capture events", daemon=True)
        self._listener.start()

    @classmethod
    def start(
        cls,
        interface: str,
        spool_path: str | os.PathLike[str],
        *,
        filter: str | None = None,
        only_ports: Sequence[int] = (),
        without_ports: Sequence[int] = (),
        through: str = "auto",
        with_sockets: bool = False,
    ) -> LiveCapture:
        """Start capturing on `interface` into a new file; returns at once, see `wait_ready`.

        Args:
            filter: an expression in tcpdump's language.
            only_ports: capture only TCP from or to these ports.
            without_ports: capture no TCP from or to these ports.
            through: "ring", "scapy", or "auto" for the best that works.
            with_sockets: also record what the kernel says of the sockets behind the packets, and who holds them. Not
                with a `filter`, which says nothing of sockets.
        """
        command = [sys.executable, "-P", "-m", "inspector.sources.live", "--spool", os.fspath(spool_path)]
        command += ["--interface", interface, "--through", through]
        command += [f"--filter={filter}"] if filter else []
        ports = ["--only-ports", ",".join(map(str, only_ports))] if only_ports else []
        ports += ["--without-ports", ",".join(map(str, without_ports))] if without_ports else []
        watch = [sys.executable, "-P", "-m", "inspector.sockets.watch", "--spool", os.fspath(spool_path)]
        watch += ["--interface", interface, *ports]
        return cls(command + ports, Path(spool_path), watch if with_sockets and not filter else None)

    def wait_ready(self, timeout: float = READY_SECONDS) -> None:
        """Return once packets are being captured and the spool has its header.

        Raises:
            CaptureRefused: it may not, cannot, or takes longer than `timeout` seconds.
            BadFilter: the filter is wrong.
            InspectorError: the spool cannot be written.
        """
        if not self._heard.wait(timeout):
            self.stop()
            raise CaptureRefused(f"The capture did not begin within {timeout:g} seconds.")
        if self.error:
            self.stop()
            raise self._failure(self.error)
        if self._watch_command and not self._watch:
            self._watch = _start_watch(self._watch_command)

    @property
    def is_running(self) -> bool:
        """Whether the process is there."""
        return self._process.poll() is None

    @property
    def pid(self) -> int:
        """The process's id."""
        return self._process.pid

    def stop(self) -> Counters:
        """End the capture, wait until all of it is written, and give the final counters. May be called again."""
        if self._watch:
            _end(self._watch)
        _end(self._process)
        self._listener.join()
        if self._process.stdout:
            self._process.stdout.close()
        self._complaints.close()
        return self.statistics

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()

    def _listen(self) -> None:
        """Take in the child's events until it ends."""
        assert self._process.stdout is not None
        for line in self._process.stdout:
            event = json.loads(line)
            match event["event"]:
                case "ready":
                    self.link_type = event["link_type"]
                    self._heard.set()
                case "statistics":
                    self.statistics = Counters(event["received"], event["dropped"])
                case "error":
                    self._failure = _FAILURES.get(event["kind"], InspectorError)
                    self.error = event["message"]
                    self._heard.set()
        if self._process.wait() and self.error is None:
            self.error = f"The capture process ended by itself: {self._last_complaint()}"
        self._heard.set()

    def _last_complaint(self) -> str:
        """What the child's standard error ended with."""
        self._complaints.seek(0)
        lines = self._complaints.read().decode(errors="replace").strip().splitlines()
        return lines[-1] if lines else f"status {self._process.returncode}"


def _start_watch(command: Sequence[str]) -> subprocess.Popen[bytes]:
    """The process that looks at sockets. Where it cannot, the packets are recorded all the same."""
    return subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=_environment(),
        process_group=0,
    )


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a process by closing its standard input, and by force if that does not do."""
    if process.stdin:
        process.stdin.close()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


_FAILURES: dict[str, type[InspectorError]] = {
    "BadFilter": BadFilter,
    "CaptureRefused": CaptureRefused,
    "RingUnavailable": CaptureRefused,
}


def _environment() -> dict[str, str]:
    """Our environment, in which Python finds this package first and nothing in the current directory."""
    paths = [str(PACKAGE_ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}


if __name__ == "__main__":
    from inspector.sources.recorder import main

    sys.exit(main())
