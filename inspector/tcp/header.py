"""Constants of the TCP header, and comparison of its sequence numbers.

header.pxd says the same to the compiled modules, which take it in without a call.
"""

from __future__ import annotations

# Control bits (RFC 9293 §3.1), as packets.flags holds them.
FIN = 1
SYN = 2
RST = 4
ACK = 16


def seq_distance(a: int, b: int) -> int:
    """Signed bytes from a to b modulo 2**32; positive when b is later (RFC 9293 §3.4).

    Numbers half the space apart are each before the other: -2**31 either way.
    """
    return ((b - a + 0x8000_0000) & 0xFFFF_FFFF) - 0x8000_0000
