"""Listening sockets on loopback, on the usual port where it is free."""

from __future__ import annotations

import socket

from inspector.errors import LabError

LOOPBACK = "127.0.0.1"

NEIGHBOURS = 20
"""Ports tried in turn from the wished one, so that the address stays easy to read; after them any free one."""

BACKLOG = 128
LAST_PORT = 65535


def listen(wished: int) -> socket.socket:
    """A socket listening on 127.0.0.1, on the wished port or the next free one.

    Raises:
        LabError: no port of this machine is free, or loopback is not there.
    """
    for port in [*range(wished, min(wished + NEIGHBOURS, LAST_PORT + 1)), 0]:
        try:
            return listen_exactly(port)
        except OSError as error:
            reason = error
    raise LabError(f"No port of {LOOPBACK} could be opened: {reason.strerror}. Is the loopback interface up?")


def listen_exactly(port: int) -> socket.socket:
    """A socket listening on this port of 127.0.0.1; OSError where that is taken."""
    return socket.create_server((LOOPBACK, port), backlog=BACKLOG)


def port_of(listener: socket.socket) -> int:
    """The port number that the socket is bound to."""
    port: int = listener.getsockname()[1]
    return port
