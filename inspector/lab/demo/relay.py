"""A relay between two networks: from a socket of the outer network to the same port in the network of this process.

The browser connects to the outer socket. The inner connection uses the private loopback and is what the capture sees.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from typing import Self

from inspector.lab.process.ports import LOCALHOST, port_of
from inspector.lab.process.reported_socket import ReportedSocket

MOST_CONNECTIONS = 64
"""Maximum number of connections relayed at the same time; further ones are closed immediately."""

PIECE = 1 << 16
"""Maximum number of bytes relayed at a time."""


class Relay:
    """Relays the connections to one listening socket."""

    def __init__(self, listener: socket.socket) -> None:
        self._listener = listener
        self._port = port_of(listener)
        self._connections: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    @classmethod
    async def start(cls, listener: socket.socket) -> Self:
        """Start accepting connections."""
        relay = cls(listener)
        relay._server = await asyncio.start_server(relay._accept, sock=listener, limit=PIECE)
        return relay

    async def stop(self) -> None:
        """Stop accepting connections and close the open ones."""
        if self._server:
            self._server.close()
        for connection in self._connections:
            connection.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if len(self._connections) >= MOST_CONNECTIONS:
            writer.transport.abort()
            return
        task = asyncio.current_task()
        assert task is not None, "a coroutine runs in a task"
        self._connections.add(task)
        try:
            await self._connect(reader, writer)
        finally:
            self._connections.discard(task)
            writer.close()

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        inner = ReportedSocket()
        try:
            inner.setblocking(False)
            await asyncio.get_running_loop().sock_connect(inner, (LOCALHOST, self._port))
            inner_reader, inner_writer = await asyncio.open_connection(sock=inner, limit=PIECE)
        except OSError:
            inner.close()
            writer.transport.abort()
            return
        try:
            await asyncio.gather(carry(reader, inner_writer), carry(inner_reader, writer))
        finally:
            inner_writer.close()


async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Copy bytes in one direction until the stream ends, and end the other side in the same way: a FIN as a FIN, a
    reset as a reset.
    """
    try:
        while piece := await reader.read(PIECE):
            writer.write(piece)
            await writer.drain()
        with contextlib.suppress(OSError):
            writer.write_eof()
    except ConnectionError:
        reset(writer)


def reset(writer: asyncio.StreamWriter) -> None:
    """Close the connection with RST instead of FIN."""
    connection = writer.get_extra_info("socket")
    with contextlib.suppress(OSError):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_NOT)
    writer.transport.abort()


LINGER_NOT = b"\x01\x00\x00\x00\x00\x00\x00\x00"
"""struct linger: on, with a timeout of 0. Closing then sends RST (socket(7))."""
