"""Captures of one crafted connection: who sends what, and when."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import inspector
from inspector.engine.capture import Capture
from tests.tcp.mutations import MILLISECOND, START_NS, pcap, segment

Line = tuple[float, str, str, bytes]
"""Milliseconds since the first packet, sender ("client" or "server"), flags, payload."""

FIRST = {"client": 100, "server": 300}
WINDOW = 60_000

OPENING: list[Line] = [(0, "client", "S", b""), (1, "server", "SA", b""), (2, "client", "A", b"")]
"""A handshake: the capture is 1 ms from either end."""

REQUEST = b"GET /menu HTTP/1.1\r\nHost: a\r\n\r\n"
RESPONSE = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"


class Conversation:
    """Numbers the segments of one connection."""

    def __init__(self) -> None:
        self._next = dict(FIRST)
        self.packets: list[object] = []
        self._window = {"client": WINDOW, "server": WINDOW}

    def send(self, at_ms: float, sender: str, flags: str, payload: bytes, **fields: int) -> None:
        """Add a segment. `fields` may give `seq`, `ack` (both relative; 1 is the first byte) and `window`."""
        peer = "server" if sender == "client" else "client"
        seq = FIRST[sender] + fields["seq"] if "seq" in fields else self._next[sender]
        ack = FIRST[peer] + fields["ack"] if "ack" in fields else self._next[peer]
        self._window[sender] = fields.get("window", self._window[sender])
        time_ns = START_NS + int(at_ms * MILLISECOND)
        side = ("client", "server").index(sender)
        self.packets.append(segment(time_ns, side, flags, seq, ack, self._window[sender], payload, None))
        self._next[sender] = max(self._next[sender], seq + len(payload) + ("S" in flags) + ("F" in flags))


def captured(folder: Path, lines: Iterable[tuple[object, ...]]) -> Capture:
    """The capture of these lines; a line may have a fifth item, a dictionary of the fields of `Conversation.send`."""
    talk = Conversation()
    for at_ms, sender, flags, payload, *fields in lines:
        talk.send(at_ms, sender, flags, payload, **(fields[0] if fields else {}))  # type: ignore[arg-type]
    path = folder / "conversation.pcap"
    path.write_bytes(pcap(talk.packets))  # type: ignore[arg-type]
    return inspector.open(path)
