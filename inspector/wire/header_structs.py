"""Unpacks the fixed parts of headers, each in one call, and sums the words of a segment. The caller must have checked
that the bytes are there.

header_structs.pxd declares the same functions for the compiled modules, which inline them. In plain Python, unpacking
in one call takes a quarter of the time that reading one integer after the other would take.
"""

from __future__ import annotations

from struct import Struct

ipv4_header = Struct(">BxHHHxBxxII").unpack_from
"""Unpacks the 20 bytes at an index (RFC 791 §3.1): version and header length, total length, identification, flags and
fragment offset, protocol, source, destination."""

tcp_header = Struct(">HHIIHH").unpack_from
"""Unpacks the 16 bytes at an index (RFC 9293 §3.1): source port, destination port, sequence number, acknowledgment
number, data offset and flags, window."""

tcp_timestamps = Struct(">III").unpack_from
"""Unpacks the 12 bytes of options that nearly every segment has (RFC 7323 appendix A), at an index: NOP, NOP, kind and
length as one integer; TSval; TSecr."""


def sum_of_words(data: memoryview, at: int, size: int) -> int:
    """The sum of the 16-bit words of `size` bytes, modulo 0xFFFF (RFC 1071; its two forms of zero are both 0 here)."""
    return (int.from_bytes(data[at : at + size]) << 8 * (size & 1)) % 0xFFFF
