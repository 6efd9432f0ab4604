"""Listening sockets on loopback, on the requested port if it is free."""

from __future__ import annotations

import socket

from inspector.errors import LabError

LOCALHOST = "127.0.0.1"

NEIGHBOURS = 20
"""How many ports are tried in turn, starting with the requested one, so that the address stays easy to read. After
them, any free port is used."""

BACKLOG = 128
LAST_PORT = 65535


def listen(wished: int) -> socket.socket:
    """Return a socket that listens on 127.0.0.1, on the port `wished` or the next free one.

    Raises:
        LabError: no port of this machine is free, or there is no loopback interface.
    """
    for port in [*range(wished, min(wished + NEIGHBOURS, LAST_PORT + 1)), 0]:
        try:
            return listen_exactly(port)
        except OSError as error:
            reason = error
    raise LabError(f"No port of {LOCALHOST} could be opened: {reason.strerror}. Is the loopback interface up?")


def listen_exactly(port: int) -> socket.socket:
    """Return a socket that listens on this port of 127.0.0.1. Raises OSError if the port is taken."""
    return socket.create_server((LOCALHOST, port), backlog=BACKLOG)


def port_of(listener: socket.socket) -> int:
    """The port number that the socket is bound to."""
    port: int = listener.getsockname()[1]
    return port
