"""Opening the user's browser without telling anybody else the dashboard's key."""

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
    """Open `url` in the user's browser, where there is a screen to open one on.

    Other users of the machine can read what programs are started with. So the browser is given a file that only this
    user can read, which leads to the address; it is gone when the context ends.

    Yields:
        The thread that opens the browser; None when none is opened.
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
    """Whether a window can appear: a browser in the terminal would take the terminal away."""
    return sys.platform in ("darwin", "win32") or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _where_browsers_read() -> Path | None:
    """The temporary folder; but a browser packed as a snap sees of its user's files only the visible ones at home."""
    return Path.home() if Path("/snap/bin").is_dir() else None
