"""tshark, asked about a capture; only the version whose rules the verdicts follow counts."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

VERSION = "4.0."
TSHARK = shutil.which("tshark")

SEPARATOR = "\x01"
"""Between the values of one field in one packet."""


def _version() -> str:
    if not TSHARK:
        return "none"
    return subprocess.run([TSHARK, "--version"], capture_output=True, text=True, check=True).stdout.split()[2]


needs_witness = pytest.mark.skipif(
    not _version().startswith(VERSION), reason=f"needs tshark {VERSION}x, whose rules the verdicts follow"
)


def ask(path: Path, *options: str) -> str:
    """What tshark prints about a capture."""
    assert TSHARK
    command = [TSHARK, "-n", "-o", "tcp.reassemble_out_of_order:TRUE", "-r", str(path), *options]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def field_options(names: tuple[str, ...]) -> list[str]:
    """The options that print these fields, a line for each packet."""
    return ["-T", "fields", "-E", f"aggregator={SEPARATOR}", *(word for name in names for word in ("-e", name))]


def parse_fields(lines: list[str], names: tuple[str, ...]) -> list[dict[str, str]]:
    """The printed fields of each packet, by name."""
    return [dict(zip(names, line.split("\t"), strict=True)) for line in lines]


def fields(path: Path, names: tuple[str, ...]) -> list[dict[str, str]]:
    """Fields of every packet, by name."""
    return parse_fields(ask(path, *field_options(names)).split("\n")[:-1], names)
