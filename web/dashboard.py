"""A session that is served to the browser: the server, and its URL with the key."""

from __future__ import annotations

import socket

from web.api.sources import Sources
from web.app import create_app
from web.auth.keyring import Keyring
from web.server.http_server import Server
from web.session.session import Session


class Dashboard:
    """Serves `session` on a listening socket, which it takes over; `web.listen` creates one."""

    def __init__(self, session: Session, listener: socket.socket) -> None:
        self._session = session
        self._keyring = Keyring()
        host, port = listener.getsockname()[:2]
        self.address = f"http://{host}:{port}/"
        self._sources = Sources(session, port)
        self._server = Server(create_app(session, port, self._keyring, self._sources), listener)

    @property
    def token(self) -> str:
        """The key. Programs send it as `Authorization: Bearer …`."""
        return self._keyring.token

    @property
    def url(self) -> str:
        """The URL with the key in its fragment. Browsers never send the fragment, so the key is in no log and no
        Referer.
        """
        return f"{self.address}#t={self.token}"

    def serve_forever(self) -> None:
        """Run the session and serve requests until `shutdown` or KeyboardInterrupt; then stop the session.

        The socket was already listening, so clients that connected before this call are served now.
        """
        self._session.start()
        try:
            self._server.serve_forever()
        finally:
            self._session.stop()
            self._sources.close()

    def shutdown(self) -> None:
        """Make `serve_forever` return. May be called from any thread."""
        self._server.shutdown()


def serve(session: Session, listener: socket.socket) -> None:
    """Serve `session` on `listener` until interrupted, after printing a line with the URL."""
    dashboard = Dashboard(session, listener)
    print(f"Dashboard: {dashboard.url}", flush=True)
    dashboard.serve_forever()
