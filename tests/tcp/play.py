"""A conversation written as a play: who sends what, in order; the TCP stage then fills its tables from it.

    play = Play()
    play.client("S", seq=100)
    play.server("SA", seq=300, ack=101)
    play.client("A", seq=101, ack=301)
    play.client("PA", b"hello", seq=101, ack=301)

No bytes of headers are involved: the decoder's columns are written directly, so that these tests stand on the TCP
stage alone.
"""

from __future__ import annotations

from collections.abc import Iterable

from inspector.anomalies import ANOMALIES
from inspector.tables.arena import Arena
from inspector.tables.table import ChunkKind, Table
from inspector.tcp.pipeline import TcpPipeline
from inspector.tcp.states import State
from inspector.tcp.verdicts import tshark_names

FLAGS = {"F": 1, "S": 2, "R": 4, "P": 8, "A": 16, "U": 32}
MILLISECOND = 1_000_000


class Play:
    """Packets between one client (10.0.0.1) and one server (10.0.0.2), and the TCP stage's results."""

    def __init__(self, client_port: int = 40000, server_port: int = 80) -> None:
        self.packets = Table("packets")
        self.lines = Table("headers")
        self.connections = Table("connections")
        self.chunks = Table("chunks")
        self.anomalies = Table("anomalies")
        self.bytes = bytearray(b"\0")  # address 0 belongs to nobody
        self.client_port = client_port
        self.server_port = server_port
        self.now_ns = 1_000 * MILLISECOND

    def client(self, flags: str, payload: bytes = b"", **fields: int) -> int:
        """The client sends a segment; its packet row."""
        return self._send(0, flags, payload, **fields)

    def server(self, flags: str, payload: bytes = b"", **fields: int) -> int:
        """The server sends a segment; its packet row."""
        return self._send(1, flags, payload, **fields)

    def _send(
        self,
        side: int,
        flags: str,
        payload: bytes,
        *,
        seq: int = 0,
        ack: int = 0,
        window: int = 1000,
        after_ms: float = 1,
        scale: int | None = None,
        captured: int | None = None,
    ) -> int:
        self.now_ns += int(after_ms * MILLISECOND)
        ends = [(0x0A000001, self.client_port), (0x0A000002, self.server_port)]
        (source, source_port), (destination, destination_port) = (ends[side], ends[1 - side])
        packet = {
            "time_ns": self.now_ns,
            "ip_protocol": 6,
            "flags": sum(FLAGS[letter] for letter in flags),
            "seq": seq % 2**32,
            "ack": ack % 2**32,
            "payload_address": len(self.bytes),
            "payload": len(payload),
            "payload_captured": len(payload) if captured is None else captured,
        }
        header = {
            "is_tcp": 1,
            "family": 4,
            "source_lo": source,
            "destination_lo": destination,
            "source_port": source_port,
            "destination_port": destination_port,
            "window_field": window,
            "options": 0 if scale is None else 2,
            "scale": scale or 0,
        }
        self.bytes += payload
        return _append(self.packets, packet, _append(self.lines, header))

    def run(self, batches: Iterable[int] = ()) -> Play:
        """Put everything through the TCP stage, in batches of the given sizes (the rest in one), and end the
        capture.
        """
        headers = Table("headers")
        pipeline = TcpPipeline(self.packets, headers, self.connections, self.chunks, self.anomalies, Arena())
        pipeline.attach(memoryview(bytes(self.bytes)))
        done, total = 0, len(self.packets)
        for size in [*batches, total]:
            stop = min(done + size, total)
            headers.rows = 0
            headers.reserve(max(stop - done, 1))
            headers.rows = stop - done
            for column in self.lines.columns:
                headers[column][:] = self.lines[column][done:stop]
            pipeline.advance(done, stop)
            done = stop
        pipeline.finish()
        return self

    def states(self) -> list[tuple[str, str]]:
        """Both ends' states after every packet, by their RFC names."""
        return [
            (State(client).rfc_name, State(server).rfc_name)
            for client, server in zip(
                self.packets["client_state"].tolist(), self.packets["server_state"].tolist(), strict=True
            )
        ]

    def claims(self) -> list[str]:
        """Both ends' states after every packet, "client server", each with a ? where it is only assumed."""
        marks = [(bits & 1, bits & 2) for bits in self.packets["assumed"].tolist()]
        return [
            " ".join(name + "?" * bool(mark) for name, mark in zip(both, marked, strict=True))
            for both, marked in zip(self.states(), marks, strict=True)
        ]

    def verdicts(self) -> list[list[str]]:
        """The verdict on every packet, in tshark's names."""
        return [tshark_names(bits) for bits in self.packets["analysis"].tolist()]

    def anomaly_codes(self) -> list[str]:
        """Codes of the anomalies, in order."""
        return [ANOMALIES[code].code for code in self.anomalies["code"].tolist()]

    def stream(self, side: int, connection: int = 0) -> list[bytes | int | str]:
        """One direction's stream: bytes, the lengths of gaps, and how it ended."""
        out: list[bytes | int | str] = []
        c = self.chunks
        for row in range(len(c)):
            if c["connection"][row] != connection or c["direction"][row] != side:
                continue
            kind = ChunkKind(int(c["kind"][row]))
            address, length = int(c["address"][row]), int(c["length"][row])
            if kind is ChunkKind.DATA:
                piece = bytes(self.bytes[address : address + length])
                if out and isinstance(out[-1], bytes):
                    out[-1] += piece
                else:
                    out.append(piece)
            else:
                out.append(length if kind is ChunkKind.GAP else kind.name.lower())
        return out

    def handshake(self, client_isn: int = 99, server_isn: int = 299) -> Play:
        """SYN, SYN-ACK, ACK."""
        self.client("S", seq=client_isn)
        self.server("SA", seq=server_isn, ack=client_isn + 1)
        self.client("A", seq=client_isn + 1, ack=server_isn + 1)
        return self


def _append(table: Table, values: dict[str, int], result: int = 0) -> int:
    table.reserve(1)
    row = table.rows
    table.rows = row + 1
    for column, value in values.items():
        table[column][row] = value
    return row
