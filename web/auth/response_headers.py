"""The header fields of every response that tell a browser what it may do with the response, and whether to cache it."""

from __future__ import annotations

from collections.abc import Callable

from flask import Response, request

CACHING = {
    "page_files.kept": "private, max-age=31536000, immutable",
    "static": "no-cache",
    "plotting.library": "no-cache",
}
"""The Cache-Control values of the endpoints whose responses a browser may cache: forever, or with revalidation before
each use."""

HARDENING = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}


def make_hardening(hosts: frozenset[str]) -> Callable[[Response], Response]:
    """Return the after_request function of Flask for a server that allows these values of the Host header field."""

    def harden(response: Response) -> Response:
        host = request.environ.get("HTTP_HOST")
        response.headers.update(HARDENING)
        response.headers["Content-Security-Policy"] = content_policy(host if host in hosts else None)
        response.headers["Cache-Control"] = CACHING.get(request.endpoint or "", "no-store")
        return response

    return harden


def content_policy(host: str | None) -> str:
    """The Content-Security-Policy: it allows only our own files, and the feed on this `host`."""
    feed = f" ws://{host}" if host else ""
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; style-src-attr 'unsafe-inline'; "
        f"img-src 'self' data: blob:; font-src 'self'; connect-src 'self'{feed}; base-uri 'none'; "
        "form-action 'self'; frame-ancestors 'none'; object-src 'none'"
    )
