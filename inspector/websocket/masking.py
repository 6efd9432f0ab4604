"""Masking of payload (RFC 6455 §5.3)."""

from __future__ import annotations

import numpy as np


def apply_mask(payload: bytes, mask: int, done: int = 0) -> bytes:
    """Mask or unmask (the operation is the same) a part of a payload that is preceded by `done` bytes in its frame."""
    key = mask.to_bytes(4, "big")
    phase = done & 3
    repeated = (key[phase:] + key[:phase]) * (len(payload) // 4 + 1)
    return (np.frombuffer(payload, np.uint8) ^ np.frombuffer(repeated, np.uint8, len(payload))).tobytes()
