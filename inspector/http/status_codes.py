"""The status codes with special treatment (RFC 9110 §15)."""

from __future__ import annotations

SWITCHING_PROTOCOLS = 101
FIRST_ERROR = 400
"""This and all above are errors: 4xx of the client, 5xx of the server."""
