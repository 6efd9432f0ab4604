"""The page and its own files, which a browser keeps for good under an address that changes when one of them does."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

from flask import Blueprint, Response, render_template, send_from_directory

STATIC = Path(__file__).parent / "static"

CLASSIC = "shell/theme.js"
"""The only script that is not a module: it runs before the page is drawn."""


def make_page_files() -> Blueprint:
    """`/`, and every file under `web/static` as `/static/<edition>/<path>`. They hold nothing of a capture."""
    page_files = Blueprint("page_files", __name__)

    @page_files.get("/")
    def index() -> str:
        return render_template("index.html", root=f"/static/{edition()}", classic=CLASSIC, modules=modules())

    @page_files.get("/static/<string(length=16):_edition>/<path:name>")
    def kept(_edition: str, name: str) -> Response:
        return send_from_directory(STATIC, name)

    return page_files


def edition() -> str:
    """A version of the page's files: 16 digits of a hash over their names, sizes and times."""
    told = sha256()
    for path in sorted(STATIC.rglob("*.*")):
        status = path.stat()
        told.update(f"{path} {status.st_size} {status.st_mtime_ns}\n".encode())
    return told.hexdigest()[:16]


def modules() -> list[str]:
    """The paths of all modules: named in the page, so that a browser asks for all at once and not import by import."""
    paths = (path.relative_to(STATIC).as_posix() for path in STATIC.rglob("*.js"))
    return sorted(path for path in paths if path != CLASSIC)
