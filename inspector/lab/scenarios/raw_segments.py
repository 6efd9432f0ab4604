"""Crafted TCP segments, for packets that no kernel sends by itself."""

from __future__ import annotations

import socket
import struct

from inspector.tcp.flags_and_seq import SYN

WINDOW = 64_240
TTL = 64


def segment(source: str, source_port: int, target: str, target_port: int, seq: int, flags: int = SYN) -> bytes:
    """An IPv4 packet that contains a TCP segment without payload and options (RFC 791 §3.1, RFC 9293 §3.1)."""
    addresses = socket.inet_aton(source) + socket.inet_aton(target)
    bare = struct.pack("!HHIIBBHHH", source_port, target_port, seq, 0, 5 << 4, flags, WINDOW, 0, 0)
    checked = checksum(addresses + struct.pack("!HH", socket.IPPROTO_TCP, len(bare)) + bare)
    tcp = bare[:16] + struct.pack("!H", checked) + bare[18:]
    head = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(tcp), 0, 0, TTL, socket.IPPROTO_TCP, 0) + addresses
    return head[:10] + struct.pack("!H", checksum(head)) + head[12:] + tcp


def checksum(data: bytes) -> int:
    """The Internet checksum of an even number of bytes (RFC 1071)."""
    total: int = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF
