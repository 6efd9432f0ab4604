"""The path of a message through a server: received on one file descriptor, pushed on another of the same process.

Which message caused which push is inferred (`push_causes`); this module adds the descriptors that held the two
connections.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from inspector.query.push_causes import Push, heart, pushes, text_of
from inspector.tables.table import Direction

if TYPE_CHECKING:
    from inspector.engine.capture import Capture

MAX_WAYS = 50
"""Maximum number of paths returned: the newest."""

LOOKED_AT = 500
"""Number of messages among which paths are searched for: the newest."""


@dataclass(frozen=True, slots=True)
class Way:
    """A message (row), the push that it caused (row), its text, and the descriptors on the path: those of its sender,
    of the server where it came in and where it went out, and of its receiver (rows of tokens, -1 if unknown).
    """

    message: int
    push: int
    text: str
    sender: int
    entry: int
    exit: int
    receiver: int


def ways(capture: Capture) -> list[Way]:
    """The paths of the newest messages that passed through a server whose descriptors are known, oldest first."""
    tokens, count = capture.tokens, len(capture.messages)
    ends = {
        (connection, direction): row
        for row, (connection, direction) in enumerate(
            zip(tokens["connection"].tolist(), tokens["direction"].tolist(), strict=True)
        )
        if connection >= 0
    }
    if not ends:
        return []
    found = (_way(capture, push, ends) for push in pushes(capture, max(count - LOOKED_AT, 0), count))
    return sorted((way for way in found if way), key=lambda way: (way.message, way.push))[-MAX_WAYS:]


def _way(capture: Capture, push: Push, ends: dict[tuple[int, int], int]) -> Way | None:
    """The path that led to a push; None if the push went back to the sender, if no process is known to have held both
    of the server's ends, or if the message only gives its sender's name.
    """
    tokens, messages = capture.tokens, capture.messages
    came, went = (int(messages["connection"][row]) for row in (push.cause, push.row))
    entry, exit_ = (ends.get((connection, Direction.SERVER), -1) for connection in (came, went))
    if came == went or entry < 0 or exit_ < 0:
        return None
    if any(tokens[name][exit_] != tokens[name][entry] for name in ("namespace", "pid")):
        return None
    if tokens["named_ns"][entry] > messages["end_ns"][push.cause]:  # the message only gives its sender's name
        return None
    sender, receiver = (ends.get((connection, Direction.CLIENT), -1) for connection in (came, went))
    return Way(push.cause, push.row, heart(text_of(capture, push.cause)), sender, entry, exit_, receiver)


def described(capture: Capture, way: Way) -> dict[str, Any]:
    """A path for JSON: both connections, the packets that prove it, and the descriptors by id (null if unknown)."""
    messages = capture.messages
    connections = [int(messages["connection"][row]) for row in (way.message, way.push)]
    packets = [int(messages["first_packet"][row]) + 1 for row in (way.message, way.push)]
    times = [int(messages["time_ns"][row]) - (capture.start_ns or 0) for row in (way.message, way.push)]
    tokens = {name: getattr(way, name) for name in ("sender", "entry", "exit", "receiver")}
    return {
        "message": way.message,
        "push": way.push,
        "said": way.text,
        "connections": connections,
        "packets": packets,
        "at_ns": times,
        "tokens": {name: row if row >= 0 else None for name, row in tokens.items()},
    }
