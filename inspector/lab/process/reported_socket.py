"""Sockets that report when their file descriptor is opened and closed, so that short-lived ones are not missed.

A poll of the kernel sees what lasts; a connection that is accepted, answered and closed within a millisecond leaves no
trace there. So the lab's own programs say themselves when a number is handed out and given back, as events of kind
`token` (see `json_lines.py`):

    {"event": "token", "call": "accept", "time_ns": …, "namespace": …, "pid": …, "process": "cafe", "fd": 7,
     "inode": …, "local": "127.0.0.1:8000", "remote": "127.0.0.1:51514"}

`call` is socket, listen, connect, accept or close; name and forget, with `name`, tell of the chat server's diary. Of a
connection, close says with which `state` and `figures` of the kernel its life with this process ends.
A number is reported as handed out after the call and as given back before it: so the times of two that had the same
number never overlap.
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
"""Bytes of a process's name that the kernel keeps (proc(5), /proc/pid/comm)."""


class ReportedSocket(socket.socket):
    """A TCP socket whose number is reported; the sockets that it accepts are reported, too."""

    tell: ClassVar[Callable[..., None]] = staticmethod(report)
    """Receives every event: by default it is printed to standard output, unless there is no parent to read it."""

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
        """`socket.accept`, reported."""
        plain, address = super().accept()
        accepted_ns = time.time_ns()
        ours = type(self)(plain.family, plain.type, plain.proto, plain.detach())
        ours._report("accept", accepted_ns)
        return ours, address

    def connect(self, address: Any) -> None:
        """`socket.connect`, reported with the time at which it was asked for."""
        asked_ns = time.time_ns()
        try:
            super().connect(address)
        finally:
            self._report("connect", asked_ns, remote=text_of(address))

    def connect_ex(self, address: Any) -> int:
        """`socket.connect_ex`, reported with the time at which it was asked for."""
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

    def _real_close(self) -> None:  # what `close` comes to once no file made of the socket is open any more
        if self.fileno() >= 0:  # of what number is enough: its ends were told before
            self.tell("token", **described("close", self.fileno(), self._inode), **last_word(self))
        super()._real_close()  # type: ignore[misc]

    def _report(self, call: str, time_ns: int, **facts: str) -> None:
        self.tell("token", **described(call, self.fileno(), self._inode, time_ns), **{**self._names(), **facts})

    def _names(self) -> dict[str, str]:
        names = {}
        for name, ask in (("local", self.getsockname), ("remote", self.getpeername)):
            with contextlib.suppress(OSError):  # it has no such end, or none any more
                names[name] = text_of(ask())
        return names


def described(call: str, fd: int, inode: int, time_ns: int | None = None) -> dict[str, Any]:
    """An event about a descriptor of this process; its time is now if none is given."""
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
    """The kernel's state of a connection that is about to be closed; None for other sockets."""
    word = own_word(one)
    if word is None:
        return {}
    state, figures = word
    return {"state": state.rfc_name, "figures": {name: getattr(figures, name) for name in figures.__slots__}}


def inode_of(fd: int) -> int:
    """The inode of the socket, which is the same for all its holders."""
    return os.fstat(fd).st_ino


def text_of(address: tuple[Any, ...]) -> str:
    """`ip:port`, the address of IPv6 in brackets."""
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
    """The number of this process's network namespace; 0 where there are none."""
    try:
        return os.stat("/proc/self/ns/net").st_ino
    except OSError:
        return 0
