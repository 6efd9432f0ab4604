"""Rings when a packet opens or closes a connection: the moments at which a look at the sockets is worth most.

It is a packet socket behind a filter in the kernel that lets only SYN, FIN and RST through, a few bytes of each.
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
"""Bits of the TCP header's flags (RFC 9293 §3.1)."""
BYTES_KEPT = 1

PROGRAM: bpf.Program = [
    # The socket is of the kind that leaves the link layer out: byte 0 is the IP version (RFC 791 §3.1, RFC 8200 §3).
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


class Doorbell:
    """Waits for the next opening or closing on one interface."""

    def __init__(self, interface: str) -> None:
        """Begin to listen.

        Raises:
            InspectorError: this user may not, or this system has no such sockets.
        """
        try:
            self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, 0)
        except (AttributeError, OSError) as error:
            raise InspectorError(f"Openings and closings of connections are not noticed at once: {error}.") from error
        try:
            bpf.attach(self._socket, PROGRAM)
            bind(self._socket, interface)
        except OSError as error:
            self._socket.close()
            raise InspectorError(
                f"Openings and closings on {interface} are not noticed at once: {error.strerror}."
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
        """Listen no more."""
        self._socket.close()
