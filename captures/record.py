"""Records the sample captures of this directory again: real servers and clients, captured by Wireglass itself.

    python captures/record.py [--pause SECONDS] [--out FOLDER] [NAME...]

Without a name all of them: demo.pcapng is every action of the demo once, in the order of its buttons; the others are
the lab's scenarios. Each is made in a private network, so that nothing else is in it.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from inspector.errors import InspectorError
from inspector.lab import ACTIONS, Lab
from inspector.lab.scenarios import SCENARIOS
from inspector.lab.scenarios.staging import play

HERE = Path(__file__).resolve().parent
DEMO = "demo"

SIZES = {"crowd": 100}
"""Of scenarios that would make a large file at their full size."""


@contextmanager
def replaced(out: Path) -> Iterator[Path]:
    """A new file, which takes the place of the older one when it is complete."""
    fresh = out.with_suffix(".new")
    try:
        yield fresh
        fresh.chmod(0o644)  # unlike a user's own captures it is there to be read by everybody
        fresh.replace(out)
    finally:
        fresh.unlink(missing_ok=True)


def record_demo(out: Path, pause: float) -> None:
    """Run the demo into a capture file, with so many seconds between two actions, so that a replay can be followed.

    Raises:
        InspectorError: the demo or its capture could not be started here.
    """
    with Lab.start(out, namespace=sys.platform == "linux") as lab:
        for action in ACTIONS:
            print(f"{action.label}: {lab.run(action.name)['result']}")
            time.sleep(pause)
        if lab.trouble:
            raise InspectorError(lab.trouble)


def record_scenario(name: str, out: Path) -> None:
    """Stage a scenario into a capture file.

    Raises:
        InspectorError: it could not be staged here, or packets were lost.
    """
    done = play(name, out, SIZES.get(name))
    if done["dropped"]:
        raise InspectorError(f"{name}: {done['dropped']} packets were dropped. Record it again.")
    print(f"{name}: {done['result']}")


def main() -> None:
    """Record as the command line says."""
    names = (DEMO, *SCENARIOS)
    parser = argparse.ArgumentParser(description="Record the sample captures.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"one of {', '.join(names)}; all when none is named")
    parser.add_argument("--out", type=Path, default=HERE, metavar="FOLDER", help="where to (default: %(default)s)")
    parser.add_argument("--pause", type=float, default=0.8, help="seconds between two actions (default: %(default)s)")
    options = parser.parse_args()
    if unknown := set(options.names) - set(names):
        parser.error(f"there is no {', '.join(sorted(unknown))}")
    for name in options.names or names:
        try:
            with replaced(options.out / f"{name}.pcapng") as fresh:
                record_demo(fresh, options.pause) if name == DEMO else record_scenario(name, fresh)
        except (InspectorError, OSError) as error:
            sys.exit(str(error))


if __name__ == "__main__":
    main()
