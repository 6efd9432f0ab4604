"""Masks what lets somebody else act as the user: credentials, cookies, and tokens in URLs.

Contents of messages are not masked: nobody can tell what in them is secret.
"""

from __future__ import annotations

import re

MASK = "[masked]"

FIELDS = frozenset(
    {
        "authorization",
        "proxy-authorization",
        "authentication-info",
        "cookie",
        "cookie2",
        "set-cookie",
        "set-cookie2",
        "x-api-key",
        "api-key",
        "x-auth-token",
        "x-access-token",
        "x-csrf-token",
        "x-xsrf-token",
        "x-amz-security-token",
        "sec-websocket-protocol",
    }
)
"""Fields whose values are masked; some programs send a token as the name of a WebSocket subprotocol."""

IN_URL = re.compile(
    r"(?P<name>[?&;#][^=&;\s\"]*(?:token|secret|passw|pwd|auth|session|sid|jwt|key|sig|code|credential|ticket)[^=&;\s\"]*=)"
    r"[^&;#\s\"”]+",
    re.IGNORECASE,
)
"""A parameter of a URL that by its name is a secret."""

IN_AUTHORITY = re.compile(r"(?P<scheme>[a-z][a-z0-9+.-]*://)[^/@\s\"]+@", re.IGNORECASE)
"""The name and password in a URL (RFC 3986 §3.2.1)."""


def masked_text(text: str) -> str:
    """The text with the secrets in its URLs masked; it may be a URL, a target, or have some in it."""
    return IN_AUTHORITY.sub(rf"\g<scheme>{MASK}@", IN_URL.sub(rf"\g<name>{MASK}", text))


def masked_fields(fields: list[list[str]]) -> list[list[str]]:
    """Header fields, as pairs of name and value, without their secrets."""
    return [[name, masked_field(name, value)] for name, value in fields]


def masked_field(name: str, value: str) -> str:
    """The value of a header field without its secrets. Of cookies and credentials, names and schemes are kept."""
    lower = name.lower()
    if lower not in FIELDS:
        return masked_text(value)
    if lower in ("cookie", "cookie2"):
        return "; ".join(_masked_pair(pair) for pair in value.split(";"))
    if lower in ("set-cookie", "set-cookie2"):
        pair, semicolon, attributes = value.partition(";")
        return f"{_masked_pair(pair)}{semicolon}{attributes}"
    scheme, space, rest = value.strip().partition(" ")
    return f"{scheme} {MASK}" if space and rest and "authorization" in lower else MASK


def _masked_pair(pair: str) -> str:
    name, equals, _ = pair.strip().partition("=")
    return f"{name}={MASK}" if equals else MASK
