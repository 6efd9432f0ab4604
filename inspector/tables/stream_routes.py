"""Who reads the two byte streams of a connection."""

from __future__ import annotations

from enum import IntEnum


class Route(IntEnum):
    """What happens to the next chunk of one direction of a connection."""

    NEW = 0
    """No bytes yet."""
    HTTP = 1
    """http.parser reads it, or still checks whether it is HTTP."""
    WEBSOCKET = 2
    """websocket.framing reads it."""
    OPAQUE = 3
    """Nobody reads it."""
    SWITCHING = 4
    """The server agreed to another protocol: Conversations decides."""
