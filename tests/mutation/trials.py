"""Which tests should see a fault in a file, and whether they do."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.mutation.faults import Fault

ROOT = Path(__file__).parent.parent.parent

AREAS = (
    "inspector/wire",
    "inspector/tcp",
    "inspector/http",
    "inspector/websocket",
    "inspector/views",
    "web",
    "web/static",
)
"""The folders that faults are put into, the same number into each."""

SECONDS = 240
"""The time after which a run of tests counts as having seen the fault: it loops."""

FURTHER = {
    "inspector/wire": ("tests/tcp", "tests/engine", "tests/tshark"),
    "inspector/tcp": ("tests/engine", "tests/tshark", "tests/views"),
    "inspector/http": ("tests/engine", "tests/tshark", "tests/views"),
    "inspector/websocket": ("tests/engine", "tests/tshark", "tests/views"),
    "inspector/views": ("tests/web/api", "tests/cli"),
    "web": ("tests/web",),
}
"""The tests beside the mirrored ones that use what is in an area."""

NOT_COPIED = shutil.ignore_patterns(".git", ".venv*", "build", "*.so", "__pycache__", ".*_cache", ".hypothesis")

Command = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """Of one fault: the command that saw it, None if none did."""

    fault: Fault
    seen_by: Command | None


def files_of(area: str) -> list[Path]:
    """The source files of an area; the page is not part of the area `web`."""
    suffixes = (".js", ".css") if area == "web/static" else (".py",)
    found = [path for path in (ROOT / area).rglob("*") if path.suffix in suffixes]
    return sorted(path for path in found if not path.name.startswith("__"))


def commands_for(area: str, path: Path) -> list[Command]:
    """The runs of tests that may see a fault in this file, nearest first."""
    if area == "web/static":
        page = sorted(str(each.relative_to(ROOT)) for each in (ROOT / "tests/page").rglob("*.test.mjs"))
        browser = [each for each in _browser_tests(path.relative_to(ROOT / area)) if (ROOT / each).exists()]
        return [("node", "--test", *page), *(_pytest(each) for each in browser)]
    inside = path.relative_to(ROOT).with_suffix("").parts
    mirrored = Path("tests", *(inside[1:] if inside[0] == "inspector" else inside))
    own = mirrored.with_name(f"test_{mirrored.name}.py")
    near = [str(own)] if (ROOT / own).exists() else []
    folder = mirrored.parent if (ROOT / mirrored.parent).is_dir() else mirrored.parent.parent
    return [_pytest(*each) for each in (near, [str(folder)], FURTHER[area]) if each]


def _browser_tests(path: Path) -> list[str]:
    """The browser tests of the view that a module or a stylesheet belongs to, and those of all views."""
    view = path.stem if path.suffix == ".css" else path.parts[0]
    return [f"tests/browser/test_{view}.py", "tests/browser/test_drawings.py", "tests/browser/test_page.py"]


def _pytest(*tests: str) -> Command:
    return (sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *tests)


class Copy:
    """A copy of the project, in which one fault at a time is tried, on the plain engine."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        shutil.copytree(ROOT, folder, ignore=NOT_COPIED)
        self._passed: dict[Command, bool] = {}

    def try_out(self, area: str, fault: Fault) -> Outcome:
        """Run the tests on the sources with the fault, until one fails. Runs that fail without it prove nothing."""
        place = self._folder / fault.path.relative_to(ROOT)
        content = place.read_bytes()
        for command in commands_for(area, fault.path):
            if not self._passes_without(command):
                continue
            place.write_bytes(fault.put_in(content))
            try:
                if not self._passes(command):
                    return Outcome(fault, command)
            finally:
                place.write_bytes(content)
        return Outcome(fault, None)

    def _passes_without(self, command: Command) -> bool:
        if command not in self._passed:
            self._passed[command] = self._passes(command)
            if not self._passed[command]:
                print(f"left out, since it fails without a fault: {' '.join(command)}", file=sys.stderr)
        return self._passed[command]

    def _passes(self, command: Command) -> bool:
        environment = {
            **os.environ, "WIREGLASS_PLAIN": "1", "PYTHONPATH": str(self._folder), "PYTHONDONTWRITEBYTECODE": "1"
        }  # fmt: skip
        try:
            done = subprocess.run(
                command, cwd=self._folder, env=environment, timeout=SECONDS, capture_output=True, check=False
            )
        except subprocess.TimeoutExpired:
            return False
        return done.returncode == 0
