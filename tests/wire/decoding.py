"""Decoding in tests: packets in, columns out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from inspector.tables.arena import ARENA, Arena
from inspector.tables.table import Table
from inspector.wire import Decoder

MILLISECOND = 1_000_000


class Decoded:
    """Packets laid one behind the other in what stands for the file, and what the decoder made of them.

    `length` is the size on the wire where a capture cut packets off; `guard` is what lies between the packets, where
    nobody may look.
    """

    def __init__(
        self,
        packets: Iterable[bytes],
        link_type: int | Sequence[int] = 1,
        length: int | None = None,
        guard: bytes = b"\xee" * 64,
        make: Any = Decoder,
    ) -> None:
        pieces = list(packets)
        link_types = [link_type] if isinstance(link_type, int) else list(link_type)
        self.packets = Table("packets")
        self.headers = Table("headers")
        self.arena = Arena()
        self.packets.reserve(len(pieces))
        self.packets.rows = len(pieces)
        self.file = bytearray(guard)
        for row, piece in enumerate(pieces):
            self.packets["time_ns"][row] = row * MILLISECOND
            self.packets["address"][row] = len(self.file)
            self.packets["captured"][row] = len(piece)
            self.packets["length"][row] = len(piece) if length is None else length
            self.packets["interface"][row] = row if len(link_types) > 1 else 0
            self.file += piece + guard
        self.decoder = make(self.packets, self.headers, self.arena, link_types)
        self.decoder.attach(memoryview(bytes(self.file)))

    def all(self) -> Decoded:
        """Decode everything as one batch."""
        self.decoder.advance(0, len(self.packets))
        return self

    def row(self, row: int = -1) -> dict[str, Any]:
        """Both tables' columns of one packet of the only batch; the payload as it can be read there."""
        row = range(len(self.packets))[row]
        columns = {name: self.packets[name][row].tolist() for name in self.packets.columns}
        columns |= {name: self.headers[name][row].tolist() for name in self.headers.columns}
        start, size = columns["payload_address"], columns["payload_captured"]
        whole = self.arena.data if start >= ARENA else memoryview(self.file)
        columns["bytes"] = bytes(whole[start % ARENA : start % ARENA + size])
        return columns

    def rows(self) -> list[dict[str, Any]]:
        """All of them."""
        return [self.row(row) for row in range(len(self.packets))]


def decode(packet: bytes, link_type: int = 1, length: int | None = None) -> dict[str, Any]:
    """The columns of one packet."""
    return Decoded([packet], link_type, length).all().row()
