"""Steady traffic on loopback: small requests and responses on one connection, and a new connection now and then."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import sys
import threading
import time
from types import TracebackType
from typing import Self

RATE = 5_000
"""Packets per second: a request and a response, each of which acknowledges the other."""

ASKER = """
import socket, sys, time
connection = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
rate, begin, asked = int(sys.argv[2]) / 2, time.perf_counter(), 0
question = b"GET /tick HTTP/1.1\\r\\nHost: bench\\r\\n\\r\\n"
while True:
    connection.sendall(question)
    if not connection.recv(4096):
        break
    asked += 1
    ahead = begin + asked / rate - time.perf_counter()
    if ahead > 0:
        time.sleep(ahead)
"""
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


class Trickle:
    """A server with one busy client, from `start` to the end of the block; `marks` holds the time of each mark."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self.marks: dict[int, float] = {}
        """By the client's port: milliseconds since 1970."""
        self._asker: subprocess.Popen[bytes] | None = None
        threading.Thread(target=self._serve, daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._asker:
            self._asker.kill()
            self._asker.wait()
        self._listener.close()

    def start(self) -> None:
        """Let the busy client ask."""
        self._asker = subprocess.Popen([sys.executable, "-c", ASKER, str(self.port), str(RATE)])

    def mark(self) -> None:
        """One connection of its own, with one request."""
        begin = time.time() * 1000
        with socket.create_connection(("127.0.0.1", self.port)) as connection:
            self.marks[connection.getsockname()[1]] = begin
            connection.sendall(b"GET /mark HTTP/1.1\r\nHost: bench\r\n\r\n")
            connection.recv(4096)

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:  # the block is over
                return
            threading.Thread(target=_answer, args=(connection,), daemon=True).start()


def _answer(connection: socket.socket) -> None:
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    with connection, contextlib.suppress(ConnectionError):  # the busy client is ended in the midst of a question
        while connection.recv(4096):
            connection.sendall(ANSWER)
