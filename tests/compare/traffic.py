"""The five-way test, written packet by packet, with known times and lengths."""

from __future__ import annotations

import struct
from collections.abc import Callable
from pathlib import Path

from inspector.pcap.interfaces import Interface
from inspector.pcap.pcapng_writer import JoinedSpool, SpoolWriter

FIN, SYN, RST, PSH, ACK = 1, 2, 4, 8, 16
CLIENT, SERVER = 0, 1

START_NS = 1_700_000_000_000_000_000
STEP_NS = 100_000
"""Default time between two packets."""

MS = 1_000_000
HEADERS = 14 + 20 + 20
"""Bytes before the payload: Ethernet, IPv4 and TCP without options."""

NEWS = ("The kettle is on.", "There is fresh cake.", "It has stopped raining.")
HTTP_PORT, CHAT_PORT = 8000, 8765


class Wire:
    """A capture file in the making, and its clock."""

    def __init__(self, path: Path, writer: type[SpoolWriter] = SpoolWriter) -> None:
        self.path = path
        self.now_ns = START_NS
        self._spool = writer(path, Interface(1, 262_144, "lo", "test traffic"))

    def put(self, ports: tuple[int, int], seq: int, ack: int, flags: int, payload: bytes) -> None:
        """Write one packet between two ports of 127.0.0.1, and advance the clock."""
        tcp = struct.pack("!HHIIBBHHH", *ports, seq, ack, 5 << 4, flags, 65535, 0, 0) + payload
        ip = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(tcp), 0, 0, 64, 6, 0, b"\x7f\0\0\1", b"\x7f\0\0\1")
        frame = bytes(12) + b"\x08\x00" + ip + tcp
        self._spool.packet(self.now_ns, frame, len(frame))
        self.now_ns += STEP_NS

    def until(self, ms: float) -> None:
        """Wait until `ms` after the start."""
        self.now_ns = max(self.now_ns, START_NS + int(ms * MS))

    def close(self) -> None:
        self._spool.flush()
        self._spool.close()


class Connection:
    """One connection from its handshake on; what carries data is acknowledged at once by an empty segment."""

    def __init__(self, wire: Wire, client_port: int, server_port: int = HTTP_PORT, *, is_new: bool = True) -> None:
        self._wire = wire
        self._ports = ((client_port, server_port), (server_port, client_port))
        self._next = [1000, 5000]
        self._last = [b"", b""]
        if is_new:
            self._send(CLIENT, SYN)
            self._send(SERVER, SYN | ACK)
            self._send(CLIENT, ACK)

    def say(self, side: int, data: bytes) -> None:
        """One end sends something, the other acknowledges."""
        self._send(side, PSH | ACK, data)
        self._send(1 - side, ACK)

    def request(self, head: str, body: bytes = b"") -> None:
        """An HTTP request."""
        length = f"Content-Length: {len(body)}\r\n" if body else ""
        self.say(CLIENT, f"{head} HTTP/1.1\r\nHost: cafe\r\nUser-Agent: test\r\n{length}\r\n".encode() + body)

    def respond(self, body: bytes = b"", status: str = "200 OK", more: str = "") -> None:
        """An HTTP response."""
        self.say(SERVER, f"HTTP/1.1 {status}\r\n{more}Content-Length: {len(body)}\r\n\r\n".encode() + body)

    def close(self, side: int = CLIENT) -> None:
        """Both ends are done, this one first."""
        self._send(side, FIN | ACK)
        self._send(1 - side, FIN | ACK)
        self._send(side, ACK)

    def repeat(self, side: int) -> None:
        """One end sends its last segment again."""
        data = self._last[side]
        self._next[side] -= len(data)
        self._send(side, PSH | ACK, data)

    def reset(self) -> None:
        """The client resets the connection."""
        self._send(CLIENT, RST)

    def _send(self, side: int, flags: int, data: bytes = b"") -> None:
        ack = self._next[1 - side] if flags & ACK else 0
        self._wire.put(self._ports[side], self._next[side], ack, flags, data)
        self._next[side] += len(data) + bool(flags & (SYN | FIN))
        if data:
            self._last[side] = data


def masked(text: str, opcode: int = 1, mask: bytes = b"\x0a\x0b\x0c\x0d") -> bytes:
    """A client's frame (RFC 6455 §5.2) of up to 125 bytes."""
    data = bytes(byte ^ mask[i % 4] for i, byte in enumerate(text.encode("latin-1")))
    return bytes((0x80 | opcode, 0x80 | len(data))) + mask + data


def frame(text: str, opcode: int = 1) -> bytes:
    """A server's frame of up to 125 bytes."""
    return bytes((0x80 | opcode, len(text))) + text.encode("latin-1")


def upgrade(connection: Connection) -> None:
    """From HTTP to WebSocket."""
    connection.say(
        CLIENT,
        b"GET /chat HTTP/1.1\r\nHost: cafe\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
    )
    connection.say(
        SERVER,
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n",
    )


def open_stream(connection: Connection) -> None:
    """From a request to a response that does not end."""
    connection.request("GET /stream")
    connection.say(SERVER, b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n")


def event(text: str) -> bytes:
    """A chunk with one event."""
    block = f"data: {text}\n\n".encode()
    return b"%x\r\n%s\r\n" % (len(block), block)


def chat_on_another_interface(path: Path) -> None:
    """Add an idle chat to a capture, on an interface of its own: pings, and a message at last."""
    wire = Wire(path, JoinedSpool)
    chat = Connection(wire, 51001, CHAT_PORT)
    upgrade(chat)
    for second in range(1, 20):
        wire.until(1000 * second)
        chat.say(SERVER, frame("", 9))
        chat.say(CLIENT, masked("", 10))
    chat.say(SERVER, frame("Is anybody there?"))
    wire.close()


POLL_MS = 200
POLLS = 12
TOLD_MS = (450.0, 1150.0, 1950.0)
"""Times at which the editor sends news to the server, ms after the start."""


def five_ways(path: Path) -> Path:
    """An editor tells the server three pieces of news; five readers get them, each in its own way.

    Connections by client port: 50001 WebSocket, 50002 event stream, 50003 polling on one connection, 50004 kept alive,
    50100 and on an editor (odd) and a reader (even) whose connections are closed each time.
    """
    wire = Wire(path)
    chat = Connection(wire, 50001, CHAT_PORT)
    upgrade(chat)
    chat.say(CLIENT, masked("Hello, I am Alice"))
    stream = Connection(wire, 50002)
    open_stream(stream)
    poller, kept = Connection(wire, 50003), Connection(wire, 50004)
    known: list[str] = []

    def poll() -> None:
        poller.request(f"GET /news?after={len(known)}")
        poller.respond("\n".join(known).encode() if known else b"nothing yet")

    def tell(i: int) -> None:
        known.append(NEWS[i])
        editor = Connection(wire, 50101 + 2 * i)
        editor.request("POST /news", NEWS[i].encode())
        stream.say(SERVER, event(NEWS[i]))
        chat.say(SERVER, frame(NEWS[i]))
        editor.respond(status="204 No Content")
        editor.close()
        kept.request(f"GET /news/{i}")
        kept.respond(NEWS[i].encode())
        reader = Connection(wire, 50100 + 2 * i)
        reader.request(f"GET /news/{i}")
        reader.respond(NEWS[i].encode(), more="Connection: close\r\n")
        reader.close(SERVER)

    plan: list[tuple[float, Callable[[], None]]] = [(100.0 + POLL_MS * i, poll) for i in range(POLLS)]
    plan += [(ms, lambda i=i: tell(i)) for i, ms in enumerate(TOLD_MS)]  # type: ignore[misc]
    for ms, act in sorted(plan, key=lambda step: step[0]):
        wire.until(ms)
        act()
    wire.until(2600.0)
    stream.say(SERVER, b"0\r\n\r\n")
    for connection in (stream, poller, kept):
        connection.close()
    chat.say(CLIENT, masked("\x03\xe8", 8))
    chat.say(SERVER, frame("\x03\xe8", 8))
    chat.close(SERVER)
    wire.close()
    return path
