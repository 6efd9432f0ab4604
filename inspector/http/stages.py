"""The stages of one direction of a connection: what is expected next. stages.pxd has the same for compiled modules."""

from __future__ import annotations

DETECT = 0
"""Protocol not determined yet."""
START = 1
"""A message is expected."""
HEAD = 2
"""Inside a header that spans several chunks of the stream."""
LENGTH = 3
"""Inside a body with a known length."""
CLOSE = 4
"""Inside a body that ends when the connection closes."""
CHUNK = 5
"""Inside the content of a chunk."""
FRAMING = 6
"""Inside the framing between chunks."""
PAUSED = 7
"""Another protocol was requested, and the response is awaited."""
SEARCH = 8
"""Searching for a start line."""
STOPPED = 9
"""Not read any further."""
TLS = 10
"""The first byte was that of a TLS record."""
