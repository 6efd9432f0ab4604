"""`make demo` before the engine is compiled, with stand-ins for the programs that it starts."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.waiting import wait_until

ROOT = Path(__file__).parent.parent

DEMO = """#!/bin/sh
echo "demo, plain: ${WIREGLASS_PLAIN:-0}" >>log
while [ -e go-on ]; do sleep 0.05; done
exit 3
"""

PYTHON = f"""#!/bin/sh
[ "$1" = -c ] && exec {sys.executable} "$@"
[ "$1" = setup.py ] || exit 0
echo "compiling: ${{WIREGLASS_COMPILE:-in front}}" >>log
echo $$ >compiler
while [ -e compile-on ]; do sleep 0.05; done
echo compiled >>log
"""

pytestmark = pytest.mark.skipif(shutil.which("make") is None, reason="make is missing")


@pytest.fixture
def checkout(tmp_path: Path) -> Iterator[Path]:
    """A directory with the Makefile, in which everything is installed and nothing is compiled."""
    shutil.copy(ROOT / "Makefile", tmp_path)
    programs = tmp_path / ".venv" / "bin"
    programs.mkdir(parents=True)
    (tmp_path / "inspector").mkdir()
    for name in ("pyproject.toml", "setup.py", ".venv/.made", ".venv/.installed"):
        (tmp_path / name).touch()
    for name, script in (("wireglass", DEMO), ("python", PYTHON), ("cc", "#!/bin/sh")):
        (programs / name).write_text(script)
        (programs / name).chmod(0o755)
    yield tmp_path
    for name in ("go-on", "compile-on"):
        (tmp_path / name).unlink(missing_ok=True)


def make_demo(checkout: Path) -> subprocess.Popen[bytes]:
    """`make demo`, in a process group of its own."""
    path = f"{checkout / '.venv/bin'}:{os.environ['PATH']}"
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "WIREGLASS", "CC"))}
    return subprocess.Popen(
        ["make", "demo"],
        cwd=checkout,
        env={**clean, "PATH": path},
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_DFL),  # the tests may run under nohup
    )


def log_of(checkout: Path) -> list[str]:
    log = checkout / "log"
    return log.read_text().splitlines() if log.exists() else []


def is_gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


def test_the_demo_starts_while_the_engine_is_compiled_and_the_next_one_uses_it(checkout: Path) -> None:
    (checkout / "go-on").touch()
    (checkout / "compile-on").touch()
    first = make_demo(checkout)
    wait_until(lambda: len(log_of(checkout)) == 2)
    assert sorted(log_of(checkout)) == ["compiling: background", "demo, plain: 1"]
    (checkout / "compile-on").unlink()
    wait_until((checkout / ".venv/.compiled").exists)
    (checkout / "go-on").unlink()
    assert first.wait() != 0  # as the demo ended
    assert make_demo(checkout).wait() != 0
    assert log_of(checkout)[2:] == ["compiled", "demo, plain: 0"]


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGHUP], ids=["Ctrl-C", "terminal closed"])
def test_the_compiler_ends_with_the_demo(checkout: Path, end: signal.Signals) -> None:
    (checkout / "go-on").touch()
    (checkout / "compile-on").touch()
    demo = make_demo(checkout)
    wait_until(lambda: len(log_of(checkout)) == 2)
    os.killpg(demo.pid, end)
    demo.wait()
    wait_until(lambda: is_gone(int((checkout / "compiler").read_text())))
    assert not (checkout / ".venv/.compiled").exists()


def test_without_a_compiler_the_demo_starts_plainly(checkout: Path) -> None:
    (checkout / ".venv/bin/cc").unlink()
    programs = checkout / ".venv/bin"
    for name in ("sh", "touch", "grep", "find", "make", "env"):
        (programs / name).symlink_to(str(shutil.which(name)))
    assert subprocess.run(["make", "demo"], cwd=checkout, env={"PATH": str(programs)}).returncode != 0
    assert log_of(checkout) == ["demo, plain: 0"]
