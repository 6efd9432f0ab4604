"""Runs a program in another network namespace: a new one that contains only loopback, or an existing one.

    python network_namespace.py new COMMAND [ARGUMENT...]
    python network_namespace.py send SOCKET
    python network_namespace.py enter NETWORK COMMAND [ARGUMENT...]
    python network_namespace.py enter-unprivileged NETWORK RESOLV_CONF COMMAND [ARGUMENT...]

SOCKET and NETWORK are inherited file descriptors: of a Unix socket over which the file descriptor of a new network is
sent, and of a network namespace (network_namespaces(7)). RESOLV_CONF is a file that the command sees in place of
/etc/resolv.conf; it may be empty.

If this user may not create or enter a network namespace, it is owned by a new user namespace, in which the user has all
rights over that network: enough to capture packets there. The user and group IDs stay the same. Open file descriptors
stay open and continue to belong to the network in which they were created; this lets a relay connect two networks.

This file is run as a program by its path and imports nothing from the project: only a process with a single thread
can enter a user namespace, and importing numpy already starts more threads.
"""

from __future__ import annotations

import ctypes
import errno
import fcntl
import json
import os
import signal
import socket
import struct
import sys
from pathlib import Path

# From <linux/sched.h>, <linux/mount.h>, <linux/nsfs.h>, <linux/sockios.h> and <linux/if.h>. os.unshare and os.setns
# come only with Python 3.12.
CLONE_NEWNS = 0x00020000
CLONE_NEWUSER = 0x10000000
CLONE_NEWNET = 0x40000000
MS_BIND, MS_REC, MS_SLAVE = 0x1000, 0x4000, 0x80000
NS_GET_USERNS = 0xB701
SIOCGIFFLAGS = 0x8913
SIOCSIFFLAGS = 0x8914
IFF_UP = 0x1
IFREQ = struct.Struct("16sh22x")
"""struct ifreq: the interface's name and its flags, padded to the union's 24 bytes."""

# From <linux/capability.h> and <linux/prctl.h>.
CAPABILITY_VERSION_3 = 0x20080522
CAPABILITIES = struct.Struct("=6I")
"""struct __user_cap_data_struct, twice: effective, permitted and inheritable, low words and then high words."""
NETWORK_RIGHTS = 1 << 12 | 1 << 13  # CAP_NET_ADMIN, CAP_NET_RAW
PR_CAP_AMBIENT = 47
PR_CAP_AMBIENT_RAISE = 2

SETTINGS = {
    "kernel.unprivileged_userns_clone": ("0", "1"),
    "kernel.apparmor_restrict_unprivileged_userns": ("1", "0"),
    "user.max_user_namespaces": ("0", "10000"),
    "user.max_net_namespaces": ("0", "10000"),
}
"""The kernel settings that forbid namespaces: the value that forbids them, and one that allows them."""

PROC_SYS = Path("/proc/sys")

_libc = ctypes.CDLL(None, use_errno=True)


def create() -> None:
    """Move this process into a new network namespace with loopback up, and if needed into a new user namespace.

    Raises:
        OSError: the kernel or its settings do not allow this user to do that.
    """
    user, group = os.getuid(), os.getgid()
    if not has_network_rights() or not _permitted(_libc.unshare(CLONE_NEWNET)):
        _checked(_libc.unshare(CLONE_NEWUSER | CLONE_NEWNET))
        # user_namespaces(7): without CAP_SETGID outside, setgroups must be denied before a group may be mapped.
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
        Path("/proc/self/gid_map").write_text(f"{group} {group} 1")
    raise_loopback()


def enter(network: int) -> None:
    """Move this process into an existing network namespace, and if needed into the user namespace that owns it.

    Raises:
        OSError: this user may not enter it.
    """
    if not has_network_rights() or not _permitted(_libc.setns(network, CLONE_NEWNET)):
        _checked(_libc.setns(fcntl.ioctl(network, NS_GET_USERNS), CLONE_NEWUSER))
        _checked(_libc.setns(network, CLONE_NEWNET))


def has_network_rights() -> bool:
    """Whether this process may capture on networks of its user namespace and configure them. Root may not, in many
    containers.
    """
    status = Path("/proc/self/status").read_text()
    effective = int(status.partition("CapEff:")[2].split()[0], 16)
    return effective & NETWORK_RIGHTS == NETWORK_RIGHTS


def raise_loopback() -> None:
    """Bring up `lo`, which is down in a new network namespace."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        name, flags = IFREQ.unpack(fcntl.ioctl(control, SIOCGIFFLAGS, IFREQ.pack(b"lo", 0)))
        fcntl.ioctl(control, SIOCSIFFLAGS, IFREQ.pack(name, flags | IFF_UP))


def replace_file(path: str, by: str) -> None:
    """Let this process, and those that it starts, see the file `by` in place of `path` (mount_namespaces(7))."""
    _checked(_libc.unshare(CLONE_NEWNS))
    _checked(_libc.mount(None, b"/", None, MS_REC | MS_SLAVE, None))
    _checked(_libc.mount(os.fsencode(by), os.fsencode(os.path.realpath(path)), None, MS_BIND, None))


def keep_capabilities() -> None:
    """Let the programs that this process executes have its capabilities, though its user is not root
    (capabilities(7), ambient set).
    """
    head = struct.pack("=Ii", CAPABILITY_VERSION_3, 0)
    data = ctypes.create_string_buffer(CAPABILITIES.size)
    _checked(_libc.capget(head, data))
    effective, permitted, _, effective_high, permitted_high, _ = CAPABILITIES.unpack(data.raw)
    held = CAPABILITIES.pack(effective, permitted, permitted, effective_high, permitted_high, permitted_high)
    _checked(_libc.capset(head, held))
    for capability in range(64):
        if (permitted_high << 32 | permitted) >> capability & 1:
            _checked(_libc.prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, capability, 0, 0))


def why_not(error: OSError) -> str:
    """Why no network could be created, and what to do about it."""
    said = f"This system does not let you create a private network ({error.strerror})"
    for name, (forbids, allows) in SETTINGS.items():
        setting = PROC_SYS.joinpath(*name.split("."))
        if setting.exists() and setting.read_text().strip() == forbids:
            return (
                f"{said}, because {name} is {forbids}. “sudo sysctl -w {name}={allows}” allows it until the next "
                "reboot; root always may."
            )
    if error.errno in (errno.ENOSPC, errno.EUSERS):
        return f"{said}: there are already as many namespaces as user.max_net_namespaces and similar limits allow."
    return (
        f"{said}. In a container, that requires the capability SYS_ADMIN (docker run --cap-add SYS_ADMIN), or a "
        "seccomp "
        "profile that allows user namespaces; elsewhere, root may."
    )


def main(arguments: list[str]) -> None:
    """Run as a program; if it fails, print the reason as one JSON line."""
    if signal.getsignal(signal.SIGINT) == signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # ends this program without a traceback
    try:
        match arguments:
            case ["new", *command]:
                create()
                keep_capabilities()
                os.execvp(command[0], command)
            case ["send", connection]:
                create()
                with socket.socket(fileno=int(connection)) as receiver:
                    socket.send_fds(receiver, [b"."], [os.open("/proc/self/ns/net", os.O_RDONLY)])
            case ["enter", network, *command]:
                _enter(int(network))
                keep_capabilities()
                os.execvp(command[0], command)
            case ["enter-unprivileged", network, resolv_conf, *command]:
                _enter(int(network))
                if resolv_conf:
                    replace_file("/etc/resolv.conf", resolv_conf)
                os.execvp(command[0], command)
    except OSError as error:
        is_new = arguments[0] in ("new", "send")
        refusal = f"This user may not enter that network ({error.strerror}). Run it with sudo."
        message = why_not(error) if is_new else refusal
        print(json.dumps({"event": "error", "kind": "CaptureRefused", "message": message}), flush=True)
        sys.exit(1)


def _enter(network: int) -> None:
    os.set_inheritable(network, False)
    enter(network)


def _permitted(result: int) -> bool:
    """Whether the call succeeded; False if this user may not do that. Raises OSError for other failures."""
    if result and ctypes.get_errno() == errno.EPERM:
        return False
    _checked(result)
    return True


def _checked(result: int) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


if __name__ == "__main__":
    main(sys.argv[1:])
