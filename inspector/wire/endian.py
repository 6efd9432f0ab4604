"""Numbers of several bytes; an IndexError when they are not all there.

endian.pxd says the same to the compiled modules, which take it in without a call.
"""

from __future__ import annotations


def be16(data: memoryview, at: int) -> int:
    """The big-endian 16-bit number at `at`."""
    return int(data[at] << 8 | data[at + 1])


def be32(data: memoryview, at: int) -> int:
    """The big-endian 32-bit number at `at`."""
    return int(data[at] << 24 | data[at + 1] << 16 | data[at + 2] << 8 | data[at + 3])


def le16(data: memoryview, at: int) -> int:
    """The little-endian 16-bit number at `at`."""
    return int(data[at] | data[at + 1] << 8)
