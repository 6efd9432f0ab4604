"""The page and its static files. Browsers may cache the files forever, as their URL changes with any of them."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

from flask import Blueprint, Response, render_template, send_from_directory

STATIC = Path(__file__).parent / "static"

CLASSIC = "shell/theme.js"
"""The only script that is not a module: it runs before the page is drawn."""


def make_page_files() -> Blueprint:
    """Serve the page at `/` and every file in `web/static` at `/static/<edition>/<path>`. They contain no data of a
    capture.
    """
    page_files = Blueprint("page_files", __name__)

    @page_files.get("/")
    def index() -> str:
        return render_template("index.html", root=f"/static/{edition()}", classic=CLASSIC, modules=modules())

    @page_files.get("/static/<string(length=16):_edition>/<path:name>")
    def kept(_edition: str, name: str) -> Response:
        return send_from_directory(STATIC, name)

    return page_files


def edition() -> str:
    """The version of the page's files: 16 hex digits of a hash of their paths, sizes and modification times."""
    digest = sha256()
    for path in sorted(STATIC.rglob("*.*")):
        status = path.stat()
        digest.update(f"{path} {status.st_size} {status.st_mtime_ns}\n".encode())
    return digest.hexdigest()[:16]


def modules() -> list[str]:
    """The paths of all modules. The page lists them, so that a browser requests all of them at once instead of import
    by import.
    """
    paths = (path.relative_to(STATIC).as_posix() for path in STATIC.rglob("*.js"))
    return sorted(path for path in paths if path != CLASSIC)
