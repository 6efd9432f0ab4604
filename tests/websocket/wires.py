"""Writes what a WebSocket conversation puts on the wire, right or wrong on purpose."""

from __future__ import annotations

import zlib

from inspector.websocket.handshake import accept_for

KEY = "dGhlIHNhbXBsZSBub25jZQ=="
MASK = b"\x37\xfa\x21\x3d"


def upgrade(extensions: str = "", key: str = KEY) -> bytes:
    """The client's request."""
    more = f"Sec-WebSocket-Extensions: {extensions}\r\n" if extensions else ""
    return (
        "GET /chat HTTP/1.1\r\nHost: example\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n{more}\r\n"
    ).encode()


def agree(extensions: str = "", accept: str = "") -> bytes:
    """The server's answer."""
    more = f"Sec-WebSocket-Extensions: {extensions}\r\n" if extensions else ""
    return (
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Accept: {accept or accept_for(KEY)}\r\n{more}\r\n"
    ).encode()


def frame(
    payload: bytes = b"", opcode: int = 1, fin: int = 1, rsv: int = 0, mask: bytes = b"", size: int | None = None
) -> bytes:
    """A frame; `size` forces the length into so many bytes (1, 2 or 8)."""
    head = bytes([fin << 7 | rsv << 4 | opcode])
    bit, length = (128 if mask else 0), len(payload)
    if size is None:
        size = 1 if length < 126 else 2 if length < 65536 else 8
    if size == 1:
        head += bytes([bit | length])
    else:
        head += bytes([bit | (126 if size == 2 else 127)]) + length.to_bytes(size, "big")
    if not mask:
        return head + payload
    return head + mask + bytes(byte ^ mask[i % 4] for i, byte in enumerate(payload))


def masked(payload: bytes = b"", opcode: int = 1, fin: int = 1, rsv: int = 0) -> bytes:
    """A frame as a client has to send it."""
    return frame(payload, opcode, fin, rsv, MASK)


def close(code: int, reason: bytes = b"", mask: bytes = MASK) -> bytes:
    """A close frame."""
    return frame(code.to_bytes(2, "big") + reason, 8, mask=mask)


class Deflater:
    """Compresses messages as one sender does (RFC 7692 §7.2.1)."""

    def __init__(self, keeps_context: bool = True) -> None:
        self._keeps_context = keeps_context
        self._stream = zlib.compressobj(wbits=-15)

    def __call__(self, content: bytes) -> bytes:
        """The payload of a message."""
        if not self._keeps_context:
            self._stream = zlib.compressobj(wbits=-15)
        return (self._stream.compress(content) + self._stream.flush(zlib.Z_SYNC_FLUSH))[:-4]
