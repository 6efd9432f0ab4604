"""The request methods and transfer codings that affect the framing of a message. framing.pxd has the same constants for
compiled modules."""

from __future__ import annotations

# Methods whose messages are framed in their own way (RFC 9112 §6.3).
METHOD_OTHER = 0
METHOD_HEAD = 1
METHOD_CONNECT = 2
METHOD_PRI = 3

# Transfer codings (RFC 9112 §6.1).
CODING_NONE = 0
CODING_CHUNKED = 1
CODING_UNKNOWN = 2
CODING_BAD = 3
"""The field value is not a list of codings, so its meaning is unknown."""
