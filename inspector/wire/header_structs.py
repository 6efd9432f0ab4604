"""The parts of headers that always look the same, each read at once, and the sum over a segment. The caller
knows the bytes to be there.

header_structs.pxd says the same to the compiled modules, which take it in without a call. A plain run needs a quarter
of the time that one number after the other would take.
"""

from __future__ import annotations

from struct import Struct

ipv4_header = Struct(">BxHHHxBxxII").unpack_from
"""Of the 20 bytes at an index (RFC 791 §3.1): version and length of the header, total length, identification, flags and
fragment offset, protocol, source, destination."""

tcp_header = Struct(">HHIIHH").unpack_from
"""Of the 16 bytes at an index (RFC 9293 §3.1): source port, destination port, sequence number, acknowledgment number,
data offset and flags, window."""

tcp_timestamps = Struct(">III").unpack_from
"""Of the 12 bytes of options at an index that nearly every segment has (RFC 7323 appendix A): NOP, NOP, kind and length
in one number; TSval; TSecr."""


def sum_of_words(data: memoryview, at: int, size: int) -> int:
    """The sum of the 16-bit words of `size` bytes modulo 0xFFFF (RFC 1071; its two zeros are one here)."""
    return (int.from_bytes(data[at : at + size]) << 8 * (size & 1)) % 0xFFFF
