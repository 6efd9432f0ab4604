"""The program as a process: started as a user starts it, with fewer rights than this user has, and ended by signals."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import IO, Any

import pytest

from inspector.live.capture_rights import may_capture

PROGRAM = (sys.executable, "-m", "inspector")

PATIENCE_SECONDS = 60

NEEDS_CAPTURE = pytest.mark.skipif(not may_capture()[0], reason=f"needs the right to capture: {may_capture()[1]}")

# prctl(PR_CAPBSET_DROP, CAP_NET_RAW)
DROP_CAPTURE = "import ctypes, os, sys; ctypes.CDLL(None).prctl(24, 13, 0, 0, 0); os.execv(sys.argv[1], sys.argv[1:])"
DROP_NAMESPACES = """
import ctypes, os, pathlib, sys
CLONE_NEWUSER = 0x10000000
user, group = os.getuid(), os.getgid()
assert ctypes.CDLL(None).unshare(CLONE_NEWUSER) == 0
pathlib.Path("/proc/self/setgroups").write_text("deny")
pathlib.Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
pathlib.Path("/proc/self/gid_map").write_text(f"{group} {group} 1")
for limit in ("max_user_namespaces", "max_net_namespaces"):  # of this user namespace alone
    pathlib.Path("/proc/sys/user", limit).write_text("0")
os.execv(sys.argv[1], sys.argv[1:])
"""


def without_capture(command: Sequence[str] = PROGRAM) -> list[str]:
    """The command of a user who may not capture packets."""
    return [sys.executable, "-c", DROP_CAPTURE, *command]


def without_namespaces(command: Sequence[str]) -> list[str]:
    """The command of a user who may not create a private network."""
    return [sys.executable, "-c", DROP_NAMESPACES, *command]


def run(
    *arguments: str, program: Sequence[str] = PROGRAM, env: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run the program to its end."""
    return subprocess.run(
        [*program, *arguments], capture_output=True, text=True, check=False, timeout=PATIENCE_SECONDS, env=env
    )


class Running:
    """A started dashboard, and the address that it printed."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout
        self.process = process
        self.printed: list[str] = []
        for line in process.stdout:
            self.printed.append(line)
            if line.startswith("Dashboard: "):
                break
        assert self.printed, f"it ended with status {process.wait()}"
        self.address, _, self.token = self.printed[-1].removeprefix("Dashboard: ").strip().partition("#t=")

    def ask(self, path: str, posted: dict[str, Any] | None = None) -> Any:
        """The API's response to a program that presents the key."""
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        data = None if posted is None else json.dumps(posted).encode()
        request = urllib.request.Request(self.address + path, data, headers)
        with urllib.request.urlopen(request, timeout=30) as response:
            return json.load(response)

    def end(self, number: int) -> str:
        """Send the signal, and give what it printed from then on."""
        self.process.send_signal(number)
        assert self.process.stdout
        rest = self.process.stdout.read()
        self.process.wait(PATIENCE_SECONDS)
        return rest


@contextmanager
def started(*arguments: str, program: Sequence[str] = PROGRAM, stderr: IO[str] | None = None) -> Iterator[Running]:
    """A command that shows a dashboard, until the end of the block."""
    command = [*program, *arguments, "--no-browser"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=stderr, text=True) as process:
        try:
            yield Running(process)
        finally:
            process.terminate()
