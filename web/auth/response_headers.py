"""The headers that every response carries: what a browser may do with it, and what it may keep."""

from __future__ import annotations

from collections.abc import Callable

from flask import Response, request

CACHING = {
    "page_files.kept": "private, max-age=31536000, immutable",
    "static": "no-cache",
    "plotting.library": "no-cache",
}
"""Cache-Control by endpoint, where a browser may keep the response: for good, or after asking whether it is current."""

HARDENING = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}


def make_hardening(hosts: frozenset[str]) -> Callable[[Response], Response]:
    """Flask's after_request for a server that is reached by these values of the Host header."""

    def harden(response: Response) -> Response:
        host = request.environ.get("HTTP_HOST")
        response.headers.update(HARDENING)
        response.headers["Content-Security-Policy"] = content_policy(host if host in hosts else None)
        response.headers["Cache-Control"] = CACHING.get(request.endpoint or "", "no-store")
        return response

    return harden


def content_policy(host: str | None) -> str:
    """The Content-Security-Policy: our own files only, and the feed of this `host`."""
    feed = f" ws://{host}" if host else ""
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; style-src-attr 'unsafe-inline'; "
        f"img-src 'self' data: blob:; font-src 'self'; connect-src 'self'{feed}; base-uri 'none'; "
        "form-action 'self'; frame-ancestors 'none'; object-src 'none'"
    )
