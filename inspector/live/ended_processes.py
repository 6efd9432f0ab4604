"""Processes of a capture or of the demo that ended unexpectedly."""

from __future__ import annotations

import signal
from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Trouble:
    """A process that ended by itself: `sentence` says what ended, why, what is safe, and what to do about it."""

    sentence: str
    ends_capture: bool = True
    """Whether the capture has ended because of it."""


Troubles = Callable[[], Sequence[Trouble]]
"""Returns all processes that have ended by themselves so far, in the order in which they ended."""


def how_it_ended(status: int) -> str:
    """Describe how a process ended, given its exit status: "it was killed (SIGKILL: …)", "it ended with status 1"."""
    if status == -signal.SIGKILL:
        return "it was killed (SIGKILL: by a user, or by the system because memory ran out)"
    if status < 0:
        return f"it was ended by the signal {signal.Signals(-status).name}"
    return f"it ended with status {status}"
