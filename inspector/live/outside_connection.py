"""Connects a network namespace with the networks outside, through pasta (of passt) or slirp4netns, if one is installed.

Both need no privileges: they add a TUN device to the network, and carry its packets by sockets of their own.
"""

from __future__ import annotations

import os
import select
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path

from inspector.live.private_network import standalone

READY_SECONDS = 10.0
"""How long a program may take to connect the network."""

READY, READY_FD, PID = "{path}", "{ready}", "{pid}"
"""Stand for the named pipe to which a program writes when it is ready, for its file descriptor, and for a process in
the network."""

RESOLV_CONF = Path("/etc/resolv.conf")


@dataclass(frozen=True, slots=True)
class Program:
    """A program that connects a network: its command line, and the address at which it forwards DNS queries."""

    command: tuple[str, ...]
    resolver: str


NO_FORWARDING = ("-t", "none", "-u", "none", "-T", "none", "-U", "none", "--no-map-gw")
"""Pasta would otherwise forward the ports of servers on each side to the other side."""

PASTA_DNS = ("--dns-forward", "169.254.1.1")

PROGRAMS = (
    Program(("pasta", "--config-net", "-f", "-q", "-e", *NO_FORWARDING, *PASTA_DNS, "-P", READY, PID), "169.254.1.1"),
    Program(
        ("slirp4netns", "--configure", "--mtu=65520", "--disable-host-loopback", "--ready-fd", READY_FD, PID, "tap0"),
        "10.0.2.3",
    ),
)


@dataclass(frozen=True, slots=True)
class Outside:
    """How a network is connected: by which `program` ("" if it is not), or else why it is not. `resolv_conf` replaces
    the system's file of that name, if the servers in it cannot be reached from the network.
    """

    program: str = ""
    refusal: str = ""
    resolv_conf: Path | None = None


@contextmanager
def outside_of(pid: int) -> Iterator[Outside]:
    """Connect the network of this process with the outside, if a program for that is installed, until the context
    ends.
    """
    refusal = "neither pasta (package passt) nor slirp4netns is installed"
    with tempfile.TemporaryDirectory(prefix="wireglass-") as folder:
        for program in PROGRAMS:
            name = program.command[0]
            if not shutil.which(name):
                continue
            connection = _Connection(program.command, pid, Path(folder, name))
            try:
                if connection.wait_ready():
                    yield Outside(name, resolv_conf=_resolv_conf(Path(folder), program.resolver))
                    return
                refusal = f"{name} failed: {connection.last_complaint() or 'it gave no reason'}"
            finally:
                connection.end()
        yield Outside(refusal=refusal)


class _Connection:
    """A running program that connects a network. It also ends when this process dies (see command_supervisor.py)."""

    def __init__(self, command: Sequence[str], pid: int, pipe: Path) -> None:
        self._complaints = tempfile.TemporaryFile()  # noqa: SIM115  (closed by `end`)
        os.mkfifo(pipe)
        self._ready = os.open(pipe, os.O_RDWR)
        self._report, report = os.pipe()
        words = [word.format(path=pipe, ready=self._ready, pid=pid) for word in command]
        self._process = subprocess.Popen(
            [*standalone("command_supervisor.py"), str(report), *words],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=self._complaints,
            pass_fds=[self._ready, report],
            process_group=0,
        )
        os.close(report)

    def wait_ready(self) -> bool:
        """Whether the program has become ready; False if it has ended, or takes too long."""
        deadline = time.monotonic() + READY_SECONDS
        either = [self._ready, self._report]
        while found := select.select(either, [], [], max(0.0, deadline - time.monotonic()))[0]:
            if self._ready in found:
                return True
            if not os.read(self._report, 64):  # the supervisor has ended, and with it the program
                return False
        return False

    def last_complaint(self) -> str:
        """The last line that the program wrote to standard error."""
        self._complaints.seek(0)
        return (self._complaints.read().decode(errors="replace").strip().splitlines() or [""])[-1]

    def end(self) -> None:
        """End the program."""
        self._process.terminate()
        self._process.wait()
        self._complaints.close()
        os.close(self._ready)
        os.close(self._report)


def _resolv_conf(folder: Path, resolver: str) -> Path | None:
    """A file in `folder` that names this resolver; None if the system's own file names one that can be reached."""
    try:
        words = [line.split() for line in RESOLV_CONF.read_text().splitlines()]
        servers = [line[1] for line in words if line[:1] == ["nameserver"]]
        if servers and not any(ip_address(server.partition("%")[0]).is_loopback for server in servers):
            return None
    except (OSError, ValueError):
        return None
    others = [" ".join(line) for line in words if line[:1] != ["nameserver"]]
    path = folder / "resolv.conf"
    path.write_text("\n".join([f"nameserver {resolver}", *others, ""]))
    return path
