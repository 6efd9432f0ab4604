"""The dashboard's HTTP server: werkzeug's request handling with our own acceptor and worker pool.

werkzeug's threaded server starts a thread for every connection and waits on it without a limit of time or number. Here
the acceptor collects whole requests in one thread and a bounded pool answers them.
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
"""How long one write of a response may take before the reader is given up."""

LINGER_SECONDS = 0.2
LINGER_BYTES = 1024 * 1024
"""After an answer to a request that was not read whole: how long, and how much of the rest, is read and thrown away, so
that the answer is not lost in a reset."""

HOST = "127.0.0.1"

log = logging.getLogger(__name__)


class Handler(WSGIRequestHandler):
    """Answers one request that has arrived already. `request` is the `Arrival`."""

    protocol_version = "HTTP/1.1"
    request: Arrival

    def setup(self) -> None:
        self.connection = self.request.connection
        self.connection.settimeout(SEND_SECONDS)
        self.rfile = io.BytesIO(self.request.received)
        self.wfile = _Writer(self.connection)

    def make_environ(self) -> WSGIEnvironment:
        """werkzeug's environ, with the socket that a WebSocket may have."""
        environ = super().make_environ()
        if "HTTP_UPGRADE" in environ:
            environ["werkzeug.socket"] = ClientSocket(self.connection, self.rfile.read())
        return environ

    def finish(self) -> None:
        """Where the client may still be sending, let it hear the answer before the connection is closed."""
        if not self.request.is_whole:
            with contextlib.suppress(OSError):  # slow or gone: it had its chance
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
        """Reject what is not HTTP, without repeating any of it."""
        self.request_version = self.protocol_version  # http.server answers a bad request line without a head otherwise
        self.send_response(int(code))
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
        self.send_header("Content-Length", "0")
        self.send_header("Connection", "close")
        self.end_headers()

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Requests are not logged: a page asks ten times a second."""

    def log(self, type: str, message: str, *args: Any) -> None:
        log.log(logging.ERROR if type == "error" else logging.DEBUG, message, *args)


class _Writer(io.BufferedIOBase):
    """Writes whole pieces to a socket, each within the socket's time limit."""

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
        listener.close()  # the server has a duplicate of its own
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
    """A socket that listens on `port` of this machine alone (0: any free one).

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
