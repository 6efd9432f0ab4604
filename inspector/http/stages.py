"""What comes next in one direction of a connection. stages.pxd has the same for compiled modules."""

from __future__ import annotations

DETECT = 0
"""Protocol not determined yet."""
START = 1
"""A message is due."""
HEAD = 2
"""A head that straddles pieces."""
LENGTH = 3
"""A body with a length."""
CLOSE = 4
"""A body that the close ends."""
CHUNK = 5
"""Content of a chunk."""
FRAMING = 6
"""Framing between chunks."""
PAUSED = 7
"""Another protocol was asked for."""
SEARCH = 8
"""A start line is looked for."""
STOPPED = 9
"""Not read any further."""
TLS = 10
"""The first byte was a TLS record's."""
