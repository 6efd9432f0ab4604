"""Sockets and their holders from psutil: for systems without netlink and /proc.

It knows neither the kernel's figures nor inodes, and on macOS only root sees the sockets of others; on Windows a
socket's number is not told at all.
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
"""psutil's words in the RFC's."""

NO_NUMBER = -1
"""psutil's value for an unknown descriptor number."""


def look() -> list[End]:
    """Every TCP socket that psutil shows us.

    Raises:
        InspectorError: psutil is missing, or this user may not look.
    """
    try:
        import psutil
    except ImportError:
        raise InspectorError("Sockets are shown here through psutil, which is missing: pip install psutil.") from None
    try:
        found = psutil.net_connections(kind="tcp")
    except psutil.AccessDenied:
        raise InspectorError("This system shows its sockets to root alone: run this with sudo.") from None
    names = {process.pid: process.info["name"] or str(process.pid) for process in psutil.process_iter(["name"])}
    return [_end(one, names) for one in found if one.status in STATES]


def _end(one: Any, names: dict[int, str]) -> End:
    from inspector.sockets.holders import End

    has_holder = one.pid is not None and one.fd != NO_NUMBER
    holders = (Holder(one.pid, names.get(one.pid, str(one.pid)), one.fd),) if has_holder else ()
    return End(KernelSocket(_text(one.laddr), _text(one.raddr), STATES[one.status], 0, 0, 0, 0), holders)


def _text(address: Any) -> str:
    """`ip:port`; an end that is not connected has the port 0."""
    if not address:
        return "0.0.0.0:0"
    host = address.ip.removeprefix("::ffff:") if "." in address.ip else address.ip
    return with_port(host, address.port)
