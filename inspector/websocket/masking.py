"""Masking of payload at memory speed (RFC 6455 §5.3), by the websockets library.

The library is loaded when the first masked payload is read: most captures have none, and opening one should be quick.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache


def apply_mask(payload: bytes, mask: int, done: int = 0) -> bytes:
    """Mask or unmask (the operation is the same) a part of a payload that is preceded by `done` bytes in its frame."""
    key = mask.to_bytes(4, "big")
    phase = done & 3
    return _masker()(payload, key[phase:] + key[:phase] if phase else key)


@cache
def _masker() -> Callable[[bytes, bytes], bytes]:
    try:
        from websockets.speedups import apply_mask
    except ImportError:  # the library without its compiled extension
        from websockets.utils import apply_mask
    return apply_mask
