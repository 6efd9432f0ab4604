"""Status codes that get special treatment (RFC 9110 §15)."""

from __future__ import annotations

SWITCHING_PROTOCOLS = 101
FIRST_ERROR = 400
"""The lowest error status: 4xx are client errors, 5xx server errors."""
