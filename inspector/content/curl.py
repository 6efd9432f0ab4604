"""Turns a request into a curl command that sends the same request again.

Captured data ends up in the user's shell: every word is quoted, and none of it can act as an option of curl, the name
of a file to read, a URL pattern, or a protocol other than HTTP.
"""

from __future__ import annotations

import re

from inspector.http.head import Head

TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
"""Matches a method or a field name (RFC 9110 §5.6.2). None can begin with the @ that makes curl read a file."""

ORDINARY = re.compile(r"/[^\s#?]*(\?[^\s#]*)?")
"""Matches a target that curl sends unchanged as part of a URL; any other is passed with --request-target."""

SAFE = re.compile(r"[A-Za-z0-9_./:=,+-]+")

OWN_FIELDS = ("User-Agent", "Accept", "Content-Type")
"""Fields that curl adds by itself, the last one only with data; they are removed if the request did not have them."""

MADE_BY_CURL = frozenset({"host", "content-length"})

CODINGS = ("gzip", "deflate", "br", "zstd")


def curl(head: Head, server: str, body: bytes) -> str | None:
    """Return the curl command; None if there is none because the method is not a token or the body contains a NUL.

    Args:
        head: the header of the request.
        server: the destination, `ip:port`.
        body: its content as sent, including content codings.
    """
    if not TOKEN.fullmatch(head.method) or b"\0" in body:
        return None
    words = ["curl", "--globoff", "--path-as-is"]
    if head.version.endswith("1.0"):
        words.append("--http1.0")
    if head.method != ("POST" if body else "GET"):
        words += ["--head"] if head.method == "HEAD" else ["--request", head.method]
    words += _address(head.target, server)
    for field in _fields(head, server, bool(body)):
        words += ["--header", field]
    if any(coding in head.tokens("Accept-Encoding") for coding in CODINGS):
        words.append("--compressed")
    if body:
        words += ["--data-raw", body.decode("latin-1")]
    return " ".join(_quoted(word) for word in words)


def _address(target: str, server: str) -> list[str]:
    if ORDINARY.fullmatch(target):
        return ["--url", f"http://{server}{target}"]
    return ["--request-target", target or "/", "--url", f"http://{server}/"]


def _fields(head: Head, server: str, has_body: bool) -> list[str]:
    """Return field lines for curl: `Name: value`, `Name;` for an empty value, `Name:` to remove a field that curl would
    add.
    """
    hosts = [value for value in head.values("Host") if value != server]
    lines = [f"Host: {hosts[0]}"] if hosts else []
    for name, value in head.fields:
        if TOKEN.fullmatch(name) and name.lower() not in MADE_BY_CURL:
            lines.append(f"{name}: {value}" if value else f"{name};")
    usual = OWN_FIELDS if has_body else OWN_FIELDS[:-1]
    return lines + [f"{name}:" for name in usual if not head.values(name)]


def _quoted(word: str) -> str:
    """Return a word quoted for a POSIX shell; with control or non-ASCII characters, in $'…' (bash, zsh, POSIX 2024).

    Captured headers and bodies are decoded as Latin-1, one character per byte.
    """
    if SAFE.fullmatch(word):
        return word
    if all(32 <= ord(letter) < 127 for letter in word):
        return "'" + word.replace("'", "'\\''") + "'"
    return "$'" + "".join(_escaped(letter) for letter in word) + "'"


def _escaped(letter: str) -> str:
    if letter in "\\'":
        return "\\" + letter
    return letter if 32 <= ord(letter) < 127 else f"\\{ord(letter) & 0xFF:03o}"
