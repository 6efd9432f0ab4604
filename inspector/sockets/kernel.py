"""Reads the kernel's table of TCP sockets, with the TCP_INFO of each connection.

Linux provides it over netlink (sock_diag(7)): the response to one request lists every TCP socket, including the inode
to which a process's file descriptors refer.
"""

from __future__ import annotations

import socket
import struct
import sys
from collections.abc import Iterator
from dataclasses import dataclass

from inspector.errors import InspectorError
from inspector.tables.addresses import with_port
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
"""struct inet_diag_req_v2: family, protocol, extensions, states, and an empty socket ID, which selects all sockets."""
MESSAGE = struct.Struct("=BBBB2s2s16s16s4x8xIIIII")
"""struct inet_diag_msg: family, state, timer, retransmits, ports, addresses, expires, queues, uid, inode."""
ATTRIBUTE = struct.Struct("=HH")
"""struct rtattr: length, type."""
INET_DIAG_INFO = 2
"""The type of the attribute that contains struct tcp_info (<linux/tcp.h>), and also the number, counted from 1, of the
bit that requests it."""
TCP_INFO = struct.Struct("=68xII4xI16xIQ36xI")
"""The fields read from struct tcp_info: rtt, rttvar, snd_cwnd, total_retrans, pacing_rate, min_rtt. Older kernels send
a shorter structure."""
INFO_BYTES = 256
UNPACED = (1 << 64) - 1

ALL_STATES = 0xFFFFFFFF
REPLY_BYTES = 1 << 16

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
    12: State.SYN_RECEIVED,  # TCP_NEW_SYN_RECV: a connection request without a socket of its own yet
}
"""The states of the RFC by Linux's numbers (<net/tcp_states.h>)."""


@dataclass(frozen=True, slots=True)
class Figures:
    """The kernel's statistics of a connection (TCP_INFO)."""

    rtt_us: int
    """The smoothed round-trip time (RFC 6298). It is 0 before the first sample, as are the other two times."""
    rtt_variation_us: int
    least_rtt_us: int
    congestion_window: int
    """The number of segments that may be in flight."""
    retransmissions: int
    """The number of retransmitted segments over the whole lifetime of the connection."""
    pacing_rate: int | None
    """The maximum rate at which the connection may send, in bytes per second; None if there is no limit."""


@dataclass(frozen=True, slots=True)
class KernelSocket:
    """One TCP socket as the kernel reports it; `inode` is 0 when no process has a file descriptor for it."""

    local: str
    remote: str
    state: State
    inode: int
    uid: int
    unread: int
    """Bytes received but not read yet; for a listening socket, the number of connections not accepted yet."""
    unacknowledged: int
    """Bytes sent but not acknowledged yet; for a listening socket, the maximum number of connections that may wait."""
    figures: Figures | None = None
    """The statistics of an open connection; None for a listening socket and in TIME-WAIT."""


def tcp_sockets() -> list[KernelSocket]:
    """Every TCP socket of this network namespace.

    Raises:
        InspectorError: this system is not Linux, or the kernel does not provide the table.
    """
    if not sys.platform.startswith("linux"):
        raise InspectorError("The kernel's table of sockets can be read on Linux only.")
    try:
        with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_SOCK_DIAG) as netlink:
            return [found for family in (socket.AF_INET, socket.AF_INET6) for found in _dump(netlink, family)]
    except OSError as error:
        raise InspectorError(f"The kernel does not show its sockets: {error.strerror}.") from error


def _dump(netlink: socket.socket, family: int) -> Iterator[KernelSocket]:
    request = REQUEST.pack(family, socket.IPPROTO_TCP, 1 << (INET_DIAG_INFO - 1), ALL_STATES)
    netlink.send(HEADER.pack(HEADER.size + REQUEST.size, SOCK_DIAG_BY_FAMILY, NLM_F_REQUEST_DUMP, 1, 0) + request)
    while True:
        reply = netlink.recv(REPLY_BYTES)
        at = 0
        while at < len(reply):
            length, kind, _, _, _ = HEADER.unpack_from(reply, at)
            if kind == NLMSG_DONE:
                return
            if kind == NLMSG_ERROR:
                number = -struct.unpack_from("=i", reply, at + HEADER.size)[0]
                raise OSError(number, "sock_diag was refused")
            yield _socket(reply, at + HEADER.size, at + length)
            at += (length + 3) & ~3


def _socket(reply: bytes, at: int, end: int) -> KernelSocket:
    fields = MESSAGE.unpack_from(reply, at)
    family, state, _, _, local_port, remote_port, local, remote, _, unread, unacknowledged, uid, inode = fields
    return KernelSocket(
        _endpoint(family, local, local_port),
        _endpoint(family, remote, remote_port),
        KERNEL_STATES[state],
        inode,
        uid,
        unread,
        unacknowledged,
        _figures(reply, at + MESSAGE.size, end),
    )


def _figures(reply: bytes, at: int, end: int) -> Figures | None:
    """The statistics among the attributes in [at, end); None if there are none."""
    while end - at >= ATTRIBUTE.size:
        length, kind = ATTRIBUTE.unpack_from(reply, at)
        if length < ATTRIBUTE.size:
            break
        if kind == INET_DIAG_INFO and length >= ATTRIBUTE.size + TCP_INFO.size:
            return _tcp_info(reply, at + ATTRIBUTE.size)
        at += (length + 3) & ~3
    return None


def _tcp_info(info: bytes, at: int) -> Figures:
    """The statistics in the struct tcp_info at offset `at`."""
    rtt, variation, window, again, pacing, least = TCP_INFO.unpack_from(info, at)
    never = least == 0xFFFFFFFF  # the kernel's initial value of the minimum
    return Figures(rtt, variation, 0 if never else least, window, again, None if pacing == UNPACED else pacing)


def own_word(one: socket.socket) -> tuple[State, Figures] | None:
    """The kernel's state and statistics of a connection of this process (tcp(7), TCP_INFO).

    Returns None for a listening or closed socket, and if the system does not provide them.
    """
    if not sys.platform.startswith("linux"):
        return None
    info = one.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, INFO_BYTES)
    state = KERNEL_STATES.get(info[0], State.CLOSED)  # the first byte of struct tcp_info
    if state in (State.CLOSED, State.LISTEN) or len(info) < TCP_INFO.size:
        return None
    return state, _tcp_info(info, 0)


def _endpoint(family: int, address: bytes, port: bytes) -> str:
    """The endpoint as `ip:port`, in the form used in the tables; an IPv4 connection of an IPv6 socket is shown as IPv4,
    as on the wire.
    """
    if family == socket.AF_INET:
        host = socket.inet_ntop(socket.AF_INET, address[:4])
    elif address[:12] == bytes(10) + b"\xff\xff":
        host = socket.inet_ntop(socket.AF_INET, address[12:])
    else:
        host = socket.inet_ntop(socket.AF_INET6, address)
    return with_port(host, int.from_bytes(port, "big"))
