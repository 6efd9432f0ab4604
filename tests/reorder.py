"""Captures in another order, or with packets missing, made from recorded ones."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from random import Random

import numpy as np

from inspector.engine.capture import Capture

from .pcap.craft import SECOND, Pcap

MILLISECOND = 1_000_000


def displaced(capture: Capture, chance: Random, most: int) -> list[int]:
    """Packet rows in an order in which each lies at most `most` places from its own among its connection's."""
    order = list(range(len(capture.packets)))
    for connection in range(len(capture.connections)):
        rows = np.flatnonzero(capture.packets["connection"] == connection).tolist()
        moved = sorted(enumerate(rows), key=lambda place: place[0] + chance.uniform(0, most))
        for slot, (_, row) in zip(rows, moved, strict=True):
            order[slot] = row
    return order


def write_in_order(capture: Capture, rows: Iterable[int], path: Path) -> Path:
    """A pcap of these packets of a capture, in this order, a millisecond apart."""
    file = Pcap(magic=0xA1B23C4D, link_type=capture.interfaces[0].link_type)
    lengths = capture.packets["length"].tolist()
    for place, row in enumerate(rows):
        file.packet(*divmod(place * MILLISECOND, SECOND), capture.packet_bytes(row), lengths[row])
    path.write_bytes(file.data)
    return path
