"""The recordings that come with Wireglass."""

from __future__ import annotations

from pathlib import Path

import inspector

PACKAGE = Path(inspector.__file__).parent


def demo_recording() -> Path:
    """The recorded demo, for where nothing can be captured: beside the package in a checkout, inside it when installed."""
    places = (PACKAGE / "captures", PACKAGE.parent / "captures")
    return next((found for place in places if (found := place / "demo.pcapng").exists()), places[0] / "demo.pcapng")
