"""The delay from news to delivery, found by following the same text from the server to each receiver.

No packet shows when the news itself happened. But packets show when the server learned of it: a client sent it a text,
and the same text later went out to others. Measured from that packet, the delay is exact. If no client was seen sending
the text to the server, the server knew it at the latest when it first pushed it to any client; the delay is then "at
least" the time since that push.
"""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from inspector.compare.delivery_methods import Kind
from inspector.compare.messages import AllMessages
from inspector.content.json_texts import strings_in
from inspector.tables.arrays import Ints
from inspector.tables.table import Direction

if TYPE_CHECKING:
    from inspector.engine.capture import Capture

SHORTEST_TEXT = 8
"""Minimum number of characters of a text; a shorter one is too likely to be in two messages by chance."""

MOST_TEXTS = 64
"""Maximum number of texts of one message that are followed."""

MOST_MESSAGES = 500
"""Maximum number of messages of each kind and direction that are read: the latest."""

Reader = tuple[object, ...]
Sighting = tuple[int, int, int]
"""Where a text was seen: time in ns, packet (row), connection (row)."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """The delivery of one text to a client.

    Attributes:
        kind: the method of delivery.
        known, known_on: the packet with which the server received or first pushed the text, and its connection (rows).
        packet, connection: the packet that delivered the text, and its connection (rows).
        took_ns: the time between the two packets.
        is_exact: whether the server was seen receiving the text; otherwise the delay is at least `took_ns`.
    """

    kind: Kind
    known: int
    known_on: int
    packet: int
    connection: int
    took_ns: int
    is_exact: bool


def find_deliveries(capture: Capture, all_messages: AllMessages) -> list[Delivery]:
    """The deliveries in a capture, in order of time: for each text, the first delivery to each receiver since the
    server learned it.
    """
    known: dict[str, list[Sighting]] = defaultdict(list)
    pushed: dict[str, Sighting] = {}
    heard: set[tuple[Reader, str, int]] = set()
    found: list[Delivery] = []
    for i in _read(all_messages):
        source = int(all_messages.time_ns[i]), int(all_messages.packet[i]), int(all_messages.connection[i])
        texts = texts_in(all_messages.content(capture, i))
        if all_messages.direction[i] == Direction.CLIENT:
            for text in texts:
                known[text].append(source)
            continue
        for text in sorted(texts):
            origin, is_exact = _origin(known.get(text), pushed.get(text), source[2])
            if all_messages.is_push[i]:
                pushed.setdefault(text, source)
            if origin is None:
                continue
            once = (_reader(capture, all_messages, i), text, origin[1])
            if once not in heard:
                heard.add(once)
                took = source[0] - origin[0]
                found.append(Delivery(Kind(int(all_messages.kind[i])), *origin[1:], *source[1:], took, is_exact))
    return found


def _origin(uploads: list[Sighting] | None, push: Sighting | None, connection: int) -> tuple[Sighting | None, bool]:
    """When the server learned a text, and whether that is exact: the latest upload or, without one, the first push.

    None if the text goes back to the connection that uploaded it, which is no delivery, or if the text was neither
    uploaded nor pushed before, since its age is then unknown.
    """
    if uploads:
        return (None if uploads[-1][2] == connection else uploads[-1]), True
    return push, False


def _reader(capture: Capture, all_messages: AllMessages, i: int) -> Reader:
    """A key for the receiver: the connection or, for kinds that may open a new connection each time, the client's
    address with the server's port.
    """
    row = all_messages.connection[i]
    if all_messages.kind[i] not in (Kind.CLOSED, Kind.POLLING):
        return (int(row),)
    connections = capture.connections
    parts = ("client_hi", "client_lo", "server_port")
    return (int(all_messages.kind[i]), *(int(connections[part][row]) for part in parts))


def _read(all_messages: AllMessages) -> list[int]:
    """Indices of the messages whose content is read, in order of time."""
    chosen = [
        np.flatnonzero((all_messages.kind == kind) & (all_messages.direction == direction))[-MOST_MESSAGES:]
        for kind in Kind
        for direction in Direction
    ]
    together: Ints = np.sort(np.concatenate(chosen))
    return [int(i) for i in together]


def texts_in(content: bytes) -> set[str]:
    """The texts in a message: the strings in JSON, or else its lines; the empty set if it is not UTF-8."""
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
