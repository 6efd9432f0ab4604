"""Where Chromium is, for the tests that drive a browser."""

from __future__ import annotations

import shutil

NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
"""The first that is there is taken: the shell draws no window of its own, which takes half of the others' time."""

CHROMIUM = next(filter(None, map(shutil.which, NAMES)), None)

MISSING = "needs Chromium (Debian: apt install chromium-headless-shell)"
"""Why its tests are skipped without it."""
