"""The operating system's side of the connections of this machine: which sockets the kernel holds, and in which state.

Linux tells it over netlink (sock_diag(7)): one question, every TCP socket in the answer, with the inode by which a
process's file descriptors name it.
"""

from __future__ import annotations

import socket
import struct
import sys
from collections.abc import Iterator
from dataclasses import dataclass

from inspector.errors import InspectorError
from inspector.tcp.states import State

# From <linux/netlink.h>, <linux/sock_diag.h> and <linux/inet_diag.h>.
NETLINK_SOCK_DIAG = 4
SOCK_DIAG_BY_FAMILY = 20
NLM_F_REQUEST_DUMP = 0x301
NLMSG_ERROR = 2
NLMSG_DONE = 3
HEADER = struct.Struct("=IHHII")
"""struct nlmsghdr: length, type, flags, sequence, port."""
REQUEST = struct.Struct("=BBBxI48x")
"""struct inet_diag_req_v2: family, protocol, extensions, states, and a socket id left empty: all of them."""
MESSAGE = struct.Struct("=BBBB2s2s16s16s4x8xIIIII")
"""struct inet_diag_msg: family, state, timer, retransmits, ports, addresses, expires, queues, uid, inode."""

ALL_STATES = 0xFFFFFFFF
ANSWER_BYTES = 1 << 16

KERNEL_STATES = {
    1: State.ESTABLISHED,
    2: State.SYN_SENT,
    3: State.SYN_RECEIVED,
    4: State.FIN_WAIT_1,
    5: State.FIN_WAIT_2,
    6: State.TIME_WAIT,
    7: State.CLOSED,
    8: State.CLOSE_WAIT,
    9: State.LAST_ACK,
    10: State.LISTEN,
    11: State.CLOSING,
    12: State.SYN_RECEIVED,  # a connection request that has no socket of its own yet
}
"""Linux's numbers (<net/tcp_states.h>) in the RFC's words."""


@dataclass(frozen=True, slots=True)
class KernelSocket:
    """One TCP socket as the kernel reports it; `inode` is 0 when no process has a file descriptor for it."""

    local: str
    remote: str
    state: State
    inode: int
    uid: int
    unread: int
    """Bytes received and not read yet; of a listening socket, connections that nobody has accepted yet."""
    unacknowledged: int
    """Bytes sent and not acknowledged yet; of a listening socket, how many connections may wait."""


def tcp_sockets() -> list[KernelSocket]:
    """Every TCP socket of this network namespace.

    Raises:
        InspectorError: not Linux, or the kernel does not answer.
    """
    if not sys.platform.startswith("linux"):
        raise InspectorError("The kernel's table of sockets can be read on Linux only.")
    try:
        with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_SOCK_DIAG) as netlink:
            return [found for family in (socket.AF_INET, socket.AF_INET6) for found in _dump(netlink, family)]
    except OSError as error:
        raise InspectorError(f"The kernel does not show its sockets: {error.strerror}.") from error


def _dump(netlink: socket.socket, family: int) -> Iterator[KernelSocket]:
    request = REQUEST.pack(family, socket.IPPROTO_TCP, 0, ALL_STATES)
    netlink.send(HEADER.pack(HEADER.size + REQUEST.size, SOCK_DIAG_BY_FAMILY, NLM_F_REQUEST_DUMP, 1, 0) + request)
    while True:
        answer = netlink.recv(ANSWER_BYTES)
        at = 0
        while at < len(answer):
            length, kind, _, _, _ = HEADER.unpack_from(answer, at)
            if kind == NLMSG_DONE:
                return
            if kind == NLMSG_ERROR:
                number = -struct.unpack_from("=i", answer, at + HEADER.size)[0]
                raise OSError(number, "sock_diag was refused")
            yield _socket(answer, at + HEADER.size)
            at += (length + 3) & ~3


def _socket(answer: bytes, at: int) -> KernelSocket:
    fields = MESSAGE.unpack_from(answer, at)
    family, state, _, _, local_port, remote_port, local, remote, _, unread, unacknowledged, uid, inode = fields
    return KernelSocket(
        _endpoint(family, local, local_port),
        _endpoint(family, remote, remote_port),
        KERNEL_STATES[state],
        inode,
        uid,
        unread,
        unacknowledged,
    )


def _endpoint(family: int, address: bytes, port: bytes) -> str:
    """`ip:port` as rows write it; an IPv4 connection of an IPv6 socket counts as IPv4, as on the wire."""
    number = int.from_bytes(port, "big")
    if family == socket.AF_INET:
        return f"{socket.inet_ntop(socket.AF_INET, address[:4])}:{number}"
    if address[:12] == bytes(10) + b"\xff\xff":
        return f"{socket.inet_ntop(socket.AF_INET, address[12:])}:{number}"
    return f"[{socket.inet_ntop(socket.AF_INET6, address)}]:{number}"
