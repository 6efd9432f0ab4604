"""Real loopback traffic, and the engine's view of what was captured of it."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

PATIENCE = 60.0
"""Seconds after which something that should happen has not."""


@contextmanager
def conversation() -> Iterator[tuple[socket.socket, socket.socket]]:
    """A TCP connection over loopback: the client's end and the server's."""
    with (
        socket.create_server(("127.0.0.1", 0)) as listener,
        socket.create_connection(listener.getsockname(), PATIENCE) as client,
        listener.accept()[0] as server,
    ):
        yield client, server


@contextmanager
def datagrams() -> Iterator[tuple[socket.socket, int]]:
    """A UDP socket to send with, and its destination port, on which nobody listens."""
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender,
    ):
        receiver.bind(("127.0.0.1", 0))
        sender.connect(receiver.getsockname())
        yield sender, receiver.getsockname()[1]


def transfer(client: socket.socket, server: socket.socket, size: int) -> None:
    """Send `size` bytes from client to server, as fast as possible."""
    left = size

    def receive() -> None:
        nonlocal left
        while left:
            left -= len(server.recv(1 << 20))

    receiver = threading.Thread(target=receive)
    receiver.start()
    client.sendall(bytes(size))
    receiver.join(PATIENCE)
    assert not left
