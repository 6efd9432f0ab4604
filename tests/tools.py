"""Other programs that read what we write, and the right to capture."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from inspector.live.capture_rights import may_capture

needs_tshark = pytest.mark.skipif(not shutil.which("tshark"), reason="tshark is not installed")
needs_capture = pytest.mark.skipif(not may_capture()[0], reason=may_capture()[1])


def tshark(path: Path, *arguments: str) -> list[str]:
    """The lines that tshark prints about a capture; fails when it complains."""
    command = ["tshark", "-n", "-r", str(path), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()


def tshark_fields(path: Path, *names: str) -> list[list[str]]:
    """Fields of every packet, as tshark sees them."""
    arguments = [argument for name in names for argument in ("-e", name)]
    return [line.split("\t") for line in tshark(path, "-T", "fields", *arguments)]
