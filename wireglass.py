"""The program `wireglass`, and `python -m wireglass`. The library is the package `inspector`, the dashboard `web`."""

from __future__ import annotations

import sys
from typing import NoReturn


def run() -> NoReturn:
    """Run the command line, or say why parts of Wireglass cannot be imported."""
    try:
        from inspector.cli.main import run

        run()
    except ImportError as error:
        if error.name is None or not error.name.startswith("inspector"):
            raise
        sys.exit(f"wireglass: {error}. {_why_it_fails()}")


def _why_it_fails() -> str:
    try:
        from inspector.pure_python import outdated_modules

        outdated = outdated_modules()
    except ImportError:
        outdated = []
    if outdated:
        return (
            f"{outdated[0]} was compiled from an older source file; {len(outdated)} compiled modules are older than "
            "their sources. Run 'make install' to compile them again, or set WIREGLASS_PLAIN=1 to run without them."
        )
    return (
        "Python finds another package of the name inspector, or files of Wireglass are missing. Install Wireglass in "
        "an environment of its own, for example with pipx or uv tool."
    )


if __name__ == "__main__":
    run()
