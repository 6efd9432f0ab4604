"""A network namespace, new or existing, and the command lines that run programs in it (Linux)."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from inspector.errors import CaptureRefused, InspectorError

NAMED = Path("/run/netns")
"""Where `ip netns add NAME` puts the names of network namespaces (ip-netns(8))."""


def standalone(name: str) -> list[str]:
    """The command line that runs a program of this folder by its path: quickly, and regardless of the user's PYTHON…
    variables, which it leaves in the environment.
    """
    return [sys.executable, "-I", "-S", str(Path(__file__).with_name(name))]


PROGRAM = standalone("network_namespace.py")


def in_new_network(command: Sequence[str]) -> list[str]:
    """The command line that runs another one in a new network, with all rights over it."""
    return [*PROGRAM, "new", *command]


class Network:
    """An open network namespace, which exists at least until `close`. `fd` is its file descriptor."""

    def __init__(self, fd: int) -> None:
        self.fd = fd

    @classmethod
    def create(cls) -> Self:
        """A new network that contains only loopback, which is up.

        Raises:
            CaptureRefused: this system does not let this user create one; the message says which setting forbids it.
        """
        if not sys.platform.startswith("linux"):
            raise CaptureRefused("A private network needs Linux.")
        ours, theirs = socket.socketpair()
        with ours, theirs:
            command = [*PROGRAM, "send", str(theirs.fileno())]
            done = subprocess.run(command, pass_fds=[theirs.fileno()], stdout=subprocess.PIPE, check=False)
            if done.returncode:
                raise CaptureRefused(
                    json.loads(done.stdout)["message"] if done.stdout else "The private network was not created."
                )
            _, (fd,), *_ = socket.recv_fds(ours, 1, 1)
        return cls(fd)

    @classmethod
    def find(cls, name: str) -> Self:
        """The network of a process, given its process ID, or the one that `ip netns` lists under this name.

        Raises:
            InspectorError: there is no such process or name.
            CaptureRefused: this user may not look at that process.
        """
        if not sys.platform.startswith("linux"):
            raise CaptureRefused("Network namespaces exist on Linux only.")
        path = Path("/proc", name, "ns/net") if name.isdecimal() else NAMED / name
        try:
            return cls(os.open(path, os.O_RDONLY))
        except PermissionError as error:
            raise CaptureRefused(
                f"This user may not enter the network of process {name}, which another user runs. Run it with sudo."
            ) from error
        except OSError as error:
            raise InspectorError(_unknown(name)) from error

    def command(self, inner: Sequence[str]) -> list[str]:
        """The command line that runs another one in this network, with all rights over it. It must inherit `fd`."""
        return [*PROGRAM, "enter", str(self.fd), *inner]

    def unprivileged_command(self, inner: Sequence[str], resolv_conf: Path | None = None) -> list[str]:
        """The command line that runs another one in this network, with the rights that this user has elsewhere, and
        with this file in place of /etc/resolv.conf. It must inherit `fd`.
        """
        return [*PROGRAM, "enter-unprivileged", str(self.fd), str(resolv_conf or ""), *inner]

    def close(self) -> None:
        """Close the file descriptor. A new network then exists as long as a process is in it."""
        os.close(self.fd)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()


def _unknown(name: str) -> str:
    if name.isdecimal():
        return f"There is no process {name} here."
    known = ", ".join(sorted(path.name for path in NAMED.iterdir())) if NAMED.is_dir() else ""
    return f"There is no network {name} in {NAMED}; there are: {known or 'none'}. A container's is found by its PID."
