"""A command that runs in a network namespace and leaves no process behind (see command_supervisor.py)."""

from __future__ import annotations

import contextlib
import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from inspector.live.private_network import Network, standalone

A_YEAR_SECONDS = 365 * 24 * 3600.0


class SupervisedCommand:
    """A running command, which has this process's standard streams and all other file descriptors that were passed to
    this process. It ends when this process dies.

    After `wait`, `left_running` has the names of the processes that it had left running; they have been ended.
    """

    def __init__(
        self,
        network: Network,
        command: Sequence[str],
        environment: Mapping[str, str],
        resolv_conf: Path | None = None,
    ) -> None:
        """Start it, with this file in place of /etc/resolv.conf. Call it from the main thread: the command would end
        with any other thread that starts it (PR_SET_PDEATHSIG).
        """
        self.left_running: list[str] = []
        report, written = os.pipe()
        supervised = [*standalone("command_supervisor.py"), str(written), *command]
        # With pass_fds, descriptors that were passed to this process would be closed.
        for fd in (network.fd, written):
            os.set_inheritable(fd, True)
        try:
            self._process = subprocess.Popen(
                network.unprivileged_command(supervised, resolv_conf), env=environment, close_fds=False
            )
        finally:
            os.set_inheritable(network.fd, False)
            os.close(written)
        self._report = os.fdopen(report, errors="replace")
        self._pid = int(self._report.readline() or 0)

    @property
    def is_running(self) -> bool:
        """Whether the command, or a process that it has left, is running."""
        return self._process.poll() is None

    def send(self, number: int) -> None:
        """Send a signal to the command."""
        with contextlib.suppress(ProcessLookupError):
            if self._pid:
                os.kill(self._pid, number)

    def kill(self) -> None:
        """Kill the command and all of its descendants."""
        self._process.terminate()

    def wait(self) -> int:
        """Wait for its end; returns its exit status, as a shell would: 128 + N if a signal N ended it."""
        # With a time-out, it polls: a signal that came just before a blocking wait would not interrupt it.
        status = self._process.wait(timeout=A_YEAR_SECONDS)
        with contextlib.suppress(ValueError):  # closed by an earlier call
            self.left_running += self._report.read().splitlines()
            self._report.close()
        return status if status >= 0 else 128 - status
