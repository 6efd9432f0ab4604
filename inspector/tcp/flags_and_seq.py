"""Four TCP flags, and the signed offset between two sequence numbers. The header itself is read in wire/tcp_header.py.

flags_and_seq.pxd defines the same for the compiled modules, as an inline function.
"""

from __future__ import annotations

# Control bits (RFC 9293 §3.1), as packets.flags holds them.
FIN = 1
SYN = 2
RST = 4
ACK = 16


def seq_offset(a: int, b: int) -> int:
    """The signed offset in bytes from `a` to `b` modulo 2**32; positive if `b` is later (RFC 9293 §3.4).

    Two numbers that are half the number space apart are each before the other: the result is -2**31 either way.
    """
    return ((b - a + 0x8000_0000) & 0xFFFF_FFFF) - 0x8000_0000
