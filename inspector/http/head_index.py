"""Indexes into `HeadReader.facts`. head_index.pxd has the same for compiled modules."""

from __future__ import annotations

F_KIND = 0
"""The sender: Direction."""
F_VERSION = 1
"""10 * major + minor; -1 when it cannot be read."""
F_STATUS = 2
"""0 for a request."""
F_METHOD = 3
"""M_…."""
F_LENGTH = 4
"""Content-Length, -1 none."""
F_OTHER_LENGTH = 5
"""Another one that differs, -1 none."""
F_CODING = 6
"""C_…."""
F_NOTES = 7
"""Bits of Note."""
F_START_LINE = 8
"""1 when the start line was there and could be read."""

# Methods whose messages are framed in their own way (RFC 9112 §6.3).
M_OTHER = 0
M_HEAD = 1
M_CONNECT = 2
M_PRI = 3

# Transfer codings (RFC 9112 §6.1).
C_NONE = 0
C_CHUNKED = 1
C_UNKNOWN = 2
C_BAD = 3
"""Not a list of codings: its meaning is unknown."""
