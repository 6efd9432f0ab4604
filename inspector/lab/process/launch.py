"""The command lines and the environment to start a program of the lab in its own process."""

from __future__ import annotations

import os
import sys
import sysconfig
from pathlib import Path

import inspector

ROOT = Path(inspector.__file__).resolve().parent.parent
"""The directory from which `inspector` is imported: site-packages, or a checkout."""


def command(module: str, *arguments: str) -> list[str]:
    """The command line that runs a module. The option -P keeps the current directory out of the import path."""
    return [sys.executable, "-P", "-m", module, *arguments]


def environment() -> dict[str, str]:
    """The environment variables of a child process: PYTHONPATH lets it find a checkout that is not installed."""
    variables = dict(os.environ)
    if str(ROOT) not in (sysconfig.get_path("purelib"), sysconfig.get_path("platlib")):
        variables["PYTHONPATH"] = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    return variables
