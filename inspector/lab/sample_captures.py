"""The recordings that come with Wireglass."""

from __future__ import annotations

from pathlib import Path

import inspector

PACKAGE = Path(inspector.__file__).parent

DEMO_TITLE = "The demo, every button once"


def demo_recording() -> Path:
    """The recorded demo, to be shown where nothing can be captured."""
    return _folder() / "demo.pcapng"


def recordings() -> dict[str, tuple[Path, str]]:
    """Where each recording lies, and what it shows, by its name and in the order in which they teach."""
    from inspector.lab.scenarios import SCENARIOS  # asyncio and websockets, which only some need

    titles = {"demo": DEMO_TITLE, **{name: scenario.title for name, scenario in SCENARIOS.items()}}
    places = {name: _folder() / f"{name}.pcapng" for name in titles}
    return {name: (places[name], title) for name, title in titles.items() if places[name].exists()}


def _folder() -> Path:
    """In a checkout captures/ beside the package, in an installation captures/ inside it."""
    places = (PACKAGE / "captures", PACKAGE.parent / "captures")
    return next((place for place in places if (place / "demo.pcapng").exists()), places[0])
