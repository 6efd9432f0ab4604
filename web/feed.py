"""The live feed: sends the log of deltas to each page over a WebSocket.

For each client, one thread writes to it, and also drains and counts the messages that the client sends. The client's
socket (`feed_socket.ClientSocket`) limits how much data can accumulate, and disconnects a client that stops reading.
"""

from __future__ import annotations

import contextlib
import functools
import json
import threading
import time
from typing import TYPE_CHECKING, Any

from flask import Flask, g, request
from flask_sock import Sock
from simple_websocket import ConnectionClosed

from web.auth.keyring import Visit, same
from web.errors import Refused
from web.session.delta_log import DeltaLog, LogClosed

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

MAX_CLIENTS = 32
"""Maximum number of feeds open at the same time; each uses two threads."""

MAX_INBOUND = 4096
"""Maximum size in bytes of a message from a client."""

MAX_INBOUND_PER_SECOND = 20
"""Maximum number of messages from a client per second; our page sends only one in total."""

CSRF_SECONDS = 3.0
"""How long a new client may take to send its CSRF token."""

BEAT_SECONDS = 10.0
"""Interval between heartbeats. A page that receives nothing for longer than this knows that the feed is gone."""

LOOK_SECONDS = 0.5
"""Interval at which a client's thread checks the client's messages while there is nothing to send."""

GOODBYE_SECONDS = 1.0
"""How long a client may take to respond to a close frame."""

POLICY_VIOLATION, GOING_AWAY, TRY_AGAIN_LATER = 1008, 1001, 1013
"""Close codes (RFC 6455 §7.4.1 and the registry of its §11.7)."""


class Feed:
    """The clients of one delta log."""

    def __init__(self, deltas: DeltaLog) -> None:
        self.deltas = deltas
        self._places = threading.Semaphore(MAX_CLIENTS)

    def attach(self, app: Flask) -> None:
        """Serve the feed at /feed of `app`."""
        daemon = functools.partial(threading.Thread, daemon=True)
        app.config["SOCK_SERVER_OPTIONS"] = {"max_message_size": MAX_INBOUND, "thread_class": daemon}
        app.wsgi_app = WithoutExtensions(app.wsgi_app)  # type: ignore[method-assign]
        app.before_request(self._refuse_when_full)
        Sock(app).route("/feed")(self.feed)

    def _refuse_when_full(self) -> None:
        """Refuse a client before the upgrade if all places are taken. If two clients race for the last place, one of
        them is refused after its upgrade.
        """
        if request.endpoint == "feed":
            if not self._places.acquire(blocking=False):
                raise Refused(503, f"{MAX_CLIENTS} pages are open already.", "Close one of them, then reload this one.")
            self._places.release()

    def feed(self, ws: Any) -> None:
        """Serve one client until it leaves, breaks the rules, or the session ends."""
        with contextlib.suppress(ConnectionClosed, OSError):  # the page was closed, or was disconnected
            ws.close(*self._take_place(ws))
            ws.thread.join(GOODBYE_SECONDS)
        ws.sock.close()

    def _take_place(self, ws: Any) -> tuple[int, str]:
        """Serve the client if there is a free place; return the code and the reason with which to close."""
        if not self._places.acquire(blocking=False):
            return TRY_AGAIN_LATER, "too many pages are open"
        try:
            return self._serve(ws, g.visit)
        except LogClosed:
            return GOING_AWAY, "the dashboard is shutting down"
        finally:
            self._places.release()

    def _serve(self, ws: Any, visit: Visit | None) -> tuple[int, str]:
        if visit is not None and not _says(ws, visit.csrf):
            return POLICY_VIOLATION, "the first message must hold the csrf value"
        inbound = _Inbound()
        rev = self.deltas.rev
        beat, next_beat = 0, time.monotonic() + BEAT_SECONDS
        ws.send(json.dumps({"rev": rev}))
        while inbound.is_fair(ws):
            rev, deltas = self.deltas.after(rev, min(LOOK_SECONDS, BEAT_SECONDS))
            for delta in deltas if deltas is not None else [json.dumps({"resync": True, "rev": rev})]:
                ws.send(delta)
            if time.monotonic() >= next_beat:
                beat, next_beat = beat + 1, time.monotonic() + BEAT_SECONDS
                ws.send(json.dumps({"beat": beat}))
        return POLICY_VIOLATION, "too many messages"


class _Inbound:
    """Discards and counts the messages that a client sends: none is expected after the first one."""

    def __init__(self) -> None:
        self._second = 0
        self._count = 0

    def is_fair(self, ws: Any) -> bool:
        """Discard the messages that a client has sent; return False if there were too many."""
        while ws.receive(timeout=0) is not None:
            second = int(time.monotonic())
            self._count = self._count + 1 if second == self._second else 1
            self._second = second
            if self._count > MAX_INBOUND_PER_SECOND:
                return False
        return True


def _says(ws: Any, csrf: str) -> bool:
    """Whether the client's first message arrives in time and is {"csrf": …} with the right value."""
    try:
        message = json.loads(ws.receive(timeout=CSRF_SECONDS) or "null")
    except (ValueError, RecursionError):
        return False
    return isinstance(message, dict) and isinstance(message.get("csrf"), str) and same(message["csrf"], csrf)


class WithoutExtensions:
    """WSGI middleware that prevents the negotiation of WebSocket extensions.

    simple-websocket accepts permessage-deflate from every client. Compressing takes a hundred times the CPU time of
    sending uncompressed, and would let a client send a kilobyte that inflates to a megabyte.
    """

    def __init__(self, app: WSGIApplication) -> None:
        self._app = app

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Any:
        environ.pop("HTTP_SEC_WEBSOCKET_EXTENSIONS", None)
        return self._app(environ, start_response)
