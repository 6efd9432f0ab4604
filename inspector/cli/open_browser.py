"""Opens the user's browser without showing the dashboard's key to other users."""

from __future__ import annotations

import html
import os
import sys
import tempfile
import threading
import webbrowser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PAGE = """<!doctype html>
<meta charset="utf-8">
<meta http-equiv="refresh" content="0; url={url}">
<title>Wireglass</title>
<a href="{url}">Open the dashboard</a>
"""


@contextmanager
def show(url: str, *, wanted: bool) -> Iterator[threading.Thread | None]:
    """Open `url` in the user's browser, if there is a display.

    Other users of the machine can read the arguments of a process. So the browser gets the path of a file that only
    this user can read, which redirects to the URL; the file is deleted when the context ends.

    Yields:
        The thread that opens the browser, or None if no browser is opened.
    """
    if not (wanted and has_screen()):
        yield None
        return
    with tempfile.TemporaryDirectory(prefix="wireglass-", dir=_where_browsers_read()) as private:
        page = Path(private) / "open.html"
        page.write_text(PAGE.format(url=html.escape(url)), "utf-8")
        # Some browsers return only when they are closed.
        opener = threading.Thread(target=webbrowser.open, args=[page.as_uri()], name="browser", daemon=True)
        opener.start()
        yield opener


def has_screen() -> bool:
    """Whether there is a display. Without one, only a text browser could open, and it would take over our terminal."""
    return sys.platform in ("darwin", "win32") or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _where_browsers_read() -> Path | None:
    """The parent folder for a file that the browser must read: the home folder if browsers may be snaps, which cannot
    read hidden or temporary files; otherwise None, which means the default temporary folder."""
    return Path.home() if Path("/snap/bin").is_dir() else None
