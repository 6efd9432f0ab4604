"""The check that every request must pass first, including static files and WebSocket upgrades.

The dashboard shows data that may be secret, at an address that every page in the user's browser can reach. So a request
must be addressed to the dashboard (Host; against DNS rebinding), come from its own page (Origin, Sec-Fetch-Site;
against other sites and other ports of this host) and contain a secret (the token, or the cookie and the csrf value;
against all other clients).
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass

from flask import Request, g, request
from werkzeug.exceptions import MethodNotAllowed

from web.auth.keyring import Keyring, TooManyFailures, Visit, same
from web.errors import Refused
from web.server.acceptor import MAX_BODY

PUBLIC = frozenset({"page_files.index", "page_files.kept", "static", "plotting.library", "entry.health", "entry.login"})
"""Endpoints that need no credentials: the page and its files, which contain no captured data, the health check, and
the login."""

METHODS = ("GET", "HEAD", "POST")

OPEN_THE_LINK = "Open the link that the terminal printed; it contains the access token for this dashboard."
USE_THE_PAGE = "Use the dashboard's own page, at the address that the terminal printed."


@dataclass(frozen=True)
class Gate:
    """Admits legitimate requests and refuses all others; `port` is the one on which the dashboard listens."""

    keyring: Keyring
    port: int

    @property
    def cookie(self) -> str:
        """The name of the cookie. It contains the port, since browsers share cookies between all ports of a host."""
        return f"__insp_{self.port}"

    @property
    def hosts(self) -> frozenset[str]:
        """The allowed values of the Host header field."""
        names = ("127.0.0.1", "localhost")
        bare = names if self.port == 80 else ()  # browsers omit the default port
        return frozenset((*(f"{name}:{self.port}" for name in names), *bare))

    def check(self) -> None:
        """Check a request, as Flask's before_request. Raises an HTTPException if the request is refused."""
        self._check_target(request)
        if request.environ["REQUEST_METHOD"] not in METHODS:  # as it was sent: Flask converts it to upper case
            raise MethodNotAllowed(METHODS)
        self._check_sender(request)
        if _is_upgrade(request):
            _check_handshake(request)
        if request.method == "POST":
            _check_body(request)
        if request.endpoint is not None and request.endpoint not in PUBLIC:
            g.visit = self._credentials(request)

    def _check_target(self, request: Request) -> None:
        """Check the Host field as it was sent: werkzeug would make up a missing one, and prefers the host in an
        absolute request target.
        """
        if not request.environ.get("REQUEST_URI", "/").startswith("/"):
            raise Refused(400, "The request names a whole address instead of a path.", USE_THE_PAGE)
        if request.environ.get("HTTP_HOST") not in self.hosts:
            raise Refused(403, "This address is not the dashboard's.", USE_THE_PAGE)

    def _check_sender(self, request: Request) -> None:
        """Check Origin and Sec-Fetch-Site: only our own page and clients that are not browsers are allowed."""
        origin = request.headers.get("Origin")
        ours = f"http://{request.environ['HTTP_HOST']}"
        if origin != ours and (origin is not None or _is_upgrade(request) or self._needs_origin(request)):
            raise Refused(403, "The request comes from another page.", USE_THE_PAGE)
        site = request.headers.get("Sec-Fetch-Site", "same-origin")
        if site == "same-origin" or (site == "none" and request.method != "POST") or _is_visit(request):
            return
        raise Refused(403, "The request comes from another site.", USE_THE_PAGE)

    def _needs_origin(self, request: Request) -> bool:
        """Whether Origin is required: it is for POST, where browsers send it, unless the client presents the key."""
        return request.method == "POST" and _bearer(request) is None

    def _credentials(self, request: Request) -> Visit | None:
        """Return the visit that the request belongs to, or None for a client that presented the key. Raises Refused.

        A browser cannot add our header field to a WebSocket handshake, so the page sends the csrf value in its first
        message instead (see `feed`).
        """
        token = _bearer(request)
        if token is not None:
            self.admit(token)
            return None
        visit = self.keyring.visit(request.cookies.get(self.cookie))
        if visit is None or not (_is_upgrade(request) or same(request.headers.get("X-Token", ""), visit.csrf)):
            raise Refused(401, "This page has no access token for the dashboard, or an expired one.", OPEN_THE_LINK)
        return visit

    def admit(self, token: str) -> None:
        """Raise Refused unless `token` is the right key."""
        try:
            admitted = self.keyring.admits(token)
        except TooManyFailures:
            wait = "Wait a minute, then open the link that the terminal printed."
            raise Refused(429, "Too many wrong access tokens.", wait, {"Retry-After": "60"}) from None
        if not admitted:
            raise Refused(401, "This access token is not valid for this dashboard.", OPEN_THE_LINK)


def _bearer(request: Request) -> str | None:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


def _is_upgrade(request: Request) -> bool:
    return "Upgrade" in request.headers or request.endpoint == "feed"


def _is_visit(request: Request) -> bool:
    """Whether a user followed a link to the page, on whatever site. That is safe: the page opens as a top-level
    document and contains no data.
    """
    return (
        request.endpoint == "page_files.index"
        and request.headers.get("Sec-Fetch-Mode") == "navigate"
        and request.headers.get("Sec-Fetch-Dest") == "document"
    )


def _check_handshake(request: Request) -> None:
    """Check that an upgrade request is a complete WebSocket handshake (RFC 6455 §4.2.1) for the feed."""
    if request.endpoint != "feed":
        raise Refused(400, "This path is not a WebSocket.", "Connect to /feed.")
    try:
        key = base64.b64decode(request.headers.get("Sec-WebSocket-Key", ""), validate=True)
    except binascii.Error:
        key = b""
    if request.method != "GET" or len(key) != 16 or request.headers.get("Sec-WebSocket-Version") != "13":
        raise Refused(400, "That is not a WebSocket handshake.", "Connect with version 13 of the protocol.")


def _check_body(request: Request) -> None:
    if request.mimetype != "application/json":
        raise Refused(415, "The request is not JSON.", "Send it with Content-Type: application/json.")
    length = request.headers.get("Content-Length", "")
    if "Transfer-Encoding" in request.headers or not (length.isascii() and length.isdigit()):
        raise Refused(411, "The request has no Content-Length.", "Send it with a Content-Length.")
    if int(length) > MAX_BODY:
        raise Refused(413, f"The request is longer than {MAX_BODY} bytes.", "Send a shorter request.")
