"""The socket of one feed client, in the form that simple-websocket uses.

simple-websocket writes from two threads without a lock, treats a partial `send` as complete, waits forever for a
browser that has stopped reading, and keeps everything that a browser sends. This socket prevents all four problems.
"""

from __future__ import annotations

import contextlib
import selectors
import socket
import threading
import time
from collections.abc import Callable

PIECE = 16 * 1024
"""Maximum number of bytes passed to the kernel at a time; the time limit applies to each such piece."""

SEND_BUFFER = 128 * 1024
"""Size in bytes of the kernel's send buffer. By default the kernel would buffer megabytes for a client that does not
read, and they would soon be out of date."""

STUCK_SECONDS = 10.0
"""A client that accepts no byte for this long is disconnected."""

INBOUND_BURST = 64 * 1024
INBOUND_PER_SECOND = 8 * 1024
"""The number of bytes that a client may send at once, and per second in the long run. Our page sends one short line; a
client that sends more than this is trying to exhaust memory."""


class ClientSocket:
    """A connected TCP socket that serialises writes, disconnects a client that stops reading, and limits how much it
    reads.

    It has the methods of a socket that simple-websocket uses: `send`, `recv` and `close`. The server keeps the file
    descriptor and closes it when the request has ended; `close` only shuts the connection down, so that no thread ever
    writes to a descriptor that the system has reused.
    """

    def __init__(
        self,
        sock: socket.socket,
        early: bytes = b"",
        stuck_seconds: float = STUCK_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Take over `sock`; `early` are bytes that were already read from it but not yet processed."""
        sock.setblocking(False)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
        self._sock = sock
        self._early = early
        self._stuck_seconds = stuck_seconds
        self._clock = clock
        self._writing = threading.Lock()
        self._budget = float(INBOUND_BURST)
        self._counted = clock()

    def fileno(self) -> int:
        return self._sock.fileno()

    def send(self, data: bytes) -> int:
        """Write all of `data`; concurrent calls are serialised.

        Raises:
            OSError: the client is gone, or it read nothing for `stuck_seconds` and was disconnected.
        """
        with self._writing:
            rest = memoryview(data)
            while rest:
                rest = rest[self._send_piece(rest[:PIECE]) :]
        return len(data)

    def _send_piece(self, piece: memoryview) -> int:
        while True:
            try:
                return self._sock.send(piece)
            except BlockingIOError:
                if not self._wait(selectors.EVENT_WRITE, self._stuck_seconds):
                    self.close()
                    raise TimeoutError(f"the client read nothing for {self._stuck_seconds:g} s") from None

    def recv(self, size: int) -> bytes:
        """Wait for the next bytes and return them; b"" at the end of the stream, or if the client has sent too much."""
        data = self._early or self._receive(size)
        self._early = b""
        now = self._clock()
        self._budget = min(INBOUND_BURST, self._budget + (now - self._counted) * INBOUND_PER_SECOND) - len(data)
        self._counted = now
        if self._budget < 0:
            self.close()
            return b""
        return data

    def _receive(self, size: int) -> bytes:
        while True:
            try:
                return self._sock.recv(size)
            except BlockingIOError:
                self._wait(selectors.EVENT_READ, None)

    def close(self) -> None:
        """Shut both directions down. Data that was sent is still delivered, and threads waiting on the socket wake
        up.
        """
        with contextlib.suppress(OSError):  # the other end has already closed the connection
            self._sock.shutdown(socket.SHUT_RDWR)

    def _wait(self, event: int, seconds: float | None) -> bool:
        with _Selector() as selector:
            try:
                selector.register(self._sock, event)
            except ValueError:
                raise ConnectionError("the socket is closed") from None
            return bool(selector.select(seconds))


_Selector: type[selectors.BaseSelector] = getattr(selectors, "PollSelector", selectors.SelectSelector)
"""The selector class that waits for one descriptor without opening another one, where the system has such a class."""
