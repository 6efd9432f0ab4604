"""The recordings that come with Wireglass."""

from __future__ import annotations

from pathlib import Path

import inspector

PACKAGE = Path(inspector.__file__).parent


def demo_recording() -> Path:
    """The recorded demo, to be shown where nothing can be captured.

    In a checkout it lies in captures/ beside the package, in an installation in captures/ inside it.
    """
    places = (PACKAGE / "captures", PACKAGE.parent / "captures")
    return next((found for place in places if (found := place / "demo.pcapng").exists()), places[0] / "demo.pcapng")
