"""Traffic for the dashboard to show: packets of short conversations, written to a spool as a capture would."""

from __future__ import annotations

import struct
from ipaddress import ip_address
from pathlib import Path

from inspector.pcap.interfaces import Interface
from inspector.pcap.pcapng_writer import SpoolWriter

FIN, SYN, RST, PSH, ACK = 1, 2, 4, 8, 16

SAMPLE_PACKETS = 8 + 10 + 8

START_NS = 1_700_000_000_000_000_000
STEP_NS = 1_000_000

CLIENT, SERVER = 0, 1

LOCAL = "127.0.0.1"


class Wire:
    """A spool that conversations are written to; packets a millisecond apart, the next one at `now`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._spool = SpoolWriter(path, Interface(1, 262_144, "lo", "test traffic"))
        self.now = START_NS
        self.packets = 0

    def put(
        self,
        ports: tuple[int, int],
        seq: int,
        ack: int,
        flags: int,
        payload: bytes = b"",
        hosts: tuple[str, str] = (LOCAL, LOCAL),
    ) -> None:
        """Write one packet from a host's port to another's and have it seen."""
        tcp = struct.pack("!HHIIBBHHH", *ports, seq, ack, 5 << 4, flags, 65535, 0, 0) + payload
        frame = bytes(12) + network(hosts, len(tcp)) + tcp
        self._spool.packet(self.now, frame, len(frame))
        self._spool.flush()
        self.now += STEP_NS
        self.packets += 1

    def close(self) -> None:
        self._spool.close()


def network(hosts: tuple[str, str], length: int) -> bytes:
    """EtherType and IP header of a packet that carries so many bytes of TCP."""
    source, target = map(ip_address, hosts)
    if source.version == 6:
        return b"\x86\xdd" + struct.pack("!IHBB", 6 << 28, length, 6, 64) + source.packed + target.packed
    return b"\x08\x00" + struct.pack("!BBHHHBBH", 0x45, 0, 20 + length, 0, 0, 64, 6, 0) + source.packed + target.packed


class Talk:
    """One connection between `client_port` and `server_port`, from its handshake on."""

    def __init__(
        self, wire: Wire, client_port: int, server_port: int = 80, client: str = LOCAL, server: str = LOCAL
    ) -> None:
        self._wire = wire
        self._hosts = ((client, server), (server, client))
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
        self._wire.put(self._ports[SERVER], seq + len(first), ack, PSH | ACK, second, self._hosts[SERVER])
        self._overtaken = (seq, ack, first)
        self._next[SERVER] += len(first) + len(second)

    def arrive(self) -> None:
        """The segment that was overtaken arrives."""
        seq, ack, data = self._overtaken
        self._wire.put(self._ports[SERVER], seq, ack, PSH | ACK, data, self._hosts[SERVER])

    def close(self) -> None:
        self._send(CLIENT, FIN | ACK)
        self._send(SERVER, FIN | ACK)
        self._send(CLIENT, ACK)

    def _send(self, side: int, flags: int, data: bytes = b"") -> None:
        ack = self._next[1 - side] if flags & ACK else 0
        self._wire.put(self._ports[side], self._next[side], ack, flags, data, self._hosts[side])
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
