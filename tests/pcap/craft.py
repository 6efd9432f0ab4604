"""Capture files written byte by byte, so that the reader is tested against the formats and not against our writer."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from inspector.pcap.reader import PacketFile, open_packets
from inspector.tables.table import Table

SECOND = 1_000_000_000


class Pcap:
    """A pcap file in the making."""

    def __init__(self, magic: int = 0xA1B2C3D4, order: str = "<", link_type: int = 1, snaplen: int = 262_144) -> None:
        self.order = order
        self.data = struct.pack(order + "IHHiIII", magic, 2, 4, 0, 0, snaplen, link_type)

    def packet(
        self, seconds: int, fraction: int, payload: bytes, length: int | None = None, extra: bytes = b""
    ) -> Pcap:
        size = len(payload) if length is None else length
        self.data += struct.pack(self.order + "IIII", seconds, fraction, len(payload), size) + extra + payload
        return self


class Pcapng:
    """A pcapng file in the making."""

    def __init__(self, order: str = "<") -> None:
        self.order = order
        self.data = b""
        self.section(order)

    def block(self, kind: int, body: bytes) -> Pcapng:
        body += bytes(-len(body) % 4)
        length = struct.pack(self.order + "I", len(body) + 12)
        self.data += struct.pack(self.order + "I", kind) + length + body + length
        return self

    def section(self, order: str = "<", options: bytes = b"") -> Pcapng:
        self.order = order
        return self.block(0x0A0D0D0A, struct.pack(order + "IHHq", 0x1A2B3C4D, 1, 0, -1) + options)

    def options(self, *pairs: tuple[int, bytes]) -> bytes:
        written = [struct.pack(self.order + "HH", c, len(v)) + v + bytes(-len(v) % 4) for c, v in (*pairs, (0, b""))]
        return b"".join(written)

    def interface(self, link_type: int = 1, snaplen: int = 0, *options: tuple[int, bytes]) -> Pcapng:
        return self.block(1, struct.pack(self.order + "HHI", link_type, 0, snaplen) + self.options(*options))

    def packet(
        self, ticks: int, payload: bytes, interface: int = 0, length: int | None = None, *options: tuple[int, bytes]
    ) -> Pcapng:
        size = len(payload) if length is None else length
        head = struct.pack(self.order + "IIIII", interface, ticks >> 32, ticks & 0xFFFFFFFF, len(payload), size)
        tail = self.options(*options) if options else b""
        return self.block(6, head + payload + bytes(-len(payload) % 4) + tail)

    def old_packet(self, ticks: int, payload: bytes, interface: int = 0) -> Pcapng:
        size = len(payload)
        head = struct.pack(self.order + "HHIIII", interface, 0, ticks >> 32, ticks & 0xFFFFFFFF, size, size)
        return self.block(2, head + payload)

    def simple_packet(self, payload: bytes, length: int | None = None) -> Pcapng:
        return self.block(3, struct.pack(self.order + "I", len(payload) if length is None else length) + payload)

    def statistics(self, interface: int, *options: tuple[int, bytes]) -> Pcapng:
        return self.block(5, struct.pack(self.order + "III", interface, 0, 0) + self.options(*options))


def save(folder: Path, data: bytes, name: str = "x.cap") -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def read_all(file: PacketFile, limit: int = 8192) -> Table:
    """Every packet that is there, `limit` at a time."""
    packets = Table("packets")
    while file.read(packets, limit):
        pass
    return packets


def read(path: Path, limit: int = 8192) -> tuple[PacketFile, Table]:
    """A file read to its end and finished; the caller closes it."""
    file = open_packets(path)
    packets = read_all(file, limit)
    file.finish()
    return file, packets


def contents(file: PacketFile, packets: Table) -> list[bytes]:
    """The captured bytes of every packet."""
    places = zip(packets["address"].tolist(), packets["captured"].tolist(), strict=True)
    return [bytes(file.data[at : at + size]) for at, size in places]


def columns(packets: Table, *names: str) -> list[tuple[Any, ...]]:
    """Some columns, row by row."""
    return list(zip(*(packets[name].tolist() for name in names), strict=True))


def times(packets: Table) -> Sequence[int]:
    return [int(time) for time in packets["time_ns"]]
