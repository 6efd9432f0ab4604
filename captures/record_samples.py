"""Records the sample captures of this directory again: real servers and clients, captured by Wireglass itself.

    python captures/record_samples.py [--pause SECONDS] [--out FOLDER] [--here] [NAME...]

Without a name all of them: demo.pcapng is every action of the demo once, in the order of its buttons; the others are
the lab's scenarios. Each is made in a private network, so that nothing else is in it.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import inspector
from inspector.errors import InspectorError
from inspector.lab import ACTIONS, Lab
from inspector.lab.process import launch
from inspector.lab.scenarios import SCENARIOS
from inspector.lab.scenarios.runner import play
from inspector.live.private_network import in_new_network
from inspector.views.story import EventKind, events

HERE = Path(__file__).resolve().parent
DEMO = "demo"
TRIES = 10


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
    with Lab.start(out, namespace=False) as lab:
        for action in ACTIONS:
            print(f"{action.label}: {lab.run(action.name)['result']}")
            time.sleep(pause)
        if lab.troubles:
            raise InspectorError(" ".join(trouble.sentence for trouble in lab.troubles))


def record_demo_apart(out: Path, pause: float) -> None:
    """Run this program again in a private network, where the demo's usual ports are free.

    Raises:
        SystemExit: it failed there, and has said why.
    """
    again = [sys.executable, __file__, "--here", "--out", str(out.absolute()), "--pause", str(pause), DEMO]
    done = subprocess.run(in_new_network(again), env=launch.environment(), check=False)
    if done.returncode:
        sys.exit(done.returncode)


def record_scenario(name: str, out: Path) -> None:
    """Stage a scenario into a capture file, again where the machine was too busy for it.

    Raises:
        InspectorError: it could not be staged here, or the machine was too busy each time.
    """
    for _ in range(TRIES):
        out.unlink(missing_ok=True)
        done = play(name, out)
        if not done["dropped"] and not is_disturbed(name, out):
            print(f"{name}: {done['result']}")
            return
    raise InspectorError(f"{name}: this machine is too busy to record it. Try again later.")


def is_disturbed(name: str, recording: Path) -> bool:
    """Whether something was sent twice that nothing had lost: on loopback only a machine that is busy does so."""
    if SCENARIOS[name].link:
        return False
    with inspector.open(recording) as capture:
        return EventKind.REPEATED in events(capture)["kind"]


def main() -> None:
    """Record as the command line says."""
    names = (DEMO, *SCENARIOS)
    parser = argparse.ArgumentParser(description="Record the sample captures.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"one of {', '.join(names)}; all when none is named")
    parser.add_argument("--out", type=Path, default=HERE, metavar="FOLDER", help="where to (default: %(default)s)")
    parser.add_argument("--pause", type=float, default=0.8, help="seconds between two actions (default: %(default)s)")
    parser.add_argument("--here", action="store_true", help="record the demo in the network that this is started in")
    options = parser.parse_args()
    if unknown := set(options.names) - set(names):
        parser.error(f"there is no {', '.join(sorted(unknown))}")
    for name in options.names or names:
        if name == DEMO and sys.platform == "linux" and not options.here:
            record_demo_apart(options.out, options.pause)
            continue
        try:
            with replaced(options.out / f"{name}.pcapng") as fresh:
                record_demo(fresh, options.pause) if name == DEMO else record_scenario(name, fresh)
        except (InspectorError, OSError) as error:
            sys.exit(str(error))


if __name__ == "__main__":
    main()
