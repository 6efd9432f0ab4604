"""`wireglass live` as a process: how it ends, and what it says where it cannot capture."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from tests.cli.processes import NEEDS_CAPTURE, run, started, without_capture


@NEEDS_CAPTURE
def test_sigterm_ends_it_and_names_the_recording(tmp_path: Path) -> None:
    out = tmp_path / "x.pcapng"
    with started("live", "lo", "-f", "tcp port 9", "--record", str(out)) as command:
        snapshot = command.ask("api/snapshot")
        assert (snapshot["capture"]["source"], snapshot["capture"]["state"]) == ("live", "running")
        lines = command.end(signal.SIGTERM).splitlines()
    assert lines[0] == f"Recording: {out}"
    assert lines[1].startswith("Open it again: ")
    assert command.process.returncode == 0
    assert out.stat().st_size


@NEEDS_CAPTURE
@pytest.mark.parametrize("arguments", [["nowhere0"], ["-f", "tcp prot 80"]], ids=["interface", "filter"])
def test_what_cannot_be_captured_is_said_and_no_dashboard_is_shown(tmp_path: Path, arguments: list[str]) -> None:
    out = tmp_path / "x.pcapng"
    done = run("live", *arguments, "--no-browser", "--record", str(out))
    assert done.stderr.startswith("wireglass: ")
    assert arguments[-1] in done.stderr
    assert (done.stdout, done.returncode) == ("", 1)
    assert not out.exists()


def test_a_user_who_may_not_capture_reads_what_to_do() -> None:
    done = run("live", "--no-browser", program=without_capture())
    assert "sudo setcap cap_net_raw+ep" in done.stderr
    assert (done.stdout, done.returncode) == ("", 1)
