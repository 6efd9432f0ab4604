"""Drops the privileges that the capture process needs only to open its socket."""

from __future__ import annotations

import ctypes
import struct
import sys

PR_SET_NO_NEW_PRIVS = 38
CAPABILITY_VERSION_3 = 0x20080522


def drop_capabilities() -> bool:
    """Permanently drop all capabilities of this thread and of threads that it starts later; returns False if that is
    not possible.

    Open files and sockets stay open. Without capabilities, root is an ordinary user that owns root's files.
    """
    if sys.platform != "linux":
        return False
    libc = ctypes.CDLL(None, use_errno=True)
    header = struct.pack("=Ii", CAPABILITY_VERSION_3, 0)
    none = bytes(2 * 3 * 4)  # effective, permitted and inheritable, two words each
    has_dropped = libc.capset(header, none) == 0
    return libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 and has_dropped
