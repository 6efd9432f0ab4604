"""Runs a command in a private network: a user namespace and a network namespace that contains only loopback.

    python namespace.py COMMAND [ARGUMENT...]

An ordinary user may capture packets there, because the network belongs to that user. Open file descriptors stay open
and continue to belong to the network in which they were created; this lets a relay connect the two networks.

This file is run as a program by its path and imports nothing from the project: only a process with a single thread
can enter a user namespace, and importing numpy already starts more threads.
"""

from __future__ import annotations

import ctypes
import fcntl
import json
import os
import socket
import struct
import sys
from pathlib import Path

# From <linux/sched.h>, <linux/sockios.h> and <linux/if.h>. os.unshare comes only with Python 3.12.
CLONE_NEWUSER = 0x10000000
CLONE_NEWNET = 0x40000000
SIOCGIFFLAGS = 0x8913
SIOCSIFFLAGS = 0x8914
IFF_UP = 0x1
IFREQ = struct.Struct("16sh22x")
"""struct ifreq: the interface's name and its flags, padded to the union's 24 bytes."""


def enter() -> None:
    """Move this process into new user and network namespaces, as their root user, with loopback up.

    Raises:
        OSError: the kernel or its settings do not allow this user to do that.
    """
    user, group = os.getuid(), os.getgid()
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    # user_namespaces(7): without CAP_SETGID outside, setgroups must be denied before a group may be mapped.
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"0 {user} 1")
    Path("/proc/self/gid_map").write_text(f"0 {group} 1")
    raise_loopback()


def raise_loopback() -> None:
    """Bring up `lo`, which is down in a new network namespace."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        name, flags = IFREQ.unpack(fcntl.ioctl(control, SIOCGIFFLAGS, IFREQ.pack(b"lo", 0)))
        fcntl.ioctl(control, SIOCSIFFLAGS, IFREQ.pack(name, flags | IFF_UP))


def main(command: list[str]) -> None:
    """Enter the namespaces and execute the command; if that fails, print the reason as one JSON line."""
    try:
        enter()
        os.execvp(command[0], command)
    except (OSError, AttributeError) as error:
        message = f"This system does not let you make a network of your own ({error})."
        print(json.dumps({"event": "error", "message": message}), flush=True)
        sys.exit(1)


if __name__ == "__main__":
    main(sys.argv[1:])
