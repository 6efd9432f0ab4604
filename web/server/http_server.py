"""The dashboard's HTTP server: werkzeug's request handling with our own acceptor and worker pool.

werkzeug's threaded server starts a thread for every connection, with no limit on their number or on how long they wait.
Here the acceptor collects whole requests in one thread, and a bounded pool of threads responds to them.
"""

from __future__ import annotations

import contextlib
import functools
import io
import logging
import socket
from typing import TYPE_CHECKING, Any, cast

from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler

from web.server.acceptor import Acceptor, Arrival
from web.server.feed_socket import ClientSocket
from web.server.worker_pool import WorkerPool

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication, WSGIEnvironment

SEND_SECONDS = 10.0
"""How long one write of a response may take before the client is disconnected."""

LINGER_SECONDS = 0.2
LINGER_BYTES = 1024 * 1024
"""After the response to a request that was not read completely, the rest of the request is read and discarded, for at
most this time and this number of bytes, so that the response is not lost in a reset."""

HOST = "127.0.0.1"

log = logging.getLogger(__name__)


class Handler(WSGIRequestHandler):
    """Responds to one request that has already arrived; `request` is the `Arrival`."""

    protocol_version = "HTTP/1.1"
    request: Arrival

    def setup(self) -> None:
        self.connection = self.request.connection
        self.connection.settimeout(SEND_SECONDS)
        self.rfile = io.BytesIO(self.request.received)
        self.wfile = _Writer(self.connection)

    def make_environ(self) -> WSGIEnvironment:
        """werkzeug's environ; for an upgrade request, it contains the socket for the WebSocket connection."""
        environ = super().make_environ()
        if "HTTP_UPGRADE" in environ:
            environ["werkzeug.socket"] = ClientSocket(self.connection, self.rfile.read())
        return environ

    def finish(self) -> None:
        """If the client may still be sending, let it receive the response before the connection is closed."""
        if not self.request.is_whole:
            with contextlib.suppress(OSError):  # the client was too slow, or is gone
                self._linger()

    def _linger(self) -> None:
        self.connection.shutdown(socket.SHUT_WR)
        self.connection.settimeout(LINGER_SECONDS)
        thrown = 0
        while thrown < LINGER_BYTES and (data := self.connection.recv(65536)):
            thrown += len(data)

    def version_string(self) -> str:
        return "Wireglass"

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Reject a request that is not valid HTTP, without repeating any part of it."""
        self.request_version = self.protocol_version  # otherwise http.server sends no header after a bad request line
        self.send_response(int(code))
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
        self.send_header("Content-Length", "0")
        self.send_header("Connection", "close")
        self.end_headers()

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Log nothing: a page sends ten requests per second."""

    def log(self, type: str, message: str, *args: Any) -> None:
        log.log(logging.ERROR if type == "error" else logging.DEBUG, message, *args)


class _Writer(io.BufferedIOBase):
    """Writes data completely to a socket; each write is subject to the socket's timeout."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._connection.sendall(data)
        return len(data)


class Server(BaseWSGIServer):
    """Serves `app` on a listening socket, which it takes over."""

    multithread = True

    def __init__(self, app: WSGIApplication, listener: socket.socket) -> None:
        host, port = listener.getsockname()[:2]
        super().__init__(host, port, app, handler=Handler, fd=listener.fileno())
        listener.close()  # the server has its own duplicate of the descriptor
        self._pool = WorkerPool()
        self._acceptor = Acceptor(self.socket, self._arrived)

    def serve_forever(self, poll_interval: float = 0.5) -> None:
        """Serve requests until `shutdown`; the calling thread becomes the acceptor."""
        try:
            self._acceptor.run()
        finally:
            self.server_close()

    def shutdown(self) -> None:
        self._acceptor.stop()

    def _arrived(self, arrival: Arrival) -> None:
        if not self._pool.submit(functools.partial(self._answer, arrival)):
            arrival.connection.close()

    def _answer(self, arrival: Arrival) -> None:
        try:
            Handler(cast(Any, arrival), arrival.address, self)
        finally:
            arrival.connection.close()


def listen(port: int, host: str = HOST) -> socket.socket:
    """Return a socket that listens on `port` (0: any free port), reachable only from this machine by default.

    Raises:
        OSError: the port is taken.
    """
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(128)
    except OSError:
        listener.close()
        raise
    return listener
