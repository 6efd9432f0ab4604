"""The API of the chat view, in addition to the message rows: frames, pushes and their latency, one message, one
conversation.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from flask import Blueprint

from inspector.http.head import head
from inspector.query.push_causes import Push, pushes
from inspector.tables.table import Protocol
from inspector.views import rows
from inspector.websocket.opcodes import FIRST_CONTROL, Opcode
from web.api.parameters import asked_range
from web.errors import Refused

if TYPE_CHECKING:
    from inspector.engine.capture import Capture
    from web.session.session import Session

MAX_FRAMES = 50
"""Maximum number of frames listed for one message; the number of all its frames is given separately."""

HEX_LIMIT = 16 * 1024
"""Maximum number of bytes of a message that are shown as hex."""

EVERYTHING = 64 * 1024


def add_websocket(api: Blueprint, session: Session) -> None:
    """Add GET /api/messages/beside, GET /api/messages/ID and GET /api/conversations/ID."""

    @api.get("/messages/beside")
    def beside() -> dict[str, Any]:
        with session.reading() as capture:
            chosen = asked_range(len(capture.messages))
            found = pushes(capture, chosen.start, chosen.stop)
            return {
                "pushes": [_push(capture, push) for push in found],
                "frames": _frames_by_message(capture, chosen),
                "start": chosen.start,
                "stop": chosen.stop,
            }

    @api.get("/messages/<int:number>")
    def message(number: int) -> dict[str, Any]:
        with session.reading() as capture:
            if number >= len(capture.messages):
                raise Refused(404, f"There is no message {number}.", "Choose one from the list.")
            return _message(capture, number)

    @api.get("/conversations/<int:number>")
    def conversation(number: int) -> dict[str, Any]:
        with session.reading() as capture:
            is_there = number < len(capture.connections)
            protocols = [capture.connections[column][number] for column in ("protocol", "inside")] if is_there else []
            if Protocol.WEBSOCKET not in protocols:
                raise Refused(404, f"Connection {number} is not a WebSocket.", "Choose one from the list.")
            return _conversation(capture, number)


def _push(capture: Capture, push: Push) -> dict[str, int]:
    connections = capture.messages["connection"]
    return {
        "push": push.row,
        "message": push.cause,
        "after_ns": push.after_ns,
        "to": int(connections[push.row]),
        "from": int(connections[push.cause]),
    }


def _frames_by_message(capture: Capture, chosen: slice) -> dict[str, list[rows.Row]]:
    """The first frames of each fragmented message among the chosen ones, by message."""
    fragmented = [row for row in range(chosen.start, chosen.stop) if capture.messages["frames"][row] > 1]
    return {str(row): _frames(capture, row) for row in fragmented}


def _frames(capture: Capture, row: int) -> list[rows.Row]:
    found = np.flatnonzero(capture.frames["message"] == row)[:MAX_FRAMES]
    return rows.frame_rows(capture, found)


def _message(capture: Capture, row: int) -> dict[str, Any]:
    address = int(capture.messages["text_address"][row])
    kept = capture.bytes_at(address, min(int(capture.messages["text_bytes"][row]), EVERYTHING)) if address >= 0 else b""
    return {
        "message": rows.message_rows(capture, [row])[0],
        "frames": _frames(capture, row),
        "hex": kept[:HEX_LIMIT].hex(),
        "kept": len(kept),
        "pushes": [_push(capture, push) for push in pushes(capture, row, row + 1)],
        **_neighbours(capture, row),
    }


def _neighbours(capture: Capture, row: int) -> dict[str, int | None]:
    """The messages before and after this one in its connection, control frames among them; None if there is none."""
    connections = capture.messages["connection"]
    before = np.flatnonzero(connections[:row] == connections[row])
    after = np.flatnonzero(connections[row + 1 :] == connections[row])
    return {
        "previous": int(before[-1]) if len(before) else None,
        "next": row + 1 + int(after[0]) if len(after) else None,
    }


def _conversation(capture: Capture, number: int) -> dict[str, Any]:
    """Figures of one WebSocket connection: the messages and compression of each side, what the handshake negotiated,
    and the close frames.
    """
    messages = capture.messages
    of_it = np.flatnonzero(messages["connection"] == number)
    sides = {}
    for side, direction in (("client", 0), ("server", 1)):
        mine = of_it[messages["direction"][of_it] == direction]
        data = mine[messages["kind"][mine] < FIRST_CONTROL]
        packed = data[messages["compressed"][data] == 1]
        sides[side] = {
            "messages": len(data),
            "control": len(mine) - len(data),
            "bytes": int(messages["bytes"][data].sum()),
            "wire_bytes": int(messages["wire_bytes"][data].sum()),
            "compressed": len(packed),
        }
    closes = of_it[messages["kind"][of_it] == Opcode.CLOSE]
    return {
        "connection": rows.connection_rows(capture, [number])[0],
        "sides": sides,
        "closes": rows.message_rows(capture, closes[:4]),
        **_agreed(capture, number),
    }


def _agreed(capture: Capture, number: int) -> dict[str, str | None]:
    """What the handshake negotiated (RFC 6455 §4.2.2): target, subprotocol, extensions."""
    exchanges = np.flatnonzero(capture.exchanges["connection"] == number)
    if not len(exchanges):
        return {"target": None, "subprotocol": None, "extensions": None}
    request_row, response_row = (int(capture.exchanges[name][exchanges[-1]]) for name in ("request", "response"))
    response = head(capture, response_row) if response_row >= 0 else None
    return {
        "target": head(capture, request_row).target if request_row >= 0 else None,
        "subprotocol": ", ".join(response.values("Sec-WebSocket-Protocol")) or None if response else None,
        "extensions": ", ".join(response.values("Sec-WebSocket-Extensions")) or None if response else None,
    }
