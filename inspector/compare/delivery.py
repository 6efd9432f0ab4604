"""The delay from news to delivery: follows the same text from the server's first packet with it to each receiver.

When something came into the world no packet says. What packets do show is when the server was told: a client sent it a
text, and the same text went out to others later. From that packet on the time is exact. Where nobody was seen telling
the server, it knew a text at the latest when it first pushed it to anybody; the time is then "at least".
"""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from inspector.compare.delivery_methods import Kind
from inspector.compare.messages import Said
from inspector.content.json_texts import strings_in
from inspector.tables.arrays import Ints
from inspector.tables.table import Direction

if TYPE_CHECKING:
    from inspector.engine.capture import Capture

SHORTEST_TEXT = 8
"""Minimum characters of a text; a shorter one is too likely to be in two messages by chance."""

MOST_TEXTS = 64
"""Texts of one message that are followed."""

MOST_MESSAGES = 500
"""Messages of each kind and direction that are read, the latest."""

Reader = tuple[object, ...]
Sighting = tuple[int, int, int]
"""Time in ns, packet row, connection row."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One text that reached a client: the packet (and connection) with which the server got it or first showed it, the
    packet that delivered it, and the time between.
    """

    kind: Kind
    told: int
    told_on: int
    packet: int
    connection: int
    took_ns: int
    is_exact: bool


def find_deliveries(capture: Capture, said: Said) -> list[Delivery]:
    """The deliveries of a capture, in order of time: of each text the first to each reader since it was known."""
    known: dict[str, list[Sighting]] = defaultdict(list)
    pushed: dict[str, Sighting] = {}
    heard: set[tuple[Reader, str, int]] = set()
    found: list[Delivery] = []
    for i in _read(said):
        source = int(said.time_ns[i]), int(said.packet[i]), int(said.connection[i])
        texts = texts_in(said.content(capture, i))
        if said.direction[i] == Direction.CLIENT:
            for text in texts:
                known[text].append(source)
            continue
        for text in sorted(texts):
            origin, is_exact = _origin(known.get(text), pushed.get(text), source[2])
            if said.is_push[i]:
                pushed.setdefault(text, source)
            if origin is None:
                continue
            once = (_reader(capture, said, i), text, origin[1])
            if once not in heard:
                heard.add(once)
                took = source[0] - origin[0]
                found.append(Delivery(Kind(int(said.kind[i])), *origin[1:], *source[1:], took, is_exact))
    return found


def _origin(uploads: list[Sighting] | None, push: Sighting | None, connection: int) -> tuple[Sighting | None, bool]:
    """When the server knew a text: the latest upload, else the first push; and whether that is exact.

    An echo to the one who said it is no delivery, and the first push itself none whose age is known.
    """
    if uploads:
        return (None if uploads[-1][2] == connection else uploads[-1]), True
    return push, False


def _reader(capture: Capture, said: Said, i: int) -> Reader:
    """The receiver: the client of the connection; if there is a new connection each time, the client's address."""
    row = said.connection[i]
    if said.kind[i] not in (Kind.CLOSED, Kind.POLLING):
        return (int(row),)
    connections = capture.connections
    parts = ("client_hi", "client_lo", "server_port")
    return (int(said.kind[i]), *(int(connections[part][row]) for part in parts))


def _read(said: Said) -> list[int]:
    """The messages whose contents are read, in order of time."""
    chosen = [
        np.flatnonzero((said.kind == kind) & (said.direction == direction))[-MOST_MESSAGES:]
        for kind in Kind
        for direction in Direction
    ]
    together: Ints = np.sort(np.concatenate(chosen))
    return [int(i) for i in together]


def texts_in(content: bytes) -> set[str]:
    """The texts in a message: of JSON the strings in it, else its lines; none where it is not UTF-8."""
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        return set()
    try:
        parts = strings_in(json.loads(text), MOST_TEXTS) if text.lstrip()[:1] in ("{", "[", '"') else text.splitlines()
    except (ValueError, RecursionError):
        parts = text.splitlines()
    found = (part.strip() for part in parts[:MOST_TEXTS])
    return {part for part in found if len(part) >= SHORTEST_TEXT}
