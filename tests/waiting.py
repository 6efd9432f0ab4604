"""Waiting for what will come about, and no longer."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

PATIENCE_SECONDS = 60.0
"""How long anything may take on a busy machine; what comes in time costs none of it."""
LOOK_SECONDS = 0.005


def wait_until(is_so: Callable[[], object], what: str = "it") -> None:
    """Return as soon as `is_so()`; fail when it does not come."""
    end = time.monotonic() + PATIENCE_SECONDS
    between = threading.Event()
    while not is_so():
        assert time.monotonic() < end, f"waited in vain for {what}"
        between.wait(LOOK_SECONDS)
