"""Sockets that report when their file descriptor is opened and closed, so that short-lived ones are not missed.

Polling the kernel finds only what exists for long enough: it misses a connection that is accepted, answered and closed
within a millisecond. So the lab's own programs report when they get a file descriptor and when they close it, as events
of kind `descriptor` (see `json_lines.py`):

    {"event": "descriptor", "call": "accept", "time_ns": …, "namespace": …, "pid": …, "process": "cafe", "fd": 7,
     "inode": …, "local": "127.0.0.1:8000", "remote": "127.0.0.1:51514"}

`call` is socket, listen, connect, accept or close, or, from the chat server with a user's `name`, name or forget: the
server has entered the descriptor into its registry (its diary), or removed it. A close report of a connection contains
the kernel's last `state` and `figures` of it.
A descriptor is reported as opened after the system call that opens it, and as closed before the one that closes it. So
the lifetimes of two descriptors with the same number never overlap.
"""

from __future__ import annotations

import contextlib
import os
import socket
import time
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any, ClassVar

from inspector.lab.process.json_lines import report
from inspector.sockets import own_word
from inspector.tables.addresses import with_port

NAME_BYTES = 15
"""Maximum length in bytes of the process name that the kernel stores (proc(5), /proc/pid/comm)."""


class ReportedSocket(socket.socket):
    """A TCP socket that reports its file descriptor; so do the sockets that it accepts."""

    tell: ClassVar[Callable[..., None]] = staticmethod(report)
    """Receives every event. By default, events are written to standard output."""

    _inode = 0

    def __init__(
        self, family: int = socket.AF_INET, type: int = socket.SOCK_STREAM, proto: int = 0, fileno: int | None = None
    ) -> None:
        super().__init__(family, type, proto, fileno)
        self._inode = inode_of(self.fileno())
        if fileno is None:
            self._report("socket", time.time_ns())

    @classmethod
    def listening(cls, fileno: int) -> ReportedSocket:
        """Wrap an inherited listening socket."""
        found = socket.socket(fileno=fileno)
        listener = cls(found.family, found.type, found.proto, found.detach())
        listener._report("listen", time.time_ns())
        return listener

    def accept(self) -> tuple[ReportedSocket, Any]:
        """Accept a connection as `socket.accept` does, and report it."""
        plain, address = super().accept()
        accepted_ns = time.time_ns()
        ours = type(self)(plain.family, plain.type, plain.proto, plain.detach())
        ours._report("accept", accepted_ns)
        return ours, address

    def connect(self, address: Any) -> None:
        """Connect as `socket.connect` does, and report it with the time of the call."""
        asked_ns = time.time_ns()
        try:
            super().connect(address)
        finally:
            self._report("connect", asked_ns, remote=text_of(address))

    def connect_ex(self, address: Any) -> int:
        """Connect as `socket.connect_ex` does, and report it with the time of the call."""
        asked_ns = time.time_ns()
        number = super().connect_ex(address)
        self._report("connect", asked_ns, remote=text_of(address))
        return number

    def connect_saying(self, data: bytes, address: Any) -> int:
        """Connect and write in one step (sendto with MSG_FASTOPEN, RFC 7413), reported as a `connect`."""
        asked_ns = time.time_ns()
        try:
            return self.sendto(data, socket.MSG_FASTOPEN, address)
        finally:
            self._report("connect", asked_ns, remote=text_of(address))

    def _real_close(self) -> None:  # called by `close` once no file made from the socket is open any more
        if self.fileno() >= 0:  # the descriptor is enough: its addresses were reported before
            self.tell("descriptor", **described("close", self.fileno(), self._inode), **last_word(self))
        super()._real_close()  # type: ignore[misc]

    def _report(self, call: str, time_ns: int, **facts: str) -> None:
        self.tell("descriptor", **described(call, self.fileno(), self._inode, time_ns), **{**self._names(), **facts})

    def _names(self) -> dict[str, str]:
        names = {}
        for name, ask in (("local", self.getsockname), ("remote", self.getpeername)):
            with contextlib.suppress(OSError):  # it has no such address, or no longer has it
                names[name] = text_of(ask())
        return names


def described(call: str, fd: int, inode: int, time_ns: int | None = None) -> dict[str, Any]:
    """The facts of an event about a descriptor of this process; without `time_ns`, the time is now."""
    return {
        "call": call,
        "time_ns": time_ns or time.time_ns(),
        "namespace": namespace(),
        "pid": os.getpid(),
        "process": process_name(),
        "fd": fd,
        "inode": inode,
    }


def last_word(one: socket.socket) -> dict[str, Any]:
    """The kernel's `state` and `figures` of a connection that is about to be closed; empty for other sockets."""
    word = own_word(one)
    if word is None:
        return {}
    state, figures = word
    return {"state": state.rfc_name, "figures": {name: getattr(figures, name) for name in figures.__slots__}}


def inode_of(fd: int) -> int:
    """The inode of the socket, which is the same in all processes that hold it."""
    return os.fstat(fd).st_ino


def text_of(address: tuple[Any, ...]) -> str:
    """The address as `ip:port`, with an IPv6 address in brackets."""
    return with_port(*address[:2])


def name_process(name: str) -> None:
    """Set the name of this process, for `ps` and the page (Linux)."""
    with contextlib.suppress(OSError):
        Path("/proc/self/comm").write_bytes(name.encode()[:NAME_BYTES])
    process_name.cache_clear()


@lru_cache
def process_name() -> str:
    """The kernel's name of this process."""
    try:
        return Path("/proc/self/comm").read_text("utf-8", "replace").rstrip("\n")
    except OSError:
        return str(os.getpid())


@lru_cache
def namespace() -> int:
    """The inode number of this process's network namespace; 0 on systems without network namespaces."""
    try:
        return os.stat("/proc/self/ns/net").st_ino
    except OSError:
        return 0
