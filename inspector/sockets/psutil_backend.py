"""Gets sockets and their holders from psutil, for systems without netlink and /proc.

psutil provides neither the kernel's statistics nor inodes. On macOS, only root can see the sockets of other users; on
Windows, the file descriptor of a socket is not available.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from inspector.errors import InspectorError
from inspector.sockets.holders import Holder
from inspector.sockets.kernel import KernelSocket
from inspector.tables.addresses import with_port
from inspector.tcp.states import State

if TYPE_CHECKING:
    from inspector.sockets.holders import End

STATES = {
    "ESTABLISHED": State.ESTABLISHED,
    "SYN_SENT": State.SYN_SENT,
    "SYN_RECV": State.SYN_RECEIVED,
    "FIN_WAIT1": State.FIN_WAIT_1,
    "FIN_WAIT2": State.FIN_WAIT_2,
    "TIME_WAIT": State.TIME_WAIT,
    "CLOSE": State.CLOSED,
    "CLOSE_WAIT": State.CLOSE_WAIT,
    "LAST_ACK": State.LAST_ACK,
    "LISTEN": State.LISTEN,
    "CLOSING": State.CLOSING,
}
"""The states of the RFC by psutil's names."""

NO_NUMBER = -1
"""psutil's value for an unknown file descriptor."""


def look() -> list[End]:
    """Every TCP socket that psutil shows.

    Raises:
        InspectorError: psutil is not installed, or this user is not permitted to see the sockets.
    """
    try:
        import psutil
    except ImportError:
        raise InspectorError(
            "On this system Wireglass lists sockets with psutil, which is not installed: pip install psutil."
        ) from None
    try:
        found = psutil.net_connections(kind="tcp")
    except psutil.AccessDenied:
        raise InspectorError("This system shows its sockets only to root: run this with sudo.") from None
    names = {process.pid: process.info["name"] or str(process.pid) for process in psutil.process_iter(["name"])}
    return [_end(one, names) for one in found if one.status in STATES]


def _end(one: Any, names: dict[int, str]) -> End:
    from inspector.sockets.holders import End

    has_holder = one.pid is not None and one.fd != NO_NUMBER
    holders = (Holder(one.pid, names.get(one.pid, str(one.pid)), one.fd),) if has_holder else ()
    return End(KernelSocket(_text(one.laddr), _text(one.raddr), STATES[one.status], 0, 0, 0, 0), holders)


def _text(address: Any) -> str:
    """The endpoint as `ip:port`, or `0.0.0.0:0` if it is missing because the socket is not connected."""
    if not address:
        return "0.0.0.0:0"
    host = address.ip.removeprefix("::ffff:") if "." in address.ip else address.ip
    return with_port(host, address.port)
