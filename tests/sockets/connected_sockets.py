"""A connection on loopback with both ends in this process, each step taken when the test asks for it."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass


@dataclass
class ConnectedSockets:
    """A listener, and a client that is connected to it; the server's end waits to be accepted."""

    listener: socket.socket
    client: socket.socket
    stack: ExitStack

    @property
    def port(self) -> int:
        return int(self.listener.getsockname()[1])

    @property
    def server_name(self) -> str:
        return _text(self.listener.getsockname())

    @property
    def client_name(self) -> str:
        return _text(self.client.getsockname())

    def accept(self) -> socket.socket:
        """Take the server's end."""
        server, _ = self.listener.accept()
        return self.stack.enter_context(server)


@contextmanager
def connected_sockets(host: str = "127.0.0.1") -> Iterator[ConnectedSockets]:
    """A connection that is closed at the end."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with ExitStack() as stack:
        listener = stack.enter_context(socket.create_server((host, 0), family=family))
        client = stack.enter_context(socket.create_connection(listener.getsockname()[:2]))
        yield ConnectedSockets(listener, client, stack)


def _text(address: tuple[str, int]) -> str:
    host, port = address[:2]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
