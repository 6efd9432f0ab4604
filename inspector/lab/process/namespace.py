"""Runs a command in a private network: a user namespace and a network namespace that contains only loopback.

    python namespace.py COMMAND [ARGUMENT...]

There an ordinary user may capture packets, because the network is the user's own. Open file descriptors stay open and
keep belonging to the network they were made in: that is how a relay can stand with one leg on either side.

This file is run as a program by its path and imports nothing of the project: a user namespace can only be entered by a
process that has a single thread, and importing numpy already starts more.
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
    """Move this process into new user and network namespaces, as their root, with loopback up.

    Raises:
        OSError: the kernel or its settings do not allow that to this user.
    """
    user, group = os.getuid(), os.getgid()
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    # user_namespaces(7): without CAP_SETGID outside, setgroups must be given up before a group may be mapped.
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"0 {user} 1")
    Path("/proc/self/gid_map").write_text(f"0 {group} 1")
    raise_loopback()


def raise_loopback() -> None:
    """Switch on `lo`: a new network namespace has it switched off."""
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
