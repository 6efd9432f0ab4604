"""Which parser reads each of the two byte streams of a connection."""

from __future__ import annotations

from enum import IntEnum


class Route(IntEnum):
    """Which parser, if any, reads the next chunk of one direction of a connection."""

    NEW = 0
    """There are no bytes yet."""
    HTTP = 1
    """http.parser reads it, or is still checking whether it is HTTP."""
    WEBSOCKET = 2
    """websocket.frame_parser reads it."""
    OPAQUE = 3
    """No parser reads it."""
    SWITCHING = 4
    """The server agreed to another protocol: `ApplicationLayer` decides which parser reads on."""
