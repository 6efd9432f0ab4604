"""Analysing a capture in a sandbox process: its progress, its result, its errors."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from inspector.engine.capture import Capture
from tests.conftest import DEMO


def tried(
    path: Path, *, program: tuple[str, ...] = ("-m", "inspector.engine.sandbox")
) -> tuple[int, dict[str, object]]:
    """The exit status, and the last words."""
    done = subprocess.run([sys.executable, *program, str(path)], capture_output=True, text=True, check=False)
    return done.returncode, json.loads(done.stdout.splitlines()[-1])


def test_a_capture_that_can_be_shown(demo: Capture) -> None:
    assert tried(DEMO) == (0, {"done": len(demo.packets)})


def test_what_is_no_capture_is_said(tmp_path: Path) -> None:
    path = tmp_path / "x.pcap"
    path.write_bytes(b"GIF89a" * 100)
    status, said = tried(path)
    assert status == 1
    assert "is not a capture" in str(said["error"])


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    status, said = tried(tmp_path / "none.pcap")
    assert (status, list(said)) == (1, ["error"])


def test_one_that_takes_too_much_memory_costs_the_trial_alone() -> None:
    limits = "import resource; resource.setrlimit(resource.RLIMIT_AS, (1 << 34, 1 << 34)); "
    greedy = (
        limits + "import sys, inspector.engine.sandbox as t; t.try_out = lambda path: len(bytearray(t.MEMORY * 2)); "
    )
    status, said = tried(DEMO, program=("-c", greedy + "sys.exit(t.main(sys.argv[1:]))"))
    assert status == 1
    assert "more memory" in str(said["error"])
