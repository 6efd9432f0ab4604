"""ApplicationLayer as plays: who sends what, in order, fed to the application layer as pieces of byte streams."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Any

import pytest

from inspector.anomalies import ANOMALIES, describe
from inspector.engine.application_layer import ApplicationLayer
from inspector.http.head import Head, parse_head
from inspector.tables.arena import Arena
from inspector.tables.table import ChunkKind, Direction, Protocol, Table

SECOND = 1_000_000_000

CLIENT, SERVER = Direction.CLIENT, Direction.SERVER

Cut = Callable[[bytes], Iterator[bytes]]


def whole(said: bytes) -> Iterator[bytes]:
    """The whole text in one piece."""
    yield said


def byte_by_byte(said: bytes) -> Iterator[bytes]:
    """A piece for each byte."""
    for i in range(len(said)):
        yield said[i : i + 1]


def at_random(seed: int, longest: int = 40) -> Cut:
    """ChunkCursor of random lengths."""
    random = Random(seed)

    def cut(said: bytes) -> Iterator[bytes]:
        at = 0
        while at < len(said):
            length = random.randint(1, longest)
            yield said[at : at + length]
            at += length

    return cut


CUTS = pytest.mark.parametrize(
    "cut", [whole, byte_by_byte, at_random(1), at_random(2)], ids=["whole", "byte by byte", "random", "random too"]
)
"""A play of each kind of cut."""


@dataclass
class Play:
    """One connection, or several; `client`, `server`, ... append events to the current connection.

    Each saying is a packet a second later than the one before; a cut saying is one packet a piece at the same time.
    """

    cut: Cut = whole
    batch: int | None = None
    is_midstream: bool = False
    is_in_arena: bool = False
    lines: list[tuple[int, int, ChunkKind, bytes | int, int]] = field(default_factory=list)
    connection: int = 0
    held_back: int = 0

    def client(self, said: bytes) -> Play:
        """The client sends this."""
        return self._add(Direction.CLIENT, ChunkKind.DATA, said)

    def server(self, said: bytes) -> Play:
        """The server sends this."""
        return self._add(Direction.SERVER, ChunkKind.DATA, said)

    def gap(self, side: Direction, length: int) -> Play:
        """So many bytes of one side are not in the capture."""
        return self._add(side, ChunkKind.GAP, length)

    def end(self, side: Direction) -> Play:
        """FIN."""
        return self._add(side, ChunkKind.END, 0)

    def abort(self, side: Direction) -> Play:
        """RST."""
        return self._add(side, ChunkKind.ABORT, 0)

    def earlier(self) -> Play:
        """What follows was carried by packets before the last saying's, but came to light after it."""
        self.held_back += 1
        return self

    def on(self, connection: int) -> Play:
        """What follows happens on this connection."""
        self.connection = connection
        return self

    def _add(self, side: Direction, kind: ChunkKind, what: bytes | int) -> Play:
        self.lines.append((self.connection, side, kind, what, self.held_back))
        self.held_back = 0
        return self

    def run(self) -> Stage:
        """Feed it all."""
        return Stage(self)


class Stage:
    """The tables that result from a play, with short ways to examine them."""

    def __init__(self, play: Play) -> None:
        names = ("packets", "connections", "chunks", "http_messages", "exchanges", "frames", "messages", "anomalies")
        self.tables = {name: Table(name) for name in names}
        self.arena = Arena()
        self._offsets: dict[tuple[int, int], int] = {}
        self._script = bytearray()
        self._write(play)
        self.application_layer = ApplicationLayer(*self.tables.values(), self.arena)
        self.application_layer.attach(memoryview(bytes(self._script)))
        rows = len(self.tables["chunks"])
        step = play.batch or max(rows, 1)
        for first in range(0, rows, step):
            self.application_layer.advance(first, min(first + step, rows))
        self.application_layer.finish()

    def __getattr__(self, name: str) -> Table:
        return self.tables[name]

    # -- writing chunks --------------------------------------------------------------------------------------

    def _write(self, play: Play) -> None:
        connections = self.tables["connections"]
        count = max((line[0] for line in play.lines), default=0) + 1
        connections.reserve(count)
        connections.raw("isn_known")[:count] = 2 if play.is_midstream else 1
        connections.rows = count
        for second, (connection, side, kind, what, held_back) in enumerate(play.lines):
            if isinstance(what, bytes):
                for piece in play.cut(what):
                    address = self.arena.append(piece) if play.is_in_arena else len(self._script)
                    self._chunk(second, connection, side, kind, address, len(piece), held_back)
                    self._script += piece
            else:
                self._chunk(second, connection, side, kind, 0, what, held_back)

    def _chunk(
        self, second: int, connection: int, side: int, kind: ChunkKind, address: int, length: int, held_back: int
    ) -> None:
        packets, chunks = self.tables["packets"], self.tables["chunks"]
        offset = self._offsets.get((connection, side), 0)
        self._offsets[connection, side] = offset + length
        packets.reserve(1)
        packets.raw("time_ns")[packets.rows] = second * SECOND
        packets.rows += 1
        values: dict[str, Any] = {
            "connection": connection,
            "direction": side,
            "kind": kind,
            "packet": packets.rows - 1 - 3 * held_back,
            "at": packets.rows - 1,
            "address": address,
            "length": length,
            "stream_offset": offset,
        }
        chunks.reserve(1)
        for name, value in values.items():
            chunks.raw(name)[chunks.rows] = value
        chunks.rows += 1

    # -- looking at the result -------------------------------------------------------------------------------

    def bytes_at(self, address: int, length: int) -> bytes:
        """Bytes by their address, as Capture has it."""
        data = self.arena.data if address >= 1 << 62 else memoryview(self._script)
        start = address - (1 << 62) if address >= 1 << 62 else address
        return bytes(data[start : start + length])

    def row(self, table: str, row: int) -> dict[str, int]:
        """One row as a dictionary."""
        columns = self.tables[table]
        return {name: int(columns[name][row]) for name in columns.columns if columns[name].ndim == 1}

    def rows(self, table: str) -> list[dict[str, int]]:
        """All rows as dictionaries."""
        return [self.row(table, i) for i in range(len(self.tables[table]))]

    def head(self, message: int) -> Head:
        """The head of an HTTP message."""
        row = self.row("http_messages", message)
        return parse_head(self.bytes_at(row["head_address"], row["head_bytes"]))

    def line(self, message: int) -> str:
        """`GET /` or `200` of an HTTP message; `-` for row -1."""
        if message < 0:
            return "-"
        head = self.head(message)
        return f"{head.method} {head.target}" if head.method else str(head.status or "headless")

    def pairs(self) -> list[tuple[str, str]]:
        """Request and response of each exchange."""
        return [(self.line(row["request"]), self.line(row["response"])) for row in self.rows("exchanges")]

    def codes(self) -> list[str]:
        """Codes of all anomalies, in order."""
        return [ANOMALIES[code].code for code in self.tables["anomalies"]["code"].tolist()]

    def sentence(self, code: str) -> str:
        """The sentence of the first anomaly with this code."""
        row = self.row("anomalies", self.codes().index(code))
        return describe(row["code"], row["a"], row["b"], row["c"])

    def text(self, message: int) -> bytes:
        """What was kept of a WebSocket message's content."""
        row = self.row("messages", message)
        return self.bytes_at(row["text_address"], row["text_bytes"]) if row["text_address"] >= 0 else b""

    def texts(self) -> list[bytes]:
        """The kept content of all WebSocket messages."""
        return [self.text(i) for i in range(len(self.tables["messages"]))]

    def protocol(self, connection: int = 0) -> Protocol:
        """The protocol found on the connection."""
        return Protocol(int(self.tables["connections"]["protocol"][connection]))
