"""Finds which processes hold a socket, and by which file descriptors, by reading /proc.

Reading every file descriptor of every process is expensive, so the results are remembered: a known file descriptor is
only checked again, and a socket without a known holder is first looked for in the processes in which sockets were found
before.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterable
from dataclasses import dataclass

from inspector.sockets.kernel import KernelSocket

LOOK_AROUND_SECONDS = 1.0
"""Interval at which all processes are searched, to find file descriptors that were duplicated or passed to another
process."""

SOCKET = re.compile(r"socket:\[(\d+)\]")
"""Matches the target of a socket's symbolic link in /proc/pid/fd; the group is the socket's inode (proc(5))."""

MAX_PROCESSES = 20_000
"""Maximum number of processes searched; if a machine has more, the others are not searched."""


@dataclass(frozen=True, slots=True)
class Holder:
    """A process and its file descriptor for a socket; `process` is the kernel's name of the process (at most 15
    bytes).
    """

    pid: int
    process: str
    fd: int


Found = dict[int, tuple[Holder, ...]]
"""The holders of sockets by the sockets' inodes."""


class Holders:
    """Finds the holders of sockets. Those in processes of other users are not visible without the required
    privileges.
    """

    def __init__(self) -> None:
        self._found: Found = {}
        self._looked_for: set[int] = set()
        self._next_look_around = 0.0

    def find(self, inodes: Iterable[int]) -> Found:
        """The holders of each of these sockets, by inode; an empty tuple if none is visible."""
        wanted = set(inodes) - {0}
        self._looked_for &= wanted
        if time.monotonic() >= self._next_look_around:
            self._look_around(wanted)
        else:
            self._found = {inode: holders for inode, holders in self._found.items() if inode in wanted}
            gone = {inode for inode, holders in self._found.items() if not all(_holds(h, inode) for h in holders)}
            missing = wanted - self._found.keys() - self._looked_for | gone
            if missing:
                self._look_for(missing)
        return {inode: self._found.get(inode, ()) for inode in wanted}

    def _look_around(self, wanted: set[int]) -> None:
        self._next_look_around = time.monotonic() + LOOK_AROUND_SECONDS
        self._found = _held(_processes(), wanted)
        self._looked_for = wanted - self._found.keys()

    def _look_for(self, missing: set[int]) -> None:
        """Search the processes in which sockets were found before; if that is not enough, search all processes."""
        likely = sorted({holder.pid for holders in self._found.values() for holder in holders})
        found = _held(likely, missing)
        if missing - found.keys():
            found = _held(_processes(), missing)
        for inode in missing:
            self._found.pop(inode, None)
        self._found |= found
        self._looked_for |= missing - found.keys()


def _processes() -> list[int]:
    return [int(name) for name in os.listdir("/proc") if name.isdigit()][:MAX_PROCESSES]


def _held(pids: Iterable[int], wanted: set[int]) -> Found:
    """The holders of these sockets among these processes, by inode."""
    found: dict[int, list[Holder]] = {}
    for pid in pids:
        try:
            numbers = os.listdir(f"/proc/{pid}/fd")
        except OSError:  # the process has ended, or this user may not look at it
            continue
        for number in numbers:
            inode = _inode(pid, int(number))
            if inode in wanted:
                found.setdefault(inode, []).append(Holder(pid, process_name(pid), int(number)))
    return {inode: tuple(sorted(holders, key=lambda h: (h.pid, h.fd))) for inode, holders in found.items()}


def _inode(pid: int, fd: int) -> int:
    """The inode of the socket behind this file descriptor; 0 if it is not a socket or is closed."""
    try:
        link = SOCKET.fullmatch(os.readlink(f"/proc/{pid}/fd/{fd}"))
    except OSError:
        return 0
    return int(link.group(1)) if link else 0


def _holds(holder: Holder, inode: int) -> bool:
    return _inode(holder.pid, holder.fd) == inode


def process_name(pid: int) -> str:
    """The kernel's name of this process; its process ID as text if it no longer exists."""
    try:
        with open(f"/proc/{pid}/comm", "rb") as file:
            return file.read(64).decode("utf-8", "replace").rstrip("\n")
    except OSError:
        return str(pid)


@dataclass(frozen=True, slots=True)
class End:
    """A socket and its holders; it has none before `accept` and in TIME-WAIT."""

    socket: KernelSocket
    holders: tuple[Holder, ...]
