"""Which tests should see a fault in a file, and whether they do."""

from __future__ import annotations

import compileall
import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from py_compile import PycInvalidationMode

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
"""The time after which a run of tests is given up. If it ends in time without the fault, the fault was seen: it
makes a loop endless or a wait vain.
"""

FURTHER = {
    "inspector/wire": ("tests/tcp", "tests/engine", "tests/tshark"),
    "inspector/tcp": ("tests/engine", "tests/tshark", "tests/views"),
    "inspector/http": ("tests/engine", "tests/tshark", "tests/views"),
    "inspector/websocket": ("tests/engine", "tests/tshark", "tests/views"),
    "inspector/views": ("tests/web/api", "tests/cli"),
    "web": ("tests/web",),
}
"""The tests beside the mirrored ones that use what is in an area."""

NOT_COPIED = shutil.ignore_patterns(".git", ".venv*", "build", "__pycache__", ".*_cache", ".hypothesis")

Command = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """Of one fault: the command that saw it, None if none did, and whether that command did not end in time."""

    fault: Fault
    seen_by: Command | None
    is_late: bool = False


@dataclass(frozen=True, slots=True)
class Run:
    """How a command ended, with the names of the tests that failed as far as they are known."""

    has_failed: bool
    is_late: bool = False
    failed: tuple[str, ...] = ()


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
        near = [each for each in page if Path(each).parent.name == path.parent.name]
        return [("node", "--test", *(near or page)), ("node", "--test", *page), *(_pytest(each) for each in browser)]
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
    """A copy of the project, in which one fault at a time is tried."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        shutil.copytree(ROOT, folder, ignore=NOT_COPIED)
        # Otherwise Python takes a file for unchanged if the fault keeps its length and comes within the same second.
        compileall.compile_dir(folder, quiet=2, invalidation_mode=PycInvalidationMode.CHECKED_HASH)
        self._unsound: set[str] = set()

    def try_out(self, area: str, fault: Fault, most_commands: int | None = None) -> Outcome:
        """Run the tests on the sources with the fault, the nearest first, until one sees it.

        A test sees it that fails twice with it and passes without it: a failure by chance proves nothing.
        """
        is_plain = b"import cython" in fault.path.read_bytes() or fault.path.with_suffix(".pxd").exists()
        for command in commands_for(area, fault.path)[:most_commands]:
            run = self._run(command, is_plain, fault)
            while run.has_failed:
                again = (*_pytest(), *run.failed) if run.failed else command
                if not self._run(again, is_plain).has_failed:
                    if self._run(again, is_plain, fault).has_failed:
                        return Outcome(fault, command)
                    break
                print(f"fails without a fault: {' '.join(run.failed or command)}", file=sys.stderr)
                if not run.failed or self._unsound.issuperset(run.failed):
                    break
                self._unsound.update(run.failed)
                run = self._run(command, is_plain, fault)
            if run.is_late and not self._run(command, is_plain).is_late:
                return Outcome(fault, command, is_late=True)
        return Outcome(fault, None)

    def _run(self, command: Command, is_plain: bool, fault: Fault | None = None) -> Run:
        """Run a command on the sources, with the fault if there is one."""
        if fault is None:
            return self._run_command(command, is_plain)
        place = self._folder / fault.path.relative_to(ROOT)
        content = place.read_bytes()
        place.write_bytes(fault.put_in(content))
        try:
            return self._run_command(command, is_plain)
        finally:
            place.write_bytes(content)

    def _run_command(self, command: Command, is_plain: bool) -> Run:
        is_pytest = command[0] == sys.executable
        left_out = [part for name in sorted(self._unsound - {*command}) for part in ("--deselect", name)]
        environment = {**os.environ, "PYTHONPATH": str(self._folder), "WIREGLASS_PLAIN": "1" if is_plain else ""}
        with subprocess.Popen(
            [*command, *left_out] if is_pytest else command,
            cwd=self._folder,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
        ) as process:
            try:
                said, _ = process.communicate(timeout=SECONDS)
            except subprocess.TimeoutExpired:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                return Run(has_failed=False, is_late=True)
        names = re.findall(r"^(?:FAILED|ERROR) (.+?)(?: - .*)?$", said, re.MULTILINE) if is_pytest else []
        return Run(process.returncode != 0, failed=tuple(names))
