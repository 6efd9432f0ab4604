"""Finds the client message that caused each server push, and the time between the two. This is inferred, since no byte
states it.

A push is attributed to a message that a client sent to the same server shortly before and whose text appears in the
push. Of several such messages, the latest counts.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_left
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from inspector.content.json_texts import strings_in
from inspector.tables.table import Direction
from inspector.websocket.opcodes import Opcode

if TYPE_CHECKING:
    from inspector.engine.capture import Capture

SOON_NS = 2_000_000_000
"""Maximum time that a server may take to forward a message."""

MOST = 4000
"""Maximum number of messages compared per call."""

MAX_TEXT = 4096
"""Maximum number of bytes of a message that are compared."""

MAX_STRINGS = 64
"""Maximum number of texts of one message that are compared."""

SHORTEST_PART = 4
"""Minimum number of characters of a text that may match part of another: a shorter one would match by chance."""

TELLING = ("text", "say", "message", "body", "content", "data", "msg")
"""Names of JSON members that contain a user's text; if a message has none of them, its longest text counts."""


@dataclass(frozen=True, slots=True)
class Push:
    """A message (row) that the server sent, and the client's message (row) that caused it.

    `after_ns` is the time from the last byte of the client's message to the first byte of the server's.
    """

    row: int
    cause: int
    after_ns: int


@dataclass(frozen=True, slots=True)
class _Candidate:
    row: int
    end_ns: int
    clock: int
    server: tuple[int, ...]
    heart: str


def pushes(capture: Capture, start: int, stop: int) -> list[Push]:
    """The pushes among messages [start, stop), and the pushes that messages in this range have caused."""
    messages = capture.messages
    if start >= min(stop, len(messages)):
        return []
    times = messages["time_ns"]
    from_ns, to_ns = int(times[start:stop].min()) - SOON_NS, int(times[start:stop].max()) + SOON_NS
    is_text = (messages["kind"] == Opcode.TEXT) & (messages["complete"] == 1)
    near = np.flatnonzero(is_text & (times >= from_ns) & (times <= to_ns))
    near = near[bisect_left(near, start - MOST // 2) :][:MOST]
    in_order = near[np.argsort(times[near], kind="stable")].tolist()
    return [push for push in _linked(capture, in_order) if start <= push.row < stop or start <= push.cause < stop]


def _linked(capture: Capture, rows: list[int]) -> list[Push]:
    """All pushes among these rows, which are sorted by time."""
    messages = capture.messages
    found: list[Push] = []
    earlier: deque[_Candidate] = deque()
    for row in rows:
        server, time_ns = _server(capture, row), int(messages["time_ns"][row])
        while earlier and time_ns - earlier[0].end_ns > SOON_NS:
            earlier.popleft()
        text = text_of(capture, row)
        if messages["direction"][row] == Direction.CLIENT:
            earlier.append(
                _Candidate(row, int(messages["end_ns"][row]), _clock(capture, row, "last"), server, heart(text))
            )
            continue
        cause = _cause(earlier, server, _clock(capture, row, "first"), time_ns, text)
        if cause:
            found.append(Push(row, cause.row, time_ns - cause.end_ns))
    return found


def _clock(capture: Capture, row: int, which: str) -> int:
    """The clock of a message's first or last packet; times of different clocks cannot be compared."""
    return int(capture.packets["clock"][capture.messages[f"{which}_packet"][row]])


def _cause(
    earlier: deque[_Candidate], server: tuple[int, ...], clock: int, time_ns: int, text: str
) -> _Candidate | None:
    texts = strings(text)
    for each in reversed(earlier):
        is_before = each.clock == clock and each.end_ns <= time_ns
        if each.server == server and is_before and each.heart and _contains(texts, each.heart):
            return each
    return None


def _contains(texts: list[str], heart: str) -> bool:
    return heart in texts or (len(heart) >= SHORTEST_PART and any(heart in text for text in texts))


def heart(text: str) -> str:
    """The main text of a message: in a JSON object, the first member of TELLING that is a string; otherwise the longest
    of its `strings`.
    """
    value = _json(text)
    if isinstance(value, dict):
        for name in TELLING:
            if isinstance(value.get(name), str):
                return str(value[name])
    return max(strings(text), key=len, default="")


def strings(text: str) -> list[str]:
    """The texts in a message: the strings in a JSON object or array, or else the whole message."""
    value = _json(text)
    return strings_in(value, MAX_STRINGS) if isinstance(value, (dict, list)) else [text]


def _json(text: str) -> Any:
    """The JSON value of a text, which may have a number in front, as in Socket.IO; None if it is not JSON."""
    try:
        return json.loads(re.sub(r"\A\d{1,4}(?=[\[{])", "", text))
    except (ValueError, RecursionError):
        return None


def _server(capture: Capture, row: int) -> tuple[int, ...]:
    connections, connection = capture.connections, capture.messages["connection"][row]
    return tuple(int(connections[name][connection]) for name in ("family", "server_hi", "server_lo", "server_port"))


def text_of(capture: Capture, row: int) -> str:
    """The beginning of a WebSocket message as text; "" if none of its content was kept."""
    table = capture.messages
    address, length = int(table["text_address"][row]), int(table["text_bytes"][row])
    return capture.bytes_at(address, min(length, MAX_TEXT)).decode("utf-8", "replace") if address >= 0 else ""
