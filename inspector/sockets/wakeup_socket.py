"""Waits for packets that open or close a connection, the moments at which a survey of the sockets is most useful.

It uses a packet socket with a kernel filter that accepts only packets with SYN, FIN or RST, and only one byte of each.
"""

from __future__ import annotations

import contextlib
import select
import socket

from inspector.errors import InspectorError
from inspector.live import bpf
from inspector.live.afpacket import bind

LOAD_BYTE_INDEXED = 0x50
SHIFT_RIGHT = 0x74
FIN_SYN_RST = 0x07
"""The bits of FIN, SYN and RST in the flags of the TCP header (RFC 9293 §3.1)."""
BYTES_KEPT = 1

PROGRAM: bpf.Program = [
    # The socket gets packets without the link-layer header: byte 0 has the IP version (RFC 791 §3.1, RFC 8200 §3).
    (bpf.LOAD_BYTE, 0, 0, 0),
    (SHIFT_RIGHT, 0, 0, 4),
    (bpf.JUMP_EQUAL, 0, 5, 4),
    (bpf.LOAD_BYTE, 0, 0, 9),
    (bpf.JUMP_EQUAL, 0, 9, bpf.TCP),
    (bpf.LOAD_X_HEADER_LENGTH, 0, 0, 0),
    (LOAD_BYTE_INDEXED, 0, 0, 13),
    (bpf.JUMP_SET, 5, 6, FIN_SYN_RST),
    (bpf.JUMP_EQUAL, 0, 5, 6),
    (bpf.LOAD_BYTE, 0, 0, 6),
    (bpf.JUMP_EQUAL, 0, 3, bpf.TCP),
    (bpf.LOAD_BYTE, 0, 0, bpf.IPV6_HEADER + 13),
    (bpf.JUMP_SET, 0, 1, FIN_SYN_RST),
    (bpf.RETURN, 0, 0, BYTES_KEPT),
    (bpf.RETURN, 0, 0, 0),
]


class WakeupSocket:
    """Waits for the next packet on one interface that opens or closes a connection."""

    def __init__(self, interface: str) -> None:
        """Open the packet socket and start listening.

        Raises:
            InspectorError: this user is not permitted to, or this system has no packet sockets.
        """
        try:
            self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, 0)
        except (AttributeError, OSError) as error:
            raise InspectorError(f"Opened and closed connections are not noticed at once: {error}.") from error
        try:
            bpf.attach(self._socket, PROGRAM)
            bind(self._socket, interface)
        except OSError as error:
            self._socket.close()
            raise InspectorError(
                f"Opened and closed connections on {interface} are not noticed at once: {error.strerror}."
            ) from error
        self._socket.setblocking(False)

    def wait(self, seconds: float) -> bool:
        """Wait for a packet that opens or closes a connection, at most `seconds`; returns whether there was one."""
        ready, _, _ = select.select([self._socket], [], [], seconds)
        with contextlib.suppress(BlockingIOError):
            while ready:
                self._socket.recv(BYTES_KEPT)
        return bool(ready)

    def close(self) -> None:
        """Stop listening."""
        self._socket.close()
