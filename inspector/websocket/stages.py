"""What comes next in one direction of a WebSocket. stages.pxd has the same for compiled modules."""

from __future__ import annotations

HEADER = 0
"""The header of a frame."""
PAYLOAD = 1
"""More of a frame's payload."""
SEARCH = 2
"""A frame is looked for."""
STOPPED = 3
"""Nothing more is read."""
