"""The socket of one feed client, as simple-websocket uses it.

simple-websocket writes from two threads without a lock, takes a short `send` for a whole one, waits for ever on a
browser that stopped reading, and keeps whatever a browser sends. This socket makes all four impossible.
"""

from __future__ import annotations

import contextlib
import selectors
import socket
import threading
import time
from collections.abc import Callable

PIECE = 16 * 1024
"""Bytes given to the kernel at a time, the unit of progress."""

SEND_BUFFER = 128 * 1024
"""Bytes that the kernel keeps for a client that does not read: by itself it would keep megabytes, soon out of date."""

STUCK_SECONDS = 10.0
"""A client that accepts no byte for this long is disconnected."""

INBOUND_BURST = 64 * 1024
INBOUND_PER_SECOND = 8 * 1024
"""Bytes a client may send at once, and in the long run: our page sends one short line. More is an attack on memory."""


class ClientSocket:
    """A connected TCP socket that writes whole pieces in turn, gives up on the stuck and reads within a budget.

    Has what simple-websocket uses of a socket: `send`, `recv` and `close`. The descriptor stays the property of the
    server, which closes it when the request is over; `close` here only ends the conversation, so that no thread ever
    writes to a number that the system has given to somebody else.
    """

    def __init__(
        self,
        sock: socket.socket,
        early: bytes = b"",
        stuck_seconds: float = STUCK_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Take over `sock`; `early` are bytes that were read from it already and not yet understood."""
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
            OSError: the client is gone, or took nothing for `stuck_seconds` and was cut off.
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
        """The next bytes, waiting for them; b"" at the end, or once the client has sent more than it may."""
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
        """End both directions; what was sent is still delivered, and every thread waiting here wakes."""
        with contextlib.suppress(OSError):  # the other end was quicker
            self._sock.shutdown(socket.SHUT_RDWR)

    def _wait(self, event: int, seconds: float | None) -> bool:
        with _Selector() as selector:
            try:
                selector.register(self._sock, event)
            except ValueError:
                raise ConnectionError("the socket is closed") from None
            return bool(selector.select(seconds))


_Selector: type[selectors.BaseSelector] = getattr(selectors, "PollSelector", selectors.SelectSelector)
"""Waits on one descriptor without opening another, where the system can."""
