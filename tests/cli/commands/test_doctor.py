"""`wireglass doctor` as a process, with and without the rights that a capture takes."""

from __future__ import annotations

import os
from pathlib import Path

from inspector.cli.system_checks import CHECKS
from tests.cli.processes import NEEDS_CAPTURE, PROGRAM, run, without_capture, without_namespaces
from tests.lab.conftest import needs_namespace


def marks(printed: str) -> dict[str, str]:
    """The mark of each check, by its subject."""
    lines = [line for line in printed.splitlines() if not line.startswith(" ")]
    return {line[2:18].strip(): line[0] for line in lines}


def test_every_check_has_a_line_with_a_mark_and_nothing_essential_is_broken() -> None:
    done = run("doctor")
    assert len(marks(done.stdout)) == len(CHECKS)
    assert set(marks(done.stdout).values()) <= {"✓", "!"}
    assert (done.stderr, done.returncode) == ("", 0)


@NEEDS_CAPTURE
def test_a_user_who_may_capture_reads_so() -> None:
    assert marks(run("doctor").stdout)["Live capture"] == "✓"


def test_a_user_who_may_not_capture_reads_what_to_do() -> None:
    done = run("doctor", program=without_capture())
    assert marks(done.stdout)["Live capture"] == "!"
    assert "sudo setcap cap_net_raw+ep" in done.stdout
    assert done.returncode == 0


@needs_namespace
def test_a_system_without_private_networks_is_named() -> None:
    done = run("doctor", program=without_namespaces(PROGRAM))
    assert marks(done.stdout)["Private network"] == "!"
    assert "does not let you create a private network" in done.stdout
    assert done.returncode == 0


def test_a_missing_essential_has_a_remedy_and_makes_the_exit_status_1(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    done = run("doctor", env={**os.environ, "XDG_STATE_HOME": str(tmp_path / "file")})
    assert marks(done.stdout)["Recordings"] == "✗"
    assert "Set XDG_STATE_HOME to a writable folder." in done.stdout
    assert done.returncode == 1
