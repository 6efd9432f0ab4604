"""Which process holds which socket by which file descriptor: read from /proc.

A look at every number of every process is dear, so what was found is remembered: a known number is looked at again by
itself, and a socket nobody is known to hold is looked for first where sockets were found before.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterable
from dataclasses import dataclass

from inspector.sockets.kernel import KernelSocket

LOOK_AROUND_SECONDS = 1.0
"""Interval at which all processes are searched, to find descriptors that were duplicated or passed to another
process."""

SOCKET = re.compile(r"socket:\[(\d+)\]")
"""Target of the symbolic link of a socket's descriptor: its inode (proc(5), /proc/pid/fd)."""

MAX_PROCESSES = 20_000
"""Processes looked at; a machine with more is not looked at whole."""


@dataclass(frozen=True, slots=True)
class Holder:
    """A number in a process; `process` is the name that the kernel knows it by (at most 15 bytes)."""

    pid: int
    process: str
    fd: int


Found = dict[int, tuple[Holder, ...]]
"""Holders by inode."""


class Holders:
    """Looks for the holders of sockets. Processes of other users hold theirs unseen, unless we may look."""

    def __init__(self) -> None:
        self._found: Found = {}
        self._looked_for: set[int] = set()
        self._next_look_around = 0.0

    def find(self, inodes: Iterable[int]) -> Found:
        """The holders of each of these sockets; an empty tuple where none is seen."""
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
        """Search where sockets were found before, then everywhere."""
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
    """The holders of these sockets among these processes."""
    found: dict[int, list[Holder]] = {}
    for pid in pids:
        try:
            numbers = os.listdir(f"/proc/{pid}/fd")
        except OSError:  # ended meanwhile, or not ours to look at
            continue
        for number in numbers:
            inode = _inode(pid, int(number))
            if inode in wanted:
                found.setdefault(inode, []).append(Holder(pid, process_name(pid), int(number)))
    return {inode: tuple(sorted(holders, key=lambda h: (h.pid, h.fd))) for inode, holders in found.items()}


def _inode(pid: int, fd: int) -> int:
    """The inode of the socket behind this descriptor; 0 if it is not a socket, or closed."""
    try:
        told = SOCKET.fullmatch(os.readlink(f"/proc/{pid}/fd/{fd}"))
    except OSError:
        return 0
    return int(told.group(1)) if told else 0


def _holds(holder: Holder, inode: int) -> bool:
    return _inode(holder.pid, holder.fd) == inode


def process_name(pid: int) -> str:
    """The kernel's name of this process; its pid if it is gone."""
    try:
        with open(f"/proc/{pid}/comm", "rb") as file:
            return file.read(64).decode("utf-8", "replace").rstrip("\n")
    except OSError:
        return str(pid)


@dataclass(frozen=True, slots=True)
class End:
    """One socket, and its holders: none before `accept`, none in TIME-WAIT."""

    socket: KernelSocket
    holders: tuple[Holder, ...]
