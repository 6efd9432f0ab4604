"""The program `wireglass`, and `python -m wireglass`. The library is the package `inspector`, the dashboard `web`."""

from __future__ import annotations

import sys
from typing import NoReturn


def run() -> NoReturn:
    """Run the command line, or say that Python finds another package `inspector` than ours."""
    try:
        from inspector.cli.main import run
    except ImportError as error:
        if error.name is None or not error.name.startswith("inspector"):
            raise
        sys.exit(
            f"wireglass: {error}. Python finds another package of the name inspector, or files of Wireglass are "
            "missing. Install Wireglass in an environment of its own, for example with pipx or uv tool."
        )
    run()


if __name__ == "__main__":
    run()
