"""The recordings that come with Wireglass."""

from __future__ import annotations

from pathlib import Path

import inspector

PACKAGE = Path(inspector.__file__).parent

DEMO_TITLE = "The demo, every button once"


def demo_recording() -> Path:
    """Return the path of the recorded demo, which can be shown where live capture is not possible."""
    return _folder() / "demo.pcapng"


def recordings() -> dict[str, tuple[Path, str]]:
    """Map the name of each existing recording to its path and title, in teaching order."""
    from inspector.lab.scenarios import SCENARIOS  # late: needs asyncio and websockets, which not all callers need

    titles = {"demo": DEMO_TITLE, **{name: scenario.title for name, scenario in SCENARIOS.items()}}
    places = {name: _folder() / f"{name}.pcapng" for name in titles}
    return {name: (places[name], title) for name, title in titles.items() if places[name].exists()}


def _folder() -> Path:
    """Return the folder of the recordings: captures/ beside the package in a checkout, inside it in an installation."""
    places = (PACKAGE / "captures", PACKAGE.parent / "captures")
    return next((place for place in places if (place / "demo.pcapng").exists()), places[0])
