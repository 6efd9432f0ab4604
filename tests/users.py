"""Users to run a program as: where the tests run as root, root, root without any right, and an ordinary user."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

NOBODY = 65534

WITHOUT_RIGHTS = ["setpriv", "--bounding-set=-all,+setfcap", "--inh-caps=-all"]
"""Root in a container; the capability is the one that root needs to keep its user ID (user_namespaces(7))."""
AS_NOBODY = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]


def _nobody_can_run_this_python() -> bool:
    """Whether an ordinary user may execute this interpreter; one in root's home folder, for example, it may not."""
    try:
        return subprocess.run([sys.executable, "-c", ""], user=NOBODY, check=False).returncode == 0
    except OSError:
        return False


def _users() -> list[object]:
    if os.getuid() != 0:
        return [pytest.param([], id="this user")]
    ordinary = [pytest.param(AS_NOBODY, id="nobody")] if _nobody_can_run_this_python() else []
    return [pytest.param([], id="root"), pytest.param(WITHOUT_RIGHTS, id="root without rights"), *ordinary]


each_user = pytest.mark.parametrize("as_user", _users())
"""Runs a test as each user: `as_user` is what to put in front of a command."""
