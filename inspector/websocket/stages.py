"""The stages of one direction of a WebSocket connection: what is expected next. stages.pxd has the same for compiled
modules."""

from __future__ import annotations

HEADER = 0
"""A frame header is expected."""
PAYLOAD = 1
"""Inside the payload of a frame."""
SEARCH = 2
"""Searching for a frame."""
STOPPED = 3
"""Not read any further."""
