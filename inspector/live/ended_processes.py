"""Processes of a capture or of the demo that ended unexpectedly."""

from __future__ import annotations

import signal
from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something that ended by itself: what, why, what is safe, and what to do about it, in a sentence or more."""

    sentence: str
    ends_capture: bool = True
    """Whether nothing more is captured."""


Troubles = Callable[[], Sequence[Trouble]]
"""Asked for all that has ended by itself so far, the first first."""


def how_it_ended(status: int) -> str:
    """A process's end in words: "it was killed (SIGKILL, …)", "it ended with status 1"."""
    if status == -signal.SIGKILL:
        return "it was killed (SIGKILL: by a user, or by the system because memory ran out)"
    if status < 0:
        return f"it was ended by the signal {signal.Signals(-status).name}"
    return f"it ended with status {status}"
