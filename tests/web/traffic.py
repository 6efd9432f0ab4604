"""Traffic for the dashboard to show: packets of short conversations, written to a spool as a capture would."""

from __future__ import annotations

import itertools
import struct
from pathlib import Path

from inspector.sources.interfaces import Interface
from inspector.sources.pcapng import SpoolWriter

FIN, SYN, RST, PSH, ACK = 1, 2, 4, 8, 16

SAMPLE_PACKETS = 8 + 10 + 8

START_NS = 1_700_000_000_000_000_000
STEP_NS = 1_000_000

CLIENT, SERVER = 0, 1


class Wire:
    """A spool that conversations are written to; each packet a millisecond after the one before."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._spool = SpoolWriter(path, Interface(1, 262_144, "lo", "test traffic"))
        self._times = itertools.count(START_NS, STEP_NS)
        self.packets = 0

    def put(self, ports: tuple[int, int], seq: int, ack: int, flags: int, payload: bytes = b"") -> None:
        """Write one packet between two ports of 127.0.0.1 and have it seen."""
        tcp = struct.pack("!HHIIBBHHH", *ports, seq, ack, 5 << 4, flags, 65535, 0, 0) + payload
        ip = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(tcp), 0, 0, 64, 6, 0, b"\x7f\0\0\1", b"\x7f\0\0\1")
        frame = bytes(12) + b"\x08\x00" + ip + tcp
        self._spool.packet(next(self._times), frame, len(frame))
        self._spool.flush()
        self.packets += 1

    def close(self) -> None:
        self._spool.close()


class Talk:
    """One connection between `client_port` and `server_port`, from its handshake on."""

    def __init__(self, wire: Wire, client_port: int, server_port: int = 80) -> None:
        self._wire = wire
        self._ports = ((client_port, server_port), (server_port, client_port))
        self._next = [1000, 5000]
        self._overtaken = (0, 0, b"")
        self._send(CLIENT, SYN)
        self._send(SERVER, SYN | ACK)
        self._send(CLIENT, ACK)

    def client(self, data: bytes) -> None:
        self._send(CLIENT, PSH | ACK, data)

    def server(self, data: bytes) -> None:
        self._send(SERVER, PSH | ACK, data)

    def overtake(self, first: bytes, second: bytes) -> None:
        """The server sends two segments; only the second arrives for now, see `arrive`."""
        seq, ack = self._next[SERVER], self._next[CLIENT]
        self._wire.put(self._ports[SERVER], seq + len(first), ack, PSH | ACK, second)
        self._overtaken = (seq, ack, first)
        self._next[SERVER] += len(first) + len(second)

    def arrive(self) -> None:
        """The segment that was overtaken arrives."""
        seq, ack, data = self._overtaken
        self._wire.put(self._ports[SERVER], seq, ack, PSH | ACK, data)

    def close(self) -> None:
        self._send(CLIENT, FIN | ACK)
        self._send(SERVER, FIN | ACK)
        self._send(CLIENT, ACK)

    def _send(self, side: int, flags: int, data: bytes = b"") -> None:
        ack = self._next[1 - side] if flags & ACK else 0
        self._wire.put(self._ports[side], self._next[side], ack, flags, data)
        self._next[side] += len(data) + bool(flags & (SYN | FIN))


def exchange(wire: Wire, port: int, target: str = "/", body: bytes = b"Hello") -> None:
    """A whole short-lived HTTP connection: eight packets, one exchange."""
    talk = Talk(wire, port)
    talk.client(b"GET %s HTTP/1.1\r\nHost: demo\r\nX-Long: %s\r\n\r\n" % (target.encode(), b"x" * 2000))
    talk.server(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))
    talk.close()


def chat(wire: Wire, port: int, *texts: str) -> Talk:
    """A WebSocket that stays open, on which the server says `texts`."""
    talk = Talk(wire, port)
    talk.client(
        b"GET /chat HTTP/1.1\r\nHost: demo\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    )
    talk.server(
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n"
    )
    for text in texts:
        talk.server(frame(text))
    return talk


def frame(text: str) -> bytes:
    """An unmasked text frame (RFC 6455 §5.2) of up to 125 bytes."""
    data = text.encode()
    return bytes((0x81, len(data))) + data


def sample(path: Path) -> Path:
    """A capture of two exchanges (connections 0 and 2) and a chat (connection 1)."""
    wire = Wire(path)
    exchange(wire, 40001, "/first")
    chat(wire, 40002, "Hi", "Bob").close()
    exchange(wire, 40003, "/second", b"bye")
    wire.close()
    return path
