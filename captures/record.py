"""Records the sample captures of this directory again: real servers and clients, captured by Wireglass itself.

    python captures/record.py [--pause SECONDS] [OUT]

demo.pcapng: every action of the demo once, in the order of its buttons, in a private network, so that nothing else is
in it.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from inspector.errors import InspectorError
from inspector.lab import ACTIONS, Lab

HERE = Path(__file__).resolve().parent


def record(out: Path, pause: float) -> None:
    """Run the demo into a capture file.

    Args:
        out: the file; an older one is replaced when the new one is complete.
        pause: seconds between two actions, so that a replay can be followed.
    Raises:
        InspectorError: the demo or its capture could not be started here.
    """
    fresh = out.with_suffix(".new")
    try:
        with Lab.start(fresh, namespace=sys.platform == "linux") as lab:
            for action in ACTIONS:
                print(f"{action.label}: {lab.run(action.name)['result']}")
                time.sleep(pause)
            if lab.trouble:
                raise InspectorError(lab.trouble)
        fresh.chmod(0o644)  # unlike a user's own captures it is there to be read by everybody
        fresh.replace(out)
    finally:
        fresh.unlink(missing_ok=True)


def main() -> None:
    """Record as the command line says."""
    parser = argparse.ArgumentParser(description="Record the demo.")
    parser.add_argument("out", nargs="?", type=Path, default=HERE / "demo.pcapng")
    parser.add_argument("--pause", type=float, default=0.8, help="seconds between two actions (default: %(default)s)")
    options = parser.parse_args()
    try:
        record(options.out, options.pause)
    except InspectorError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
