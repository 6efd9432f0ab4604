"""The web pages of the demo's two servers."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from string import Template

CONTENT_TYPES = {
    "css": "text/css; charset=utf-8",
    "html": "text/html; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
}


def security_headers(connect: str = "'self'") -> dict[str, str]:
    """The security headers for HTML pages: they allow resources and scripts only from this server, and connections
    only to `connect`, by default this server.
    """
    policy = (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; "
        f"connect-src {connect}; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
    return {"Content-Security-Policy": policy, "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"}


@dataclass(frozen=True)
class Page:
    """The content of a response and its content type."""

    content_type: str
    body: bytes

    @property
    def is_document(self) -> bool:
        """Whether a browser shows it as an HTML document, which needs the security headers."""
        return self.content_type.startswith("text/html")


def read_page(name: str, /, **values: str) -> Page:
    """Read one of the files next to this module; in an HTML file, each `$name` is replaced by the value of `name`."""
    text = _text(name)
    suffix = name.rpartition(".")[2]
    if suffix == "html":
        text = Template(text).substitute(values)
    return Page(CONTENT_TYPES[suffix], text.encode())


@cache
def _text(name: str) -> str:
    return files(__name__).joinpath(name).read_text(encoding="utf-8")


def own_hosts(port: int) -> frozenset[str]:
    """The `Host` values that a demo server accepts; any other name may have been made to resolve to this machine (DNS
    rebinding).
    """
    return frozenset({f"127.0.0.1:{port}", f"localhost:{port}"})
