"""The way of a message through a server: in by one token, looked up in the diary, out by another.

Which message the server pushed because of which is nowhere written on the wire: it is the one on another pipe of the
same process, soon after, that says the same, while the sender has said nothing else.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from inspector.tables.table import Direction

if TYPE_CHECKING:
    from inspector.engine.capture import Capture

SOON_NS = 1_000_000_000
"""How long after a message the server may take to pass it on."""

MAX_WAYS = 50
"""Messages whose ways are found: the newest that have one."""

MAX_PUSHES = 8
"""Pushes that one message is followed to."""

MAX_TEXT = 4096
TEXT = 1
"""Opcode of a text message (RFC 6455 §5.2)."""


@dataclass(frozen=True, slots=True)
class Way:
    """A message and the push that it caused; tokens are rows, -1 where none is known."""

    message: int
    push: int
    said: str
    sender: int
    entry: int
    exit: int
    receiver: int


def ways(capture: Capture) -> list[Way]:
    """The newest messages that went through a server whose tokens are known, oldest first."""
    tokens, messages = capture.tokens, capture.messages
    ends = {
        (connection, direction): row
        for row, (connection, direction) in enumerate(
            zip(tokens["connection"].tolist(), tokens["direction"].tolist(), strict=True)
        )
        if connection >= 0
    }
    said = (messages["direction"] == Direction.CLIENT) & (messages["kind"] == TEXT) & (messages["complete"] == 1)
    found: list[Way] = []
    for row in np.flatnonzero(said)[::-1].tolist():
        found += reversed(list(_ways_of(capture, row, ends)))
        if len(found) >= MAX_WAYS:
            break
    return found[:MAX_WAYS][::-1]


def _ways_of(capture: Capture, row: int, ends: dict[tuple[int, int], int]) -> Iterator[Way]:
    """Where one message of a client came out again."""
    tokens, messages = capture.tokens, capture.messages
    connection = int(messages["connection"][row])
    entry = ends.get((connection, Direction.SERVER), -1)
    heart = _heart(_text(capture, row))
    if entry < 0 or not heart:
        return
    from_ns = int(messages["end_ns"][row])
    if tokens["named_ns"][entry] > from_ns:  # who is not in the diary yet only says who it is
        return
    soon = (messages["time_ns"] >= from_ns) & (messages["time_ns"] <= from_ns + SOON_NS)
    pushed = soon & (messages["direction"] == Direction.SERVER) & (messages["connection"] != connection)
    for push in np.flatnonzero(pushed & (messages["kind"] == TEXT)).tolist()[:MAX_PUSHES]:
        other = int(messages["connection"][push])
        exit_ = ends.get((other, Direction.SERVER), -1)
        is_same_process = exit_ >= 0 and all(
            tokens[name][exit_] == tokens[name][entry] for name in ("namespace", "pid")
        )
        if is_same_process and heart in _strings(_text(capture, push)) and not _spoke_between(capture, row, push):
            sender, receiver = (ends.get((end, Direction.CLIENT), -1) for end in (connection, other))
            yield Way(row, push, heart, sender, entry, exit_, receiver)


def _spoke_between(capture: Capture, row: int, push: int) -> bool:
    """Whether the sender of message `row` said anything more before the push."""
    messages = capture.messages
    mine = (messages["connection"] == messages["connection"][row]) & (messages["direction"] == Direction.CLIENT)
    later = (messages["time_ns"] > messages["time_ns"][row]) & (messages["time_ns"] < messages["time_ns"][push])
    return bool((mine & later).any())


def _text(capture: Capture, row: int) -> str:
    table = capture.messages
    address, length = int(table["text_address"][row]), int(table["text_bytes"][row])
    return capture.bytes_at(address, min(length, MAX_TEXT)).decode("utf-8", "replace")


def _heart(text: str) -> str:
    """What a message says: of a JSON object the value of `say`, or else its first text; of plain text all of it."""
    told = _json(text)
    if not isinstance(told, dict):
        return text
    texts = [value for value in told.values() if isinstance(value, str)]
    said = told.get("say")
    return said if isinstance(said, str) else (texts[0] if texts else "")


def _strings(text: str) -> set[str]:
    """The texts that a message holds."""
    told = _json(text)
    return {value for value in told.values() if isinstance(value, str)} if isinstance(told, dict) else {text}


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def described(capture: Capture, way: Way) -> dict[str, Any]:
    """A way as JSON has it: the two pipes, the packets that prove it, the tokens by id (null where unknown)."""
    messages = capture.messages
    pipes = [int(messages["connection"][row]) for row in (way.message, way.push)]
    packets = [int(messages["first_packet"][row]) + 1 for row in (way.message, way.push)]
    times = [int(messages["time_ns"][row]) - (capture.start_ns or 0) for row in (way.message, way.push)]
    tokens = {name: getattr(way, name) for name in ("sender", "entry", "exit", "receiver")}
    return {
        "message": way.message,
        "push": way.push,
        "said": way.said,
        "connections": pipes,
        "packets": packets,
        "at_ns": times,
        "tokens": {name: row if row >= 0 else None for name, row in tokens.items()},
    }
