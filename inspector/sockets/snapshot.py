"""Surveys every TCP socket of this machine: its state, its statistics and its holders."""

from __future__ import annotations

import os
import sys

from inspector.sockets.holders import End, Holders
from inspector.sockets.kernel import tcp_sockets


class Surveyor:
    """Surveys the sockets whenever `look` is called, and remembers what makes the next survey cheap."""

    def __init__(self) -> None:
        self._holders = Holders()

    def look(self) -> list[End]:
        """Every TCP socket of this network namespace, or, on systems other than Linux, of this machine.

        Raises:
            InspectorError: the system does not provide the sockets, or psutil is needed but not installed.
        """
        if not sys.platform.startswith("linux"):
            from inspector.sockets.psutil_backend import look

            return look()
        found = tcp_sockets()
        holders = self._holders.find(one.inode for one in found)
        return [End(one, holders.get(one.inode, ())) for one in found]


def own_namespace() -> int:
    """The inode number of this process's network namespace (network_namespaces(7)); 0 if the system has none."""
    try:
        return os.stat("/proc/self/ns/net").st_ino
    except OSError:
        return 0
