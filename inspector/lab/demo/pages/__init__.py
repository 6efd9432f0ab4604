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
    """Security headers for HTML pages: resources, scripts and connections (`connect`) from this server only."""
    policy = (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; "
        f"connect-src {connect}; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
    return {"Content-Security-Policy": policy, "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"}


@dataclass(frozen=True)
class Page:
    """A page: its bytes and its type."""

    content_type: str
    body: bytes

    @property
    def is_document(self) -> bool:
        """Whether a browser would show it as a page, with everything that can go wrong there."""
        return self.content_type.startswith("text/html")


def read_page(name: str, /, **values: str) -> Page:
    """One of the files beside this module, with `$name` replaced by the values in HTML pages."""
    text = _text(name)
    suffix = name.rpartition(".")[2]
    if suffix == "html":
        text = Template(text).substitute(values)
    return Page(CONTENT_TYPES[suffix], text.encode())


@cache
def _text(name: str) -> str:
    return files(__name__).joinpath(name).read_text(encoding="utf-8")


def own_hosts(port: int) -> frozenset[str]:
    """The values of `Host` that mean a demo server; any other one is a name that was made to point here."""
    return frozenset({f"127.0.0.1:{port}", f"localhost:{port}"})
